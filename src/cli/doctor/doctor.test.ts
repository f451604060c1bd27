/** Each fault that `doctor` knows, made on purpose, and a folder in which there is none. */

import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { captured } from '../../../test/support/captured.js';
import { TEST_CERT, TEST_KEY } from '../../../test/support/certificate.js';
import { attack, incoming, openLive } from '../../../test/support/live-kit.js';
import { storeCarried } from '../../log/carried.js';
import { STATE_LAYOUT } from '../../store/state-inspection.js';
import { doctorCommand } from '../commands/doctor.js';
import { setProgramRoot } from '../program-root.js';
import { checkClock } from './clock.js';
import { checkConfiguration } from './configuration.js';
import { gradeSyncs, summary } from './disk.js';
import { worst, type Finding } from './finding.js';
import { checkIntegrity } from './integrity.js';
import { isAtLeast } from './versions.js';

let made: string;
let root: string;
let data: string;

beforeAll(async () => {
  setProgramRoot(fileURLToPath(new URL('../../..', import.meta.url)));
  made = mkdtempSync(join(tmpdir(), 'chainsight-doctor-'));
  // Several segments, so that some are closed.
  const live = await openLive(join(made, 'data'), { log: { segmentBytes: 4096, roomBytes: 1024 } });
  await live.service.start();
  for (let at = 0; at < 16; at++) await live.service.intake.take(incoming(...attack(`ws${at}`, at * 10 + 1)), 's');
  live.state.access.addAudit({ timeMs: 1, who: 'li', action: 'x', target: '', before: null, after: null, address: '' });
  await live.close();
});
afterAll(() => rmSync(made, { recursive: true }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chainsight-doctor-'));
  data = join(root, 'data');
  cpSync(join(made, 'data'), data, { recursive: true });
  chmodSync(data, 0o700);
});
afterEach(() => rmSync(root, { recursive: true }));

const segments = (): string[] =>
  readdirSync(join(data, 'log'))
    .filter((name) => name.endsWith('.log'))
    .sort();

async function integrity(isFull: boolean, isServerRunning = false): Promise<readonly Finding[]> {
  return (await checkIntegrity({ dataFolder: data, isFull, isServerRunning })).findings;
}

/** Only what is not well. */
async function troubles(isFull: boolean): Promise<readonly Finding[]> {
  return (await integrity(isFull)).filter(({ grade }) => grade !== 'ok');
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

describe('the command', () => {
  test('a sound folder: every topic is told, nothing is left behind, and the code is that of the worst', async () => {
    const names = (): string[] => readdirSync(data, { recursive: true, encoding: 'utf8' }).sort();
    const before = names();
    const { out, code } = await captured(doctorCommand, ['--data', data, '--format', 'json', '--full']);
    const { grade, findings } = JSON.parse(out) as { grade: string; findings: Finding[] };
    // How fast and how full the disk of this machine is, is not the question.
    expect(findings.filter((each) => each.grade !== 'ok' && !['disk', 'folder'].includes(each.topic))).toEqual([]);
    expect(code).toBe({ ok: 0, warn: 1, fail: 2 }[grade]);
    expect(new Set(findings.map(({ topic }) => topic))).toEqual(
      new Set(['versions', 'configuration', 'folder', 'server', 'disk', 'state', 'audit', 'log', 'clock']),
    );
    expect(findings.find(({ topic }) => topic === 'disk')?.figures).toMatchObject({
      medianMs: expect.any(Number),
      p99Ms: expect.any(Number),
    });
    // SQLite's own files beside the state may have been there from whoever had it open before, and go with the last who has.
    const isBeside = (name: string): boolean => /-(?:wal|shm)$/.test(name);
    expect(names().filter((name) => !before.includes(name))).toEqual([]);
    expect(names().filter((name) => !isBeside(name))).toEqual(before.filter((name) => !isBeside(name)));
  });

  test('a folder that is not there: code 2, what to do, and nothing made', async () => {
    const { out, code } = await captured(doctorCommand, ['--data', join(root, 'none')]);
    expect(code).toBe(2);
    expect(out).toMatch(/fail {2}folder .*is not there\n +→ Name the data folder with --data/);
    expect(existsSync(join(root, 'none'))).toBe(false);
  });

  test('faults of the configuration with file and line, and rights that are too wide', async () => {
    writeFileSync(join(data, 'chainsight.yml'), 'policy:\n  threshold: -1\nlisten:\n  htp: x\n');
    chmodSync(data, 0o755);
    const { out, code } = await captured(doctorCommand, ['--data', data]);
    expect(code).toBe(2);
    expect(out).toMatch(/fail {2}configuration .*chainsight\.yml:2 .*policy\.threshold must be/);
    expect(out).toMatch(/fail {2}configuration .*chainsight\.yml:4:3 .*"listen\.htp"/);
    expect(out).toMatch(/warn {2}folder .*mode 755\)\n +→ chmod 700/);
  });
});

describe('integrity', () => {
  test('a flipped byte in a closed segment: found with --full, with its place', async () => {
    const [first] = segments();
    flip(join(data, 'log', first!), 200);
    expect(await troubles(true)).toMatchObject([
      {
        topic: 'log',
        grade: 'fail',
        says: expect.stringMatching(`log is damaged: ${first} at byte \\d+: .*records? `),
      },
    ]);
  });

  test('a flipped byte in the last segment, and a header that is gone: found without', async () => {
    const names = segments();
    expect(names.length).toBeGreaterThan(3);
    flip(join(data, 'log', names.at(-1)!), 120);
    writeFileSync(join(data, 'log', names[1]!), Buffer.alloc(4096));
    const [finding] = await troubles(false);
    expect(finding).toMatchObject({ topic: 'log', grade: 'fail' });
    expect(finding!.says).toContain('both copies of the segment header');
    expect(finding!.says).toContain(names.at(-1));
  });

  test('a segment that is gone', async () => {
    const names = segments();
    rmSync(join(data, 'log', names[2]!));
    for (const isFull of [true, false])
      expect(await troubles(isFull)).toMatchObject([
        { grade: 'fail', says: expect.stringContaining('records are missing (records ') },
      ]);
  });

  test('a log whose first segments went: in order where the policy is carried, and told where it is not', async () => {
    const [first, second] = segments();
    const until = Number.parseInt(second!, 10);
    rmSync(join(data, 'log', first!));
    const says = `log begins with record ${until}, and carried.json does not tell`;
    expect(await troubles(false)).toMatchObject([{ topic: 'log', grade: 'fail', says: expect.stringContaining(says) }]);
    await storeCarried(join(data, 'log'), { until, records: [] });
    expect(await troubles(false)).toEqual([]);
    writeFileSync(join(data, 'log', 'carried.json'), '{"crc":1,"body":"x"}');
    expect(await troubles(false)).toMatchObject([
      { topic: 'log', grade: 'fail', says: expect.stringContaining('carried.json of log is not what was written') },
    ]);
  });

  test('a log that ends before the state', async () => {
    rmSync(join(data, 'log', segments().at(-1)!));
    const [finding] = await troubles(false);
    expect(finding).toMatchObject({
      grade: 'fail',
      says: expect.stringMatching(/ends at record \d+, and the state has seen \d+: records were lost/),
    });
  });

  test('a torn end before what the state has seen is not called harmless', async () => {
    const path = join(data, 'log', segments().at(-1)!);
    const at = readFileSync(path).indexOf('ws15');
    expect(at).toBeGreaterThan(0);
    truncateSync(path, at);
    const found = await troubles(false);
    expect(found).toMatchObject([
      { says: expect.stringContaining('records were lost') },
      { says: expect.stringContaining('torn') },
    ]);
    expect(found[1]!.advice).not.toContain('Nothing to do');
  });

  test('a torn end is told where no server runs, and is no failure', async () => {
    appendFileSync(join(data, 'log', segments().at(-1)!), 'torn');
    expect(await troubles(false)).toMatchObject([{ grade: 'warn', says: expect.stringContaining('torn (4 bytes)') }]);
    expect(worst(await integrity(false, true))).toBe('ok');
  });

  test('a log whose state is gone is told and checked, and is no empty folder', async () => {
    for (const name of readdirSync(data)) if (name.startsWith('state.sqlite')) rmSync(join(data, name));
    const { out, code } = await captured(doctorCommand, ['--data', data]);
    expect(code).toBe(2);
    expect(out).toMatch(/fail {2}state .*the state is gone, and the log holds [1-9]\d+ records; the next start/);
    expect(out).toMatch(/ok {4}log .*up to record \d+/);
    expect(out).not.toContain('holds no data');
    expect(existsSync(join(data, 'state.sqlite'))).toBe(false);
    flip(join(data, 'log', segments().at(-1)!), 120);
    expect((await troubles(false)).map(({ topic }) => topic)).toEqual(['log', 'state']);
  });

  test('an audit log that was changed', async () => {
    const raw = new Libsql(join(data, 'state.sqlite'));
    raw.exec("DROP TRIGGER audit_keeps_words; UPDATE audit SET who = 'wu'");
    raw.close();
    expect(await troubles(false)).toMatchObject([
      { topic: 'audit', grade: 'fail', says: expect.stringContaining('entry 1') },
    ]);
  });

  test('a state of a later version, and one that is none', async () => {
    const raw = new Libsql(join(data, 'state.sqlite'));
    raw.exec(`PRAGMA user_version = ${STATE_LAYOUT + 1}`);
    raw.close();
    expect(await troubles(false)).toMatchObject([
      { topic: 'versions', grade: 'fail', advice: expect.stringContaining('Run the version') },
    ]);
    // A file of its own: a connection ends when its statements are collected, and would write its pages over this one.
    for (const name of ['', '-wal', '-shm']) rmSync(join(data, `state.sqlite${name}`), { force: true });
    writeFileSync(join(data, 'state.sqlite'), 'no database'.repeat(1000));
    expect(await troubles(false)).toMatchObject([{ topic: 'state', grade: 'fail' }]);
  });
});

describe('configuration', () => {
  const configured = (text: string): readonly Finding[] => {
    writeFileSync(join(data, 'chainsight.yml'), text);
    return checkConfiguration({ data, environment: {} }, Date.now()).filter(({ grade }) => grade !== 'ok');
  };

  test('folders that are not there, an open address, a misspelt variable', () => {
    expect(configured('rules:\n  packs: [/none/rules]\n')).toMatchObject([
      { grade: 'fail', says: expect.stringMatching(/chainsight\.yml:2.*\/none\/rules/) },
    ]);
    expect(configured('listen: { http: 0.0.0.0:1 }\ninsecure: true\n')).toMatchObject([
      { grade: 'warn', says: expect.stringContaining('without TLS') },
    ]);
    expect(checkConfiguration({ data: root, environment: { CHAINSIGHT_LISTN: '1' } }, 0)).toMatchObject([
      { grade: 'fail' },
    ]);
  });

  test('certificates: their end, another key, no certificate', () => {
    const [cert, key] = [join(root, 'cert.pem'), join(root, 'key.pem')];
    writeFileSync(cert, TEST_CERT);
    writeFileSync(key, TEST_KEY);
    writeFileSync(join(data, 'chainsight.yml'), `tls: { cert: ${cert}, key: ${key} }\n`);
    const at = (nowMs: number): Finding | undefined =>
      checkConfiguration({ data, environment: {} }, nowMs).find(({ says }) => says.includes('certificate'));
    const end = Date.parse(String(at(0)!.figures!['validTo']));
    expect(at(end - 40 * 86_400_000)).toMatchObject({ grade: 'ok' });
    expect(at(end - 20 * 86_400_000)).toMatchObject({ grade: 'warn', advice: expect.stringContaining('Renew') });
    expect(at(end + 1)).toMatchObject({ grade: 'fail' });
    mkdirSync(join(data, 'tls'));
    writeFileSync(join(data, 'tls', 'cert.pem'), TEST_CERT);
    writeFileSync(join(data, 'tls', 'key.pem'), TEST_KEY);
    writeFileSync(join(data, 'chainsight.yml'), 'tls: { generate: true }\n');
    expect(at(end + 1)).toMatchObject({ grade: 'fail' });
    expect(configured(`tls: { cert: ${key}, key: ${key} }\n`)).toMatchObject([{ grade: 'fail' }]);
  });

  test.each([
    { name: 'half a pair', text: 'tls: { cert: /none/cert.pem }\n', says: /tls\.key is missing.*chainsight\.yml:1/ },
    {
      name: 'a file that is not there',
      text: 'tls: { cert: /none/c.pem, key: /none/k.pem }\n',
      says: /cannot be read/,
    },
    { name: 'an address that serve would not open', text: 'listen: { http: 0.0.0.0:1 }\n', says: /is not loopback/ },
  ])('what stops a start is no ok: $name', ({ text, says }) => {
    expect(configured(text)).toMatchObject([{ grade: 'fail', says: expect.stringMatching(says) }]);
  });
});

describe('disk and clock', () => {
  test('median and 99th percentile, and when they are slow', () => {
    const times = Array.from({ length: 200 }, (_, at) => 200 - at);
    expect(summary(times)).toEqual({ syncs: 200, medianMs: 100, p99Ms: 198, maxMs: 200 });
    expect(summary([7])).toEqual({ syncs: 1, medianMs: 7, p99Ms: 7, maxMs: 7 });
    expect(gradeSyncs(summary(times)).grade).toBe('warn');
    expect(gradeSyncs(summary(times.map((ms) => ms / 100))).grade).toBe('ok');
  });

  const start = { wallMs: Date.UTC(2027, 0, 1), monotonicMs: 5 };
  test.each([
    {
      name: 'an even clock',
      end: { wallMs: start.wallMs + 1010, monotonicMs: 1005 },
      newest: start.wallMs,
      grade: 'ok',
    },
    { name: 'a step back', end: { wallMs: start.wallMs - 4000, monotonicMs: 1005 }, newest: undefined, grade: 'warn' },
    { name: 'a step ahead', end: { wallMs: start.wallMs + 9000, monotonicMs: 1005 }, newest: undefined, grade: 'warn' },
    { name: 'a year long past', end: { wallMs: 1000, monotonicMs: 1005 }, newest: undefined, grade: 'fail' },
    {
      name: 'a record yet to come',
      end: { wallMs: start.wallMs + 1000, monotonicMs: 1005 },
      newest: start.wallMs + 90_000,
      grade: 'fail',
    },
  ])('$name: $grade', ({ end, newest, grade }) => {
    expect(worst(checkClock(start, end, newest))).toBe(grade);
  });

  test('versions are compared by their numbers', () => {
    expect(['20.19.0', '20.20.1', '22.0', '20.19'].map((version) => isAtLeast(version, '20.19'))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['20.9.9', '18.99.1'].map((version) => isAtLeast(version, '20.19'))).toEqual([false, false]);
  });
});

test('a partition that holds damage is named', async () => {
  mkdirSync(join(data, 'log-1'));
  const [first] = segments();
  cpSync(join(data, 'log', first!), join(data, 'log-1', first!));
  flip(join(data, 'log-1', first!), 100);
  expect(await troubles(false)).toMatchObject([{ topic: 'log', says: expect.stringContaining('log-1 is damaged') }]);
});
