// Shows that the tests see what they are for: `node test/planted/planted.js [WORD…]` plants each fault of `faults.js` (or those that a word occurs in) in
// a copy of the working tree, runs the test that guards it, and demands that it fails; without the fault the same test must pass. By hand: it
// takes a quarter of an hour. A fault whose place is not there any more, or whose patch keeps the test from loading, is an error of the list.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAULTS } from './faults.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'coverage']);

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const faults = FAULTS.filter((fault) => {
  const text = Object.values(fault).join(' ').toLowerCase();
  return words.length === 0 || words.some((word) => text.includes(word));
});

const folder = mkdtempSync(join(tmpdir(), 'chainsight-planted-'));
// As in the checkout, recorded data lies beside the tree.
const tree = join(folder, 'tree');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));
cpSync(root, tree, {
  recursive: true,
  filter: (path) => !LEFT_OUT.has(path.slice(root.length).split('/')[0] ?? ''),
});
symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
if (existsSync(join(root, '../shared'))) symlinkSync(join(root, '../shared'), join(folder, 'shared'));

/** @returns {{ outcome: 'passed' | 'failed' | 'not run', said: string }} */
function run({ test, name, build }) {
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const args = ['run', '--reporter=json', `--outputFile=${report}`, test, ...(name === undefined ? [] : ['-t', name])];
  if (build) {
    const program = "import('./scripts/build.js').then(({ build }) => build({ console: false, quiet: true }))";
    spawnSync(process.execPath, ['-e', program], { cwd: tree, stdio: 'inherit' });
  }
  const child = spawnSync(process.execPath, [join(tree, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: tree,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 600_000,
  });
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    );
    const unloaded = testResults.map(({ message }) => message).find((message) => message !== '');
    if (numFailedTests > 0) return { outcome: 'failed', said: failed[0] ?? '' };
    if (numPassedTests > 0 && child.status === 0) return { outcome: 'passed', said: '' };
    if (unloaded !== undefined) return { outcome: 'not run', said: unloaded.split('\n')[0].slice(0, 300) };
  } catch {
    // Without a report it did not run.
  }
  return { outcome: 'not run', said: String(child.stderr).trim().split('\n').slice(-3).join(' ').slice(0, 300) };
}

let wrong = 0;
function tell(isRight, fault, said) {
  if (!isRight) wrong++;
  console.log(`${isRight ? 'seen ' : 'WRONG'}  ${fault.promise}: ${fault.fault}\n       ${said}`);
}

/** Results of tests without a fault, by test and name. */
const sound = new Map();
for (const fault of faults) {
  const path = join(tree, fault.file);
  const text = readFileSync(path, 'utf8');
  const places = text.split(fault.find).length - 1;
  if (places !== 1) {
    tell(false, fault, `its place is ${places} times in ${fault.file}: bring faults.js up to date`);
    continue;
  }
  const key = `${fault.test} ${fault.name ?? ''}`;
  if (!sound.has(key)) sound.set(key, run(fault));
  const before = sound.get(key);
  if (before.outcome !== 'passed') {
    tell(false, fault, `${key.trim()} ${before.outcome} without the fault: ${before.said}`);
    continue;
  }
  writeFileSync(
    path,
    text.replace(fault.find, () => fault.replace),
  );
  const started = performance.now();
  const { outcome, said } = run(fault);
  writeFileSync(path, text);
  const seconds = Math.round((performance.now() - started) / 1000);
  tell(outcome === 'failed', fault, `${fault.test} ${outcome} in ${seconds} s${said === '' ? '' : `: ${said}`}`);
}
console.log(`\n${faults.length - wrong} of ${faults.length} planted faults were seen`);
process.exitCode = wrong > 0 ? 1 : 0;
