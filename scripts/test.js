// `npm test`: installs, builds, checks and runs every test, and ends with one line of totals. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.js';

const root = fileURLToPath(new URL('..', import.meta.url));
setUp();
const { build } = await import('./build.js');
await build({ console: true });
const { runChecks } = await import('./check.js');

const args = process.argv.slice(2);
const checks = args.length === 0 ? await runChecks() : { passed: 0, failed: 0 };
const folder = mkdtempSync(join(tmpdir(), 'chainsight-test-'));
const report = join(folder, 'report.json');

/** One run of vitest; what it prints is for people, the totals come from its report. */
function runTests(args) {
  rmSync(report, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
    // A file that could not be loaded, or a floor of coverage that was missed, counts although no single test failed.
    const failed = numFailedTests === 0 && status !== 0 ? 1 : numFailedTests;
    return { passed: numPassedTests, failed, skipped: numPendingTests };
  } catch {
    console.error('The test runner left no report.');
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

// Counting what is covered makes code a third slower; what starts programs or throws half a million inputs is not there to cover lines.
const COVERING = ['unit', 'unit-measured'];
const OTHERS = ['golden', 'whole', 'fuzz', 'faults', 'faults-measured', 'e2e-patient', 'e2e'];
const only = (projects) => projects.map((project) => `--project=${project}`);
const runs = args.length > 0 ? [args] : [['--coverage', ...only(COVERING)], only(OTHERS)];
const results = [checks, ...runs.map(runTests)];
rmSync(folder, { recursive: true, force: true });
const sum = (count) => results.reduce((total, result) => total + (result[count] ?? 0), 0);
const passed = sum('passed');
const failed = sum('failed');
const skipped = sum('skipped');
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
