import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { surveyHosts } from './host-survey.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'survey-'))));
afterAll(() => rm(folder, { recursive: true }));

const line = (host: string): string => `${JSON.stringify({ EventID: 1, Hostname: host, Message: 'x'.repeat(500) })}\n`;

async function survey(name: string, content: string | Uint8Array): Promise<Record<string, number>> {
  const path = join(folder, name);
  await writeFile(path, content);
  return Object.fromEntries(await surveyHosts(path));
}

test('counts the events of each host, whichever form of its name they carry', async () => {
  const text = line('WS1.corp.local') + line('ws1') + line('dc');
  expect(await survey('a.jsonl', text)).toEqual({ ws1: 2, dc: 1 });
  expect(await survey('a.jsonl.gz', gzipSync(text))).toEqual({ ws1: 2, dc: 1 });
});

test('reads the beginning alone', async () => {
  const tally = await survey('long.jsonl.gz', gzipSync(line('early').repeat(20_000) + line('late')));
  expect(tally['late']).toBeUndefined();
  expect(tally['early']).toBeGreaterThan(400);
  expect(tally['early']).toBeLessThan(5_000);
});

test('counts records of other framings and formats by what they say', async () => {
  const pretty = JSON.stringify(
    [{ EventID: 1, Hostname: 'ws1', Channel: 'Microsoft-Windows-Sysmon/Operational' }],
    undefined,
    2,
  );
  expect(await survey('array.json', pretty)).toEqual({ ws1: 1 });
});

test.each([
  ['nothing', ''],
  ['no events', '{"a":1}\nnonsense\n'],
  ['a gzip stream that breaks off at once', gzipSync(line('a')).subarray(0, 12)],
])('%s tells of no host', async (name, content) => {
  expect(await survey(`${name}.jsonl`, content)).toEqual({});
});

test('a file that is not there tells of no host', async () => {
  expect(await surveyHosts(join(folder, 'gone.jsonl'))).toEqual(new Map());
});
