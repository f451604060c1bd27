/** How long rules take from files to the first answer, beside reading the same files alone; and how much two threads bring. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePacks } from '../../app/policy/compile-packs.js';
import { packsVersion } from '../../app/policy/logged-policy.js';
import { createRuleSet } from '../../engine/rule/index.js';
import { rulesFolder } from '../data-folder.js';
import { CommandError } from '../exit.js';
import { bundledPackPath, loadPacks, packFolders, readPack } from '../pack-files.js';
import type { PolicyOptions } from '../policy-options.js';
import { programRoot } from '../program-root.js';
import { saveRules, useRuleCache } from '../rule-cache.js';
import { rulePacks } from '../serve/rule-packs.js';
import { median, medianSeconds, type BenchCase } from './cases.js';

const ROUNDS = 3;

/** Once from the files alone, and once as the next start of the program does it. */
export function loadCases(options: PolicyOptions): BenchCase[] {
  const folders = [...(options.bundled ? [bundledPackPath()] : []), ...options.rules];
  const read = (): void => {
    for (const folder of folders.flatMap(packFolders)) readPack(folder);
  };
  let rules = 0;
  const load = (): void => {
    const packs = loadPacks(folders, { ruleProfiles: options.ruleProfile });
    rules = createRuleSet(packs.rules, packs.profiles).rules.length;
  };
  useRuleCache(undefined);
  const [reading = 0, loading = 0] = medianSeconds([read, load], ROUNDS);
  const cache = mkdtempSync(join(tmpdir(), 'chainsight-bench-'));
  try {
    useRuleCache(cache);
    load();
    saveRules();
    const [again = 0] = medianSeconds([load], ROUNDS);
    return [
      loadingCase(`load ${rules} rules`, loading, 'reading the files', reading),
      loadingCase(`load ${rules} rules from the cache`, again, 'without it', loading),
    ];
  } finally {
    useRuleCache(undefined);
    rmSync(cache, { recursive: true, force: true });
  }
}

function loadingCase(name: string, seconds: number, other: string, otherSeconds: number): BenchCase {
  return {
    name,
    value: Number(seconds.toFixed(2)),
    unit: 's',
    of: `${other}: ${otherSeconds.toFixed(2)} s`,
    ratio: seconds / otherSeconds,
  };
}

/** One file more, as a running server takes it in: what was made of all others is kept. The wait for the file to be quiet is not in it. */
export async function reloadCase(options: PolicyOptions): Promise<BenchCase> {
  const data = mkdtempSync(join(tmpdir(), 'chainsight-bench-'));
  try {
    const packs = rulePacks(data, {
      'rules.bundled': options.bundled,
      'rules.packs': options.rules,
      'rules.profiles': options.ruleProfile ?? [],
    });
    const read = async (): Promise<number> => {
      const started = performance.now();
      const sources = await packs.read();
      packsVersion(sources);
      compilePacks(sources);
      return (performance.now() - started) / 1000;
    };
    const first = await read();
    const again: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      writeFileSync(join(rulesFolder(data), 'mine.yml'), ruleText(round));
      again.push(await read());
    }
    return {
      name: 'reload after one rule was saved',
      value: Number(median(again).toFixed(3)),
      unit: 's',
      of: `the first load of the same: ${first.toFixed(2)} s`,
      ratio: median(again) / first,
    };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function ruleText(round: number): string {
  return `rules:\n  - {id: mine-${round}, title: Mine, set: ioa, points: 10, conditions: ["action == 'processcreate'"]}\n`;
}

/** Whole runs of the program, so that starting threads and loading the rules in each is in it. */
export function threadsCase(paths: readonly string[], options: PolicyOptions): BenchCase {
  const [one, two] = [1, 2].map((threads) => scanSeconds(paths, threads, options)) as [number, number];
  return {
    name: 'scan with two threads',
    value: Number(two.toFixed(1)),
    unit: 's',
    of: `with one: ${one.toFixed(1)} s; of ${paths.join(', ')}`,
    ratio: one / two,
  };
}

function scanSeconds(paths: readonly string[], threads: number, { rules, bundled }: PolicyOptions): number {
  const program = join(programRoot(), 'bin/chainsight.js');
  const flags = [...rules.flatMap((folder) => ['--rules', folder]), ...(bundled ? [] : ['--no-bundled'])];
  const started = performance.now();
  const { status } = spawnSync(
    process.execPath,
    [program, 'scan', ...paths, ...flags, '--threads', String(threads), '--format', 'json'],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  if (status !== 0) throw new CommandError(`The scan with ${threads} threads failed.`);
  return (performance.now() - started) / 1000;
}
