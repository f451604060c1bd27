// Types, lint, format, dead code and licences: each is one passed or failed check. Runs inside `npm test`, and alone as `npm run check`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const CHECKS = [
  ['types of the server', 'node_modules/typescript/bin/tsc', ['-b', 'src/cli']],
  ['types of the tests', 'node_modules/typescript/bin/tsc', ['-p', 'test', '--noEmit']],
  ['types of the console', 'node_modules/vue-tsc/bin/vue-tsc.js', ['-p', 'console', '--noEmit']],
  ['lint', 'node_modules/oxlint/bin/oxlint', ['--deny-warnings']],
  ['format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']],
  ['dead code and undeclared dependencies', 'node_modules/knip/bin/knip.js', []],
];

/** @returns {{ passed: number, failed: number }} */
export function runChecks() {
  let failed = 0;
  for (const [name, script, args] of CHECKS) {
    const started = performance.now();
    const result = spawnSync(process.execPath, [fileURLToPath(new URL(`../${script}`, import.meta.url)), ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${result.status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
    if (result.status === 0) continue;
    failed++;
    console.log(`${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(0, 60).join('\n'));
  }
  return { passed: CHECKS.length - failed, failed };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { setUp } = await import('./set-up.js');
  setUp();
  process.exitCode = runChecks().failed > 0 ? 1 : 0;
}
