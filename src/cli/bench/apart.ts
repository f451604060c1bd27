/** One case alone in a process of its own: as fresh as at a start, and with nothing in memory of what was measured before. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CommandError } from '../exit.js';
import type { PolicyOptions } from '../policy-options.js';
import { programRoot } from '../program-root.js';
import type { BenchCase } from './cases.js';

export type CaseApart = 'memory' | 'load' | 'restart';

/** @param environment  beside this process's own */
export function casesApart(
  only: CaseApart,
  { rules, bundled }: PolicyOptions,
  flags: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): BenchCase[] {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      ...[join(programRoot(), 'bin/chainsight.js'), 'bench', '--only', only, '--format', 'json', ...flags],
      ...rules.flatMap((folder) => ['--rules', folder]),
      ...(bundled ? [] : ['--no-bundled']),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', env: { ...process.env, ...environment } },
  );
  if (status !== 0) throw new CommandError(`The process that measures "${only}" failed.`);
  return (JSON.parse(stdout) as { cases: BenchCase[] }).cases;
}
