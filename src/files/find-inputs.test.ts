import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findInputs } from './find-inputs.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'find-inputs-'));
});

afterEach(() => rmSync(root, { recursive: true }));

function make(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), '{}');
  }
}

async function find(...paths: string[]): Promise<{ names: string[]; problems: string[] }> {
  const { inputs, problems } = await findInputs(paths.map((path) => join(root, path)));
  return {
    names: inputs.map((input) => input.name.slice(root.length + 1)),
    problems: problems.map((problem) => `${problem.severity} ${problem.code} ${problem.file!.slice(root.length + 1)}`),
  };
}

test('folders are walked; files in them are chosen by name, in the order of their bytes', async () => {
  make(
    'b/z.json',
    'b/a.evtx',
    'b/é.xml',
    'b/Z.csv',
    'a/x.jsonl.gz',
    'a/deep/er/y.zip',
    'a/readme.md',
    'a/x.tar.gz',
    'top.ndjson',
  );
  expect(await find('')).toEqual({
    names: ['a/deep/er/y.zip', 'a/x.jsonl.gz', 'b/Z.csv', 'b/a.evtx', 'b/z.json', 'b/é.xml', 'top.ndjson'],
    problems: [],
  });
});

test('the order paths are given in changes nothing, nor does naming a file twice', async () => {
  make('a/x.json', 'b/y.json', 'c.json');
  const expected = await find('a', 'b', 'c.json');
  expect(expected.names).toEqual(['a/x.json', 'b/y.json', 'c.json']);
  expect(await find('c.json', 'b', 'a', 'a/x.json', 'b')).toEqual(expected);
});

test('a file that is named is taken whatever its name', async () => {
  make('a/events.txt', 'a/noname');
  expect((await find('a/events.txt', 'a/noname')).names).toEqual(['a/events.txt', 'a/noname']);
});

test('links are followed, in circles too, and each file is read once', async () => {
  make('a/x.json', 'elsewhere/y.json');
  symlinkSync('..', join(root, 'a/up'));
  symlinkSync('.', join(root, 'a/self'));
  symlinkSync(join(root, 'elsewhere'), join(root, 'a/other'));
  symlinkSync('x.json', join(root, 'a/same.json'));
  linkSync(join(root, 'a/x.json'), join(root, 'a/hard.json'));
  expect(await find('a')).toEqual({ names: ['a/hard.json', 'a/other/y.json'], problems: [] });
});

test('links that fan out at each level are walked once a folder', async () => {
  for (let level = 0; level < 30; level++) {
    mkdirSync(join(root, `l${level}`));
    for (const name of ['p', 'q']) symlinkSync(`../l${level + 1}`, join(root, `l${level}/${name}`));
  }
  make('l30/x.json');
  expect((await find('l0')).names).toEqual([`l0/${'p/'.repeat(30)}x.json`]);
});

test.each([
  { name: 'a path that is not there', paths: ['nothing'], problems: ['error INPUT_MISSING nothing'] },
  { name: 'a folder without a file of events', paths: ['docs'], problems: ['error INPUT_EMPTY docs'] },
  {
    name: 'a path through a file',
    paths: ['docs/readme.md/x.evtx'],
    problems: ['error INPUT_UNREADABLE docs/readme.md/x.evtx'],
  },
  { name: 'links that lead to each other', paths: ['loop1'], problems: ['error INPUT_UNREADABLE loop1'] },
  {
    name: 'a link in a folder that leads nowhere',
    paths: ['broken'],
    problems: ['warning INPUT_UNREADABLE broken/gone.json'],
  },
])('$name', async ({ paths, problems }) => {
  make('docs/readme.md', 'broken/here.json', 'good.json');
  symlinkSync('loop2', join(root, 'loop1'));
  symlinkSync('loop1', join(root, 'loop2'));
  symlinkSync('nowhere', join(root, 'broken/gone.json'));
  const found = await find(...paths, 'good.json');
  expect(found.problems).toEqual(problems);
  // What is wrong with one path does not lose the others.
  expect(found.names).toContain('good.json');
});

test('problems say what to do', async () => {
  const { problems } = await findInputs([join(root, 'nothing')]);
  expect(problems[0]).toMatchObject({
    message: 'there is no such file or folder',
    hint: expect.stringMatching(/spelling/) as string,
  });
});

test('standard input is an input like the others', async () => {
  const { inputs, problems } = await findInputs(['-', '-']);
  expect(inputs.map((input) => input.name)).toEqual(['-']);
  expect(problems).toEqual([]);
});
