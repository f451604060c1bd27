/** How long rules take from files to the first answer, beside reading the same files alone; and how much two threads bring. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePacks } from '../../app/policy/compile-packs.js';
import { packsVersion } from '../../app/policy/logged-policy.js';
import { rulesFolder } from '../data-folder.js';
import { CommandError } from '../exit.js';
import { packFolders, readPack } from '../pack-files.js';
import { loadPolicy, type PolicyOptions } from '../policy-options.js';
import { bundledPackPath, programRoot } from '../program-root.js';
import { rulePacks } from '../serve/rule-packs.js';
import { casesApart } from './apart.js';
import { median, type BenchCase } from './cases.js';

const ROUNDS = 3;

/** What a start takes, in fresh processes: from the files alone, and from the cache that the start before has left. */
export function startCases(options: PolicyOptions): BenchCase[] {
  const starts = Array.from({ length: ROUNDS }, () => {
    const cache = mkdtempSync(join(tmpdir(), 'chainsight-bench-'));
    try {
      const start = (): BenchCase => casesApart('load', options, [], { XDG_CACHE_HOME: cache })[0]!;
      return { first: start(), next: start() };
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  });
  const first = middle(starts.map((start) => start.first));
  const next = middle(starts.map((start) => start.next));
  return [
    first,
    {
      ...next,
      name: `${next.name} from the cache`,
      of: `without it: ${first.value.toFixed(2)} s`,
      ratio: next.value / first.value,
    },
  ];
}

function middle(cases: readonly BenchCase[]): BenchCase {
  const value = median(cases.map((each) => each.value));
  return cases.find((each) => each.value === value)!;
}

/** One start, in this process. */
export async function loadCase(options: PolicyOptions): Promise<BenchCase[]> {
  const started = performance.now();
  const { policy } = await loadPolicy(options);
  const loadedS = (performance.now() - started) / 1000;
  const readStarted = performance.now();
  for (const folder of [...(options.bundled ? [bundledPackPath()] : []), ...options.rules].flatMap(packFolders)) {
    readPack(folder);
  }
  const readS = (performance.now() - readStarted) / 1000;
  return [
    {
      name: `load ${policy.rules.rules.length} rules`,
      value: Number(loadedS.toFixed(3)),
      unit: 's',
      of: `reading the files: ${readS.toFixed(2)} s`,
      ratio: loadedS / readS,
    },
  ];
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

/**
 * Whole runs of the program, so that starting threads and loading the rules in each is in it. Beside it what the machine gives to two scans at once that
 * share nothing: processors that share caches, memory or a core give less than twice.
 */
export async function threadsCase(paths: readonly string[], options: PolicyOptions): Promise<BenchCase> {
  const scan = (threads: number): Promise<void> => runScan(paths, threads, options);
  const one = await secondsOf(() => scan(1));
  const two = await secondsOf(() => scan(2));
  const apart = await secondsOf(() => Promise.all([scan(1), scan(1)]));
  return {
    name: 'scan with two threads',
    value: Number(two.toFixed(1)),
    unit: 's',
    of: `with one: ${one.toFixed(1)} s; two scans at once that share nothing do ${((2 * one) / apart).toFixed(2)} times as much as one; of ${paths.join(', ')}`,
    ratio: one / two,
  };
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

async function runScan(paths: readonly string[], threads: number, { rules, bundled }: PolicyOptions): Promise<void> {
  const program = join(programRoot(), 'bin/chainsight.js');
  const flags = [...rules.flatMap((folder) => ['--rules', folder]), ...(bundled ? [] : ['--no-bundled'])];
  const scan = spawn(
    process.execPath,
    [program, 'scan', ...paths, ...flags, '--threads', String(threads), '--format', 'json'],
    { stdio: 'ignore' },
  );
  const [status] = (await once(scan, 'exit')) as [number | null];
  if (status !== 0) throw new CommandError(`The scan with ${threads} threads failed.`);
}
