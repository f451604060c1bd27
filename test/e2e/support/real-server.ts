/** The real server over an empty data folder, as a person starts it: the console is tried against it, not only against canned answers. */

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../../bin/chainsight.js', import.meta.url));
const START_MS = 120_000;

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
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--data', dataFolder, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(dataFolder, { recursive: true, force: true });
  };
  const link = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      const found = /http:\/\/\S+\/setup#token=\S+/.exec(output);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it was ready:\n${output}`)));
    setTimeout(() => reject(new Error(`The server was not ready in time:\n${output}`)), START_MS).unref();
  });
  try {
    const setupLink = await link;
    return { origin: new URL(setupLink).origin, setupLink, dataFolder, output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a command prints on stdout. */
export async function chainsight(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
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
