/** docs/guides/write-a-plugin.md: what it shows is a plugin, its test passes, and the numbers that it states are those in force. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { pluginCode, SDK } from '../../test/support/plugin-kit.js';
import { DEFAULT_WORKER_LIMITS } from '../plugin-host/worker-plugin.js';
import { JUDGES, BUNDLED_PLUGINS } from '../plugins/index.js';

const page = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/${path}`, import.meta.url)), 'utf8');
const guide = page('guides/write-a-plugin.md');
const [plugin, itsTest, later] = [...guide.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);

const folder = mkdtempSync(join(tmpdir(), 'chainsight-guide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bundle(name: string, code: string, alias: Record<string, string>): Promise<string> {
  const source = join(folder, 'dropped-programs', `${name}.ts`);
  mkdirSync(join(folder, 'dropped-programs'), { recursive: true });
  writeFileSync(source, code);
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias,
    logLevel: 'error',
  });
  return pathToFileURL(outfile).href;
}

describe('the example’s own test', async () => {
  // Its tests become tests of this file.
  Object.assign(globalThis, { guideTests: { expect, test } });
  writeFileSync(join(folder, 'vitest.js'), 'export const { expect, test } = globalThis.guideTests;');
  await bundle('plugin', plugin!, { 'chainsight/plugin-sdk': SDK });
  await import(
    await bundle('plugin.test', itsTest!, { 'chainsight/plugin-sdk': SDK, vitest: join(folder, 'vitest.js') })
  );
});

test('the example of late evidence compiles', async () => {
  expect(
    await bundle('later', pluginCode('later', `return { ${later!} };`), { 'chainsight/plugin-sdk': SDK }),
  ).toContain('later');
});

test('the limits are those in force', () => {
  const { answerMs, startMs, heapMb, residentMb, restartsMax, queue, output } = DEFAULT_WORKER_LIMITS;
  const rows = [...guide.matchAll(/^\|(.*)\|$/gm)].map(([, row]) => row!.replace(/\s+/g, ' '));
  for (const stated of [
    `| ${answerMs / 1000} s |`,
    `| ${startMs / 1000} s |`,
    `${heapMb} MiB of heap, ${residentMb} MiB in all`,
    `${restartsMax} in ten minutes`,
    `${queue.calls.toLocaleString('en')}, ${queue.bytes / 2 ** 20} MiB`,
    `${output.evidencePerBatch} a batch, ${output.latePerSecond} a second later`,
    `${output.logLinesPerSecond} a second, 500 characters`,
  ]) {
    expect(rows.filter((row) => row.includes(stated))).toHaveLength(1);
  }
  expect(guide).toContain(`${queue.batchCalls} events at most`);
});

test('the reference names every bundled plugin and every setting with its default', () => {
  const reference = page('reference/plugins.md').replace(/ +/g, ' ');
  for (const { name, settings } of [...JUDGES, ...BUNDLED_PLUGINS]) {
    const section = reference.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
    for (const [setting, value] of Object.entries(settings)) {
      const shown = typeof value === 'object' ? '' : ` ${String(value)}`.trimEnd();
      expect(section).toContain(`| \`${setting}\` |${shown}`);
    }
  }
});
