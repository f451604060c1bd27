/** A real server that takes events while it is backed up; the restored folder, served, ends with the same threats byte for byte. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chainsight, killServers, startServer, type StartedServer } from '../../../test/support/server-program.js';

const EVENTS_IN_REQUEST = 50;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-backup-command-'));
});

afterAll(async () => {
  await killServers();
  await rm(folder, { recursive: true });
});

async function stop({ child, ended }: StartedServer): Promise<void> {
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}

async function feed({ url }: StartedServer, token: string, requests: readonly string[]): Promise<void> {
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
  const server = await startServer(['--data', data]);
  await feed(server, token, requests.slice(0, requests.length / 2));
  const [summary] = await Promise.all([
    chainsight('backup', archive, '--data', data, '--format', 'json'),
    feed(server, token, requests.slice(requests.length / 2)),
  ]);
  await stop(server);
  const expected = await chainsight('export', 'threats', '--data', data);
  expect(expected.trimEnd().split('\n').length).toBeGreaterThan(3);
  for (const { lastPosition, statePosition } of (JSON.parse(summary) as Summary).logs)
    expect(lastPosition).toBeGreaterThanOrEqual(statePosition);

  await chainsight('restore', archive, '--data', restored);
  const again = await startServer(['--data', restored]);
  // What came after the back-up is sent anew, with all the rest: events that are known take effect once. The token came along.
  await feed(again, token, requests);
  await stop(again);
  expect(await chainsight('export', 'threats', '--data', restored)).toBe(expected);
});

interface Summary {
  readonly logs: readonly { readonly lastPosition: number; readonly statePosition: number }[];
}
