/** The real server over an empty data folder, as a person starts it: the console is tried against it, not only against canned answers. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startServer } from '../../support/server-program.js';

export { chainsight } from '../../support/server-program.js';

export interface RealServer {
  readonly origin: string;
  /** The one-time link that it printed. */
  readonly setupLink: string;
  readonly dataFolder: string;
  /** All that it has written to its standard output and error so far. */
  output(): string;
  /** Ends it as an operator would, and removes its data. */
  stop(): Promise<void>;
}

/** @param settings  text of its `chainsight.yml` */
export async function startRealServer(settings = ''): Promise<RealServer> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'chainsight-console-'));
  writeFileSync(join(dataFolder, 'chainsight.yml'), settings);
  const { child, url, setupLink, ended, output } = await startServer(['--data', dataFolder]);
  return {
    origin: url,
    setupLink: setupLink!,
    dataFolder,
    output,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Hands in NDJSON events as a shipper would: in batches, each acknowledged before the next, and sent again where the server asks to wait. */
export async function sendEvents(server: RealServer, token: string, lines: readonly string[]): Promise<void> {
  const BATCH = 1000;
  for (let from = 0; from < lines.length;) {
    const response = await fetch(`${server.origin}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: lines.slice(from, from + BATCH).join('\n'),
    });
    const text = await response.text();
    if (response.status === 202) from += BATCH;
    else if (response.status === 429) await wait(Number(response.headers.get('retry-after')) * 1000);
    else throw new Error(`events were refused: ${response.status} ${text}`);
  }
}
