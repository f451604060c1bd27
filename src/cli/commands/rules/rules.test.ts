import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rulesCommand } from '../rules.js';

/** Runs `chainsight rules …` in this process and takes what it prints. */
async function run(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  const before = process.exitCode;
  try {
    await rulesCommand().parseAsync(args, { from: 'user' });
    return { out, err, exitCode: Number(process.exitCode ?? 0) };
  } finally {
    process.exitCode = before;
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

let root: string;

beforeEach(() => {
  vi.stubEnv('NO_COLOR', '1');
  root = mkdtempSync(join(tmpdir(), 'rules-'));
  mkdirSync(join(root, 'good'));
  mkdirSync(join(root, 'bad'));
  for (const folder of ['good', 'bad']) writeFileSync(join(root, folder, 'pack.yml'), `{name: ${folder}, version: '1.0.0', title: {en: Good, zh: 好}}`);
  const rule = [
    'rules:',
    '  - id: cmd-runs',
    '    title: {en: cmd runs, zh: 运行 cmd}',
    '    set: ioa',
    '    points: 7',
    '    techniques: [T1059.003]',
    '    actions: [processcreate]',
    `    conditions: ['"\\\\cmd.exe" in image']`,
    '',
  ].join('\n');
  writeFileSync(join(root, 'good', 'x.yml'), rule);
  writeFileSync(join(root, 'good', 'x.cases.yml'), 'cmd-runs: {match: [{name: it runs, event: {action: processcreate, Image: "C:\\\\CMD.exe"}}]}\n');
  writeFileSync(join(root, 'bad', 'x.yml'), rule.replace('points: 7', 'points: seven').replace('zh: ', 'cn: '));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('rules lint', () => {
  test('says that nothing is wrong', async () => {
    expect(await run('lint', join(root, 'good'))).toEqual({ out: '✓ nothing wrong  1 of 1 rule and 0 of 0 profiles load\n', err: '', exitCode: 0 });
  });

  test('shows each fault under its file', async () => {
    const { out, exitCode } = await run('lint', join(root, 'bad'));
    expect(exitCode).toBe(1);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      `${root}/bad/x.yml`,
      '  3:27     error   "cn" is not a key that can stand here. cmd-runs',
      '                   Known keys: en, zh.  PACK_KEY_UNKNOWN',
      '  5:13     error   "points" must be a whole number from 0 to 10000, not "seven". cmd-runs',
      '                   RULE_POINTS_RANGE',
      '',
      '✗ 2 errors  0 of 1 rule and 0 of 0 profiles load',
      '',
    ]);
  });

  test('prints the same for programs', async () => {
    const { out, exitCode } = await run('lint', join(root, 'bad'), join(root, 'good'), '--format', 'json', '--fail-on', 'never');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      rules: 2,
      valid: 1,
      problems: [
        { file: `${root}/bad/x.yml`, line: 3, column: 27, rule: 'cmd-runs', severity: 'error', code: 'PACK_KEY_UNKNOWN' },
        { line: 5, message: '"points" must be a whole number from 0 to 10000, not "seven".' },
      ],
    });
  });

  test('fails on warnings where asked to', async () => {
    rmSync(join(root, 'good', 'pack.yml'));
    expect((await run('lint', join(root, 'good'))).exitCode).toBe(0);
    expect((await run('lint', join(root, 'good'), '--fail-on', 'warning')).exitCode).toBe(1);
  });
});

describe('rules test', () => {
  test('runs the cases', async () => {
    expect(await run('test', join(root, 'good'))).toEqual({ out: '✓ 1 case of 1 rule pass\n', err: '', exitCode: 0 });
  });

  test('shows what failed, and which rules have none', async () => {
    writeFileSync(join(root, 'good', 'x.cases.yml'), 'cmd-runs: {match: [{name: nothing to see, event: {action: processcreate, Image: x}}]}\n');
    writeFileSync(join(root, 'good', 'y.yml'), "rules: [{id: untested, title: {en: x, zh: x}, set: ioa, points: 1, conditions: [image]}]\n");
    const { out, exitCode } = await run('test', join(root, 'good'));
    expect(exitCode).toBe(1);
    expect(out).toBe(
      `✗ cmd-runs  nothing to see\n  expected match, got no match  ${root}/good/x.cases.yml:1\n\n✗ 1 case of 1 fail\n! 1 rule without a case\n`,
    );
    const report = JSON.parse((await run('test', join(root, 'good'), '--format', 'json')).out) as unknown;
    expect(report).toMatchObject({ cases: 1, passed: 0, failed: [{ case: 'cmd-runs: nothing to see', expected: 'match', got: 'no match', line: 1 }] });
  });

  test('fails where a file does not load', async () => {
    const { out, exitCode } = await run('test', join(root, 'bad'));
    expect(exitCode).toBe(1);
    expect(out).toMatch(/✗ \d+ cases? of \d+ rules? pass, and \d+ errors? above\n/);
    expect(out).not.toContain('✓');
  });

  test('calls it no success where there is no case', async () => {
    rmSync(join(root, 'good', 'x.cases.yml'));
    expect((await run('test', join(root, 'good'))).out).toMatch(/^! There is no case to run\n/);
  });
});

describe('rules list', () => {
  test.each([
    { name: 'all', args: [], shown: true },
    { name: 'those of a technique', args: ['--technique', 't1059'], shown: true },
    { name: 'those of another technique', args: ['--technique', 'T1003'], shown: false },
  ])('$name', async ({ args, shown }) => {
    const { out } = await run('list', join(root, 'good'), ...args);
    expect(out.includes('cmd-runs')).toBe(shown);
  });

  test('has titles in Chinese', async () => {
    expect((await run('list', join(root, 'good'), '--lang', 'zh')).out).toContain('运行 cmd');
  });

  test('prints the same for programs', async () => {
    const { rules } = JSON.parse((await run('list', join(root, 'good'), '--format', 'json')).out) as { rules: unknown[] };
    expect(rules).toMatchObject([{ id: 'cmd-runs', points: 7, line: 2 }]);
    const [line] = (await run('list', join(root, 'good'), '--format', 'ndjson')).out.split('\n');
    expect(JSON.parse(line!)).toMatchObject({ kind: 'rule', id: 'cmd-runs' });
  });

  test('tells on stderr what did not load', async () => {
    expect((await run('list', join(root, 'bad'))).err).toContain('"points" must be a whole number');
  });
});

describe('rules import-rmeye', () => {
  test('writes a pack that loads, and says what was left out', async () => {
    mkdirSync(join(root, 'rm', 'py', 'ioa'), { recursive: true });
    writeFileSync(join(root, 'rm', 'py', 'ioa', 'process.py'), `rule = [{'rules': ['"x" in image', '('], 'score': 30, 'name': '名字'}]\n`);
    const out = join(root, 'New Pack');
    const first = await run('import-rmeye', join(root, 'rm'), '--out', out);
    expect(first.exitCode).toBe(1);
    expect(first.out).toContain('RMEYE_EXPRESSION_INVALID');
    expect(first.out).toContain(`✓ 1 rule and 0 profiles in ${out}\n! 1 thing left out or changed, as told above\n`);
    expect(readdirSync(out)).toEqual(['ioa-process.yml', 'pack.yml']);
    expect(readFileSync(join(out, 'pack.yml'), 'utf8')).toContain('name: new-pack\n');
    expect((await run('lint', out)).out).toContain('✓ nothing wrong');
  });

  test('never writes over anything', async () => {
    mkdirSync(join(root, 'rm'));
    await expect(run('import-rmeye', join(root, 'rm'), '--out', join(root, 'good'))).rejects.toThrow(/good is not empty/);
    mkdirSync(join(root, 'nothing'));
    const nowhere = join(root, 'not-written');
    await expect(run('import-rmeye', join(root, 'nothing'), '--out', nowhere)).rejects.toThrow(/No rule was found below .*nothing; nothing is written/);
    expect(existsSync(nowhere)).toBe(false);
  });
});
