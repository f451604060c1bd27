/** A third-party plugin in a whole server: what it finds is in the log, and so is found again without it. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { incoming } from '../../../test/support/live-kit.js';
import { pluginCode, until } from '../../../test/support/plugin-kit.js';
import { openEventLog } from '../../log/event-log.js';
import { loadConfig, type Config } from '../config.js';
import { logPath, pluginFolder } from '../data-folder.js';
import { setProgramRoot } from '../program-root.js';
import { openDetection, type OpenDetection } from './detection/open-detection.js';
import { startPlugins } from './plugins.js';

let root: string;
let dataFolder: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'chainsight-program-'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  await build({
    entryPoints: { 'plugin-sdk': source('plugin-sdk/index.ts'), 'plugin-worker': source('plugin-host/worker/main.ts') },
    outdir: join(root, 'dist'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  setProgramRoot(root);
  dataFolder = join(root, 'data');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function config(on: readonly string[]): Config {
  const loaded = loadConfig({ data: dataFolder, environment: {} });
  if (!loaded.ok) throw new Error('no config');
  return { ...loaded.value, values: { ...loaded.value.values, 'rules.bundled': false, 'plugins.on': on } };
}

const lines: string[] = [];
function start(on: readonly string[]): Promise<OpenDetection> {
  mkdirSync(dataFolder, { recursive: true });
  const note = (_fields: object, message: string) => void lines.push(message);
  return openDetection({ config: config(on), partition: 0, partitions: 1 }, { info: note, warn: note, error: note });
}

const created = (number: number) =>
  incoming({
    EventID: 1,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Provider: 'Microsoft-Windows-Sysmon',
    Computer: 'ws1',
    EventRecordID: number,
    UtcTime: `2026-01-05 09:00:0${number}.000`,
    ProcessGuid: `{0badcafe-0001-6958-0000-00000000000${number}}`,
    ProcessId: 1000 + number,
    Image: `C:\\t\\${number}.exe`,
  });

function write(name: string, code: string): void {
  mkdirSync(join(pluginFolder(dataFolder), name), { recursive: true });
  writeFileSync(join(pluginFolder(dataFolder), name, 'plugin.ts'), code);
}

async function findingsInLog(): Promise<number> {
  const log = await openEventLog(logPath(dataFolder), { readOnly: true });
  let count = 0;
  for await (const records of log.read()) count += records.filter(({ record }) => record.kind === 'finding').length;
  await log.close();
  return count;
}

test('what a plugin finds is kept, found again without it, and not asked again with it', async () => {
  const code = pluginCode(
    'giver',
    `return { processCreated(call) {
      host.log('asked');
      call.addEvidence({ key: 'k', points: 200, title: { en: 'K', zh: '键' } });
    } };`,
  );
  write('giver', code);

  const first = await start(['giver']);
  await first.live.intake.take(created(1), 'sensor');
  await until(() => first.live.threats().length === 1);
  expect(first.live.threats()).toMatchObject([{ score: 200, evidence: [{ key: 'plugin:giver:k' }] }]);
  await first.close();
  expect(await findingsInLog()).toBe(1);

  const without = await start([]);
  expect(without.live.threats()).toMatchObject([{ score: 200 }]);
  expect(without.plugins.plugins().at(-1)).toMatchObject({ name: 'giver', state: 'off' });
  await without.close();

  lines.length = 0;
  const again = await start(['giver']);
  await again.live.intake.take(created(2), 'sensor');
  await until(() => again.live.threats().length === 2);
  expect(lines.filter((line) => line === 'asked')).toHaveLength(1);
  await again.close();
  expect(await findingsInLog()).toBe(2);
});

test('what a plugin says before there is a server to hear it disturbs nothing', async () => {
  const evidence = "{ key: 'early', points: 1, title: { en: '', zh: '' } }";
  write(
    'eager',
    pluginCode(
      'eager',
      `host.giveLater({ host: 'ws1', processId: 'p', eventId: '0123456789abcdef', timeMs: 5, evidence: ${evidence} });
      host.log('spoke');
      return {};`,
    ),
  );
  const heard: string[] = [];
  const note = (_fields: object, message: string) => void heard.push(message);
  const host = await startPlugins({ config: config(['eager']), partition: 0 }, () => undefined, {
    info: note,
    warn: note,
    error: note,
  });
  await host.ready;
  expect(heard).toEqual(['spoke']);
  await host.close();
});
