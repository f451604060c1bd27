// Types, lint, format and dead code: each is one passed or failed check. Runs inside `npm test`, and alone as `npm run check`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
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

/** As many at a time as there are processors. @returns {Promise<{ passed: number, failed: number }>} */
export async function runChecks() {
  const waiting = [...CHECKS];
  let failed = 0;
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift())
      if (!(await passes(check))) failed++;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { passed: CHECKS.length - failed, failed };
}

async function passes([name, script, args]) {
  const started = performance.now();
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { cwd: root });
  const outputs = [child.stdout, child.stderr].map((stream) => text(stream));
  const [status] = await once(child, 'close');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (status !== 0) console.log((await Promise.all(outputs)).join('').trim().split('\n').slice(0, 60).join('\n'));
  return status === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { setUp } = await import('./set-up.js');
  setUp();
  process.exitCode = (await runChecks()).failed > 0 ? 1 : 0;
}
