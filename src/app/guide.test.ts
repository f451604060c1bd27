/** docs/guides/use-as-a-library.md: its programs run with what the package gives to others, and find what they say. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/guides/use-as-a-library.md'), 'utf8');
const [scan, eventByEvent] = [...guide.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!);

const RULES = `
rules:
  - id: whoami
    title: { en: whoami runs, zh: 运行 whoami }
    description: Somebody asks who they are.
    set: ioa
    points: 40
    techniques: [T1033]
    actions: [processcreate]
    conditions: ['"\\\\whoami.exe" in image']
`;
const event = (image: string, record: number): string =>
  JSON.stringify({
    EventID: 1,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Hostname: 'fin-03',
    RecordNumber: record,
    UtcTime: '2026-11-01 10:00:00.000',
    ProcessGuid: `{5770385f-c22b-695b-0${record}00-000000000100}`,
    Image: image,
  });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-library-'));
  mkdirSync(join(folder, 'my-rules'));
  writeFileSync(join(folder, 'my-rules/pack.yml'), "name: my-rules\nversion: '1.0.0'\ntitle: Rules of our own\n");
  writeFileSync(join(folder, 'my-rules/whoami.yml'), RULES);
  const images = ['C:\\Windows\\System32\\whoami.exe', 'C:\\Windows\\System32\\ping.exe'];
  writeFileSync(join(folder, 'events.jsonl'), images.map(event).join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(code: string): Promise<string> {
  const entry = join(folder, 'entry.js');
  const outfile = join(folder, 'program.mjs');
  writeFileSync(entry, code);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: {
      chainsight: join(root, 'src/app/index.ts'),
      'chainsight/engine': join(root, 'src/engine/index.ts'),
    },
    nodePaths: [join(root, 'node_modules')],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return execFileSync(process.execPath, [outfile], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('the scan prints the threat and its hits', async () => {
  expect(await run(scan!)).toBe('80 fin-03 C:\\Windows\\System32\\whoami.exe\n1 hits\n');
});

test('the engine gives the threat and the events', async () => {
  expect(await run(eventByEvent!)).toBe('80 fin-03 C:\\Windows\\System32\\whoami.exe\n2 events\n');
});
