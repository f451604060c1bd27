/** A real server that takes events while it is backed up; the restored folder, served, ends with the same threats byte for byte. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../../bin/chainsight.js', import.meta.url));
const run = promisify(execFile);
const EVENTS_IN_REQUEST = 50;

let folder: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-backup-command-'));
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

async function chainsight(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [PROGRAM, ...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

async function serve(data: string): Promise<Server> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--data', data, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.add(child);
  // Told by the server in one write, unlike its file, which may be there and still be empty.
  let out = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the server ended with code ${code}`)));
  while (!out.includes('listens on')) await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  const url = /listens on (\S+)/.exec(out)![1]!;
  return {
    url,
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
      running.delete(child);
    },
  };
}

async function feed({ url }: Server, token: string, requests: readonly string[]): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
  for (const body of requests) {
    let answer = await fetch(`${url}/api/v1/events`, { method: 'POST', headers, body });
    while (answer.status === 429 || answer.status === 503) {
      await wait(200);
      answer = await fetch(`${url}/api/v1/events`, { method: 'POST', headers, body });
    }
    expect(answer.status).toBe(202);
    await answer.text();
  }
}

test('backed up under load, restored and served, it ends with the same threats', { timeout: 120_000 }, async () => {
  const [data, restored, archive] = [join(folder, 'data'), join(folder, 'restored'), join(folder, 'copy.tar.gz')];
  const lines = (await chainsight('simulate', '--hosts', '2', '--hours', '1', '--seed', '5')).trimEnd().split('\n');
  const requests = Array.from({ length: Math.ceil(lines.length / EVENTS_IN_REQUEST) }, (_, at) =>
    lines.slice(at * EVENTS_IN_REQUEST, (at + 1) * EVENTS_IN_REQUEST).join('\n'),
  );
  const token = (await chainsight('token', 'create', '--data', data, '--role', 'sensor', '--name', 'test')).trim();
  const server = await serve(data);
  await feed(server, token, requests.slice(0, requests.length / 2));
  const [summary] = await Promise.all([
    chainsight('backup', archive, '--data', data, '--format', 'json'),
    feed(server, token, requests.slice(requests.length / 2)),
  ]);
  await server.stop();
  const expected = await chainsight('export', 'threats', '--data', data);
  expect(expected.trimEnd().split('\n').length).toBeGreaterThan(3);
  for (const { lastPosition, statePosition } of (JSON.parse(summary) as Summary).logs)
    expect(lastPosition).toBeGreaterThanOrEqual(statePosition);

  await chainsight('restore', archive, '--data', restored);
  const again = await serve(restored);
  // What came after the back-up is sent anew, with all the rest: events that are known take effect once. The token came along.
  await feed(again, token, requests);
  await again.stop();
  expect(await chainsight('export', 'threats', '--data', restored)).toBe(expected);
});

interface Summary {
  readonly logs: readonly { readonly lastPosition: number; readonly statePosition: number }[];
}
