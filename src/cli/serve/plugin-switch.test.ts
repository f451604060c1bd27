/** Plugins are switched and set by records in the log: a server that starts again, and a replay, judge as was judged at each place. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { incoming } from '../../../test/support/live-kit.js';
import type { ReportThreat } from '../../app/report/report.js';
import { reportThreat } from '../../app/report/report.js';
import { replay } from '../../app/replay/replay.js';
import { compilePacks } from '../../app/policy/compile-packs.js';
import { openStateStore } from '../../store/state-store.js';
import { loadConfig } from '../config.js';
import { logPath, statePath } from '../data-folder.js';
import { judges } from '../judges.js';
import { storedDecoder, withLog } from '../log-source.js';
import { setProgramRoot } from '../program-root.js';
import type { SettingValues } from '../settings.js';
import { openDetection, type OpenDetection } from './detection/open-detection.js';

const RISE = 'integrity-rise';
const warned: object[] = [];
const quiet = { info: () => undefined, warn: (fields: object) => void warned.push(fields), error: () => undefined };
let dataFolder: string;
let detection: OpenDetection | undefined;

beforeAll(() => setProgramRoot(fileURLToPath(new URL('../../..', import.meta.url))));
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'chainsight-switch-'));
});
afterEach(async () => {
  await detection?.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

async function restart(values: Partial<SettingValues>): Promise<OpenDetection> {
  await detection?.close();
  const loaded = loadConfig({ data: dataFolder, environment: {} });
  if (!loaded.ok) throw new Error('no config');
  const config = {
    dataFolder,
    values: { ...loaded.value.values, 'rules.bundled': false, 'policy.threshold': 5, ...values },
  };
  return (detection = await openDetection({ config, partition: 0, partitions: 1 }, quiet));
}

const set = (points: number): Partial<SettingValues> => ({ 'plugins.settings': { [RISE]: { points } } });

let number = 0;
function created(host: string, image: string, level: string, parent?: string): object {
  number++;
  const guid = (name: string) => `{0badcafe-0001-6958-0000-0000000000${Buffer.from(name).toString('hex').slice(0, 2)}}`;
  return {
    EventID: 1,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Provider: 'Microsoft-Windows-Sysmon',
    Computer: host,
    EventRecordID: number,
    UtcTime: `2026-01-05 09:00:${String(number).padStart(2, '0')}.000`,
    ProcessGuid: guid(image),
    ProcessId: image.charCodeAt(0),
    Image: `C:\\t\\${image}.exe`,
    IntegrityLevel: level,
    ...(parent === undefined
      ? {}
      : {
          ParentProcessGuid: guid(parent),
          ParentProcessId: parent.charCodeAt(0),
          ParentImage: `C:\\t\\${parent}.exe`,
        }),
  };
}

/** A process that rises above its parent, on a host of its own. */
async function rise(host: string): Promise<void> {
  const { intake } = detection!.live;
  await intake.take(incoming(created(host, 'a', 'Medium'), created(host, 'b', 'High', 'a')), 's');
  await intake.settled();
}

function scores(threats: readonly { readonly host: string; readonly score: number }[]): Record<string, number> {
  return Object.fromEntries(threats.map(({ host, score }) => [host, score]));
}

const replayed = (): Promise<readonly ReportThreat[]> =>
  withLog({ data: dataFolder }, async (log) => {
    const options = { decoder: storedDecoder, compile: compilePacks, plugins: () => judges(), nowMs: () => 0 };
    return (await replay(log, options)).threats;
  });

test('live, a start that reads the log again, and a replay agree over every switch', async () => {
  for (const [host, values] of [
    ['ws1', {}],
    ['ws2', set(50)],
    ['ws3', { 'plugins.off': [RISE] }],
    ['ws4', { 'plugins.settings': { [RISE]: { points: 'many' } } }],
    ['ws5', set(7)],
  ] as const) {
    await restart(values);
    await rise(host);
  }
  const expected = { ws1: 30, ws2: 50, ws5: 7 };
  expect(scores(detection!.live.threats())).toEqual(expected);
  const told = detection!.live.threats().map(reportThreat);

  // Under one more configuration: what was said stands.
  await restart(set(90));
  expect(detection!.live.threats().map(reportThreat)).toEqual(told);
  await detection!.close();
  detection = undefined;
  expect(await replayed()).toEqual(told);

  // From nothing but the log.
  for (const name of readdirSync(dataFolder)) if (name.startsWith('state')) rmSync(join(dataFolder, name));
  await restart(set(90));
  expect(detection!.live.threats().map(reportThreat)).toEqual(told);
  const state = openStateStore(statePath(dataFolder));
  expect(scores(state.queries.threats({}, { limit: 9, cursor: undefined }).items.map(({ threat }) => threat))).toEqual(
    expected,
  );
  state.close();
});

test('a change of configuration is one record and one entry in the audit log, and neither holds a secret', async () => {
  const secret = 'sk-0123456789';
  const reputation = { address: 'https://reputation.example', key: secret, cacheDays: 3 };
  await restart({});
  await restart({});
  const on: Partial<SettingValues> = { 'plugins.on': ['reputation'], 'plugins.settings': { reputation } };
  await restart(on);
  await restart({ ...on, 'plugins.settings': { reputation: { ...reputation, key: 'another-secret' } } });
  await detection!.close();
  detection = undefined;

  const state = openStateStore(statePath(dataFolder));
  const { items } = state.access.audit({ who: 'configuration' }, { limit: 9, cursor: undefined });
  state.close();
  const both = { on: ['credential-libraries', RISE], settings: {} };
  const after = {
    on: ['credential-libraries', RISE, 'reputation'],
    settings: { reputation: { address: reputation.address, cacheDays: 3 } },
  };
  expect(items.map(({ action, before, after: later }) => [action, before, later])).toEqual([
    ['plugins.change', both, after],
    ['plugins.change', null, both],
    ['settings.change', null, expect.objectContaining({ threshold: 5 })],
  ]);
  const folders = [dataFolder, logPath(dataFolder)];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((each) => (each.isFile() ? [join(folder, each.name)] : [])),
  );
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const bytes = readFileSync(file);
    for (const text of [secret, 'another-secret']) expect(bytes.includes(text), file).toBe(false);
  }
});

test('a name in plugins.off that switches nothing off is told', async () => {
  warned.length = 0;
  await restart({ 'plugins.off': [RISE, 'hello', 'no-such'] });
  expect(warned).toEqual([{ plugin: 'hello' }, { plugin: 'no-such' }]);
});
