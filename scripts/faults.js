// `npm run faults [-- --long] [--only NAME] [--seed N]`: the parts of `test/faults` by hand, a line of counts for each. `--long` takes days; docs/guides/test-faults.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setUp } from './set-up.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const parts = readdirSync(join(root, 'test/faults')).flatMap((name) =>
  name.endsWith('.test.ts') ? [name.slice(0, -'.test.ts'.length)] : [],
);
const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: parts },
    seed: { type: 'string', default: String(Date.now() >>> 0) },
  },
});
const unknown = values.only.find((name) => !parts.includes(name));
if (unknown !== undefined || !/^\d{1,10}$/.test(values.seed)) {
  console.error(
    unknown === undefined ? '--seed takes a whole number.' : `No part ${unknown}; there are ${parts.join(', ')}.`,
  );
  process.exit(2);
}

setUp();
const { build } = await import('./build.js');
await build({ console: true });
const folder = mkdtempSync(join(tmpdir(), 'chainsight-faults-'));
const report = join(folder, 'report');
for (const part of values.only) {
  const started = performance.now();
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'faults*', `test/faults/${part}.test.ts`],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      env: {
        ...process.env,
        CHAINSIGHT_FAULTS: values.long ? 'long' : 'quick',
        CHAINSIGHT_FAULTS_SEED: values.seed,
        CHAINSIGHT_FAULTS_REPORT: report,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const counts = existsSync(report)
    ? readFileSync(report, 'utf8')
    : `${part}: nothing was counted, seed ${values.seed}\n`;
  rmSync(report, { force: true });
  const seconds = Math.round((performance.now() - started) / 1000);
  if (status !== 0) {
    process.exitCode = 1;
    console.log(stdout);
  }
  for (const line of counts.trimEnd().split('\n'))
    console.log(`${status === 0 ? 'held  ' : 'BROKEN'} ${line}, ${seconds} s`);
}
rmSync(folder, { recursive: true });
