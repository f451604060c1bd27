/** The scan command as a person runs it: the built program, real files, exit codes. */

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report } from '../src/app/report/report.js';
import { simulate } from '../src/app/simulate/simulate.js';
import { withReportChecked } from './support/ledger.js';

const PROGRAM = fileURLToPath(new URL('../bin/chainsight.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'chainsight-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function chainsight(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PROGRAM, ...args],
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

const { lines, truth } = simulate({
  hosts: 2,
  hours: 1.5,
  seed: '4',
  attacks: ['phishing-macro', 'hive-theft'],
  noise: 0.3,
});
const events = [...lines];
const half = Math.floor(events.length / 2);
writeFileSync(join(folder, 'a.jsonl'), events.slice(half).join('\n'));
writeFileSync(join(folder, 'b.jsonl.gz'), gzipSync(events.slice(0, half).join('\n')));

const withoutSeconds = (text: string): string => text.replace(/"seconds": [\d.e-]+/, '"seconds": 0');

describe('scan', () => {
  test('prints the threats as one object, the same bytes each time and in either order of files', async () => {
    const paths = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl.gz')];
    const once = await chainsight('scan', ...paths, '--format', 'json');
    expect(once.code).toBe(0);
    const report = withReportChecked(JSON.parse(once.stdout) as Report);
    const found = report.threats.map((threat) => threat.start.guid.toLowerCase());
    for (const { startProcessGuid } of truth) expect(found).toContain(startProcessGuid.toLowerCase());
    expect(report.summary.events).toBe(events.length);
    const again = await chainsight('scan', ...[...paths].reverse(), '--format', 'json');
    expect(withoutSeconds(again.stdout)).toBe(withoutSeconds(once.stdout));
  });

  test('several threads print what one prints, whatever lies in the files', async () => {
    const other = simulate({ hosts: 5, hours: 1, seed: '9', attacks: ['all'], noise: 0.2 });
    const lines = [...other.lines];
    // Hosts that no line tells, a host told in another place, a broken line, and what is no record.
    const odd = lines.slice(0, 400).map((line) => line.replace('"Computer":', '"note":1,"Computer" :'));
    writeFileSync(join(folder, 'c.jsonl'), [...lines, '[1,2]', '{"a":', ''].join('\n'));
    writeFileSync(join(folder, 'd.jsonl'), odd.join('\n'));
    const paths = ['a.jsonl', 'b.jsonl.gz', 'c.jsonl', 'd.jsonl'].map((name) => join(folder, name));
    const printed = async (threads: number): Promise<string> => {
      const hits = join(folder, `hits-${threads}`);
      const ended = await chainsight(
        'scan',
        ...paths,
        '--format',
        'json',
        '--hits',
        hits,
        '--threads',
        String(threads),
      );
      expect(ended.code).toBe(0);
      return withoutSeconds(ended.stdout) + readFileSync(hits, 'utf8');
    };
    const alone = await printed(1);
    expect(JSON.parse(alone.slice(0, alone.lastIndexOf('\n}\n') + 3)).threats.length).toBeGreaterThan(5);
    expect(await printed(2)).toBe(alone);
    expect(await printed(3)).toBe(alone);
  });

  test.skipIf(process.platform === 'win32')('threads read a pipe, which gives its bytes only once', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [ended] = await Promise.all([
      chainsight('scan', pipe, join(folder, 'b.jsonl.gz'), '--format', 'json', '--threads', '2'),
      writeFile(pipe, events.slice(half).join('\n')),
    ]);
    expect((JSON.parse(ended.stdout) as Report).summary.events).toBe(events.length);
  });

  test('threads give way to one where a line that looks like a record is the beginning of a longer one', async () => {
    const path = join(folder, 'odd.json');
    writeFileSync(path, ['{"Computer":"A","inner":{"b":1}', ',"EventID":1}', '{"Computer":"B","c":{}', '}'].join('\n'));
    const alone = await chainsight('scan', path, '--format', 'json', '--threads', '1');
    const shared = await chainsight('scan', path, '--format', 'json', '--threads', '2');
    expect(withoutSeconds(shared.stdout)).toBe(withoutSeconds(alone.stdout));
  });

  test('writes hits, and a page without anything to run', async () => {
    const [hits, page] = [join(folder, 'hits.ndjson'), join(folder, 'report.html')];
    const ended = await chainsight(
      'scan',
      join(folder, 'a.jsonl'),
      join(folder, 'b.jsonl.gz'),
      '--hits',
      hits,
      '--format',
      'html',
      '--out',
      page,
    );
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    const written = readFileSync(hits, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(written.length).toBeGreaterThan(5);
    for (const hit of written)
      expect(Object.keys(hit)).toEqual([
        'rule',
        'title',
        'level',
        'shadow',
        'rulesVersion',
        'file',
        'line',
        'time',
        'host',
        'action',
        'guid',
        'chain',
      ]);
    expect(readFileSync(page, 'utf8')).not.toMatch(/<script|javascript:|https?:\/\/(?!203\.0\.113\.)/i);
  });

  test('tells which files give a threat', async () => {
    const { stdout } = await chainsight('scan', folder, '--each');
    expect(stdout).toMatch(/files with process creations gave a threat/);
    expect(stdout).toContain('b.jsonl.gz');
  });

  test.each([
    { name: 'a missing path', args: ['scan', '/no/such/folder'], message: 'no/such/folder' },
    {
      name: 'hits of each file',
      args: ['scan', '.', '--each', '--hits', 'h.ndjson'],
      message: 'Leave one of them out',
    },
    {
      name: 'a policy file that is not there',
      args: ['scan', '.', '--policy', '/no/such.yml'],
      message: 'The policy file /no/such.yml cannot be read: there is no such file or folder.',
    },
    { name: 'no path at all', args: ['scan'], message: 'missing required argument' },
    { name: 'an unknown option', args: ['scan', '.', '--frobnicate'], message: 'frobnicate' },
    { name: 'a format that is none', args: ['scan', '.', '--format', 'pdf'], message: 'pdf' },
    {
      name: 'a policy file with a fault',
      args: ['scan', folder, '--policy', join(folder, 'policy.yml')],
      message: 'policy.yml:1',
    },
    { name: 'a missing rules folder', args: ['scan', folder, '--rules', '/no/rules'], message: '/no/rules' },
  ])('refuses $name with exit 2 and a reason', async ({ args, message }) => {
    writeFileSync(join(folder, 'policy.yml'), 'threshold: none\n');
    const ended = await chainsight(...args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toContain('    at ');
  });

  test('exits with 1 for findings where asked', async () => {
    expect((await chainsight('scan', folder, '--fail-on', 'threats', '--format', 'ndjson')).code).toBe(1);
    const whole = join(folder, 'a.jsonl');
    expect((await chainsight('scan', whole, '--fail-on', 'skipped', '--format', 'ndjson')).code).toBe(0);
  });
});

test('a reader that goes away is no failure', async () => {
  const ended = await new Promise<Ended>((resolve) => {
    execFile(
      'bash',
      ['-c', `set -o pipefail; "${process.execPath}" "${PROGRAM}" simulate --hosts 2 --hours 2 | head -1`],
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(ended.stdout)).toHaveProperty('EventID');
});
