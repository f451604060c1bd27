/** The build that runs before every command in a checkout, on a tree of a few lines: what it makes again, and what not. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const tree = mkdtempSync(join(tmpdir(), 'chainsight-build-'));

const SOURCES: Readonly<Record<string, string>> = {
  'package.json': '{"type":"module"}',
  'package-lock.json': '{}',
  'tsconfig.base.json': '{}',
  'rules/x.yml': 'x: 1\n',
  'src/shared.ts': 'export const shared: string = Math.random().toString();\n',
  'src/cli/main.ts': "export { shared } from '../shared.js';\n",
  'src/app/index.ts': "export { shared } from '../shared.js';\n",
  'src/cli/keep-bundled-rules.ts':
    "import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[2] + '/dist/bundled.rules', 'kept');\n",
};

beforeAll(() => {
  for (const [path, text] of Object.entries(SOURCES)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  cpSync(join(ROOT, 'scripts'), join(tree, 'scripts'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'junction');
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** @returns what it said */
function build(): string {
  const run = "import('./scripts/build.js').then(({ build }) => build({ console: false }))";
  const { status, stderr } = spawnSync(process.execPath, ['-e', run], { cwd: tree, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stderr;
}

const made = (): string[] =>
  readdirSync(join(tree, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:js|rules)$/.test(path))
    .sort();

test('builds once, and again where a source changed or anything that was built is gone', () => {
  expect(build()).toContain('Building the server');
  const all = made();
  expect(all).toEqual(expect.arrayContaining(['app.js', 'bundled.rules', 'cli.js']));
  expect(all.some((path) => path.startsWith('chunks'))).toBe(true);
  expect(build()).toBe('');
  for (const path of all) {
    rmSync(join(tree, 'dist', path));
    build();
    expect(made(), path).toEqual(all);
  }
  const stamp = readFileSync(join(tree, 'dist/.server.stamp'), 'utf8');
  writeFileSync(join(tree, 'src/cli/main.ts'), 'export {};\n');
  expect(build()).toContain('Building the server');
  expect(readFileSync(join(tree, 'dist/.server.stamp'), 'utf8')).not.toBe(stamp);
});
