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
const checks = args.length === 0 ? runChecks() : { passed: 0, failed: 0 };
const folder = mkdtempSync(join(tmpdir(), 'chainsight-test-'));
const report = join(folder, 'report.json');
const coverage = args.length === 0 ? ['--coverage'] : [];
const run = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...coverage,
    ...args,
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
let tests = { passed: 0, failed: 1, skipped: 0 };
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  tests = { passed: result.numPassedTests, failed: result.numFailedTests, skipped: result.numPendingTests };
  // A file that could not be loaded, or a floor of coverage that was missed, counts although no single test failed.
  if (run.status !== 0 && tests.failed === 0) tests.failed = 1;
} catch {
  console.error('The test runner left no report.');
}
rmSync(folder, { recursive: true, force: true });
const passed = tests.passed + checks.passed;
const failed = tests.failed + checks.failed;
console.log(`\n${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
