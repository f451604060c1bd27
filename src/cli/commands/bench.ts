/** `chainsight bench`: the figures we state, each as a ratio measured in one run. */

import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import type { BenchCase } from '../bench/cases.js';
import { chainCases } from '../bench/chain-cases.js';
import { liveCases } from '../bench/live-case.js';
import { type CaseApart, casesApart } from '../bench/apart.js';
import { loadCase, reloadCase, startCases, threadsCase } from '../bench/load-case.js';
import { loadMaterial } from '../bench/material.js';
import { memoryCases } from '../bench/memory-case.js';
import { restartCases } from '../bench/restart-case.js';
import { ruleCases } from '../bench/rule-cases.js';
import { scanCases } from '../bench/scan-cases.js';
import { snapshotCases } from '../bench/snapshot-case.js';
import { inProcessPlugins } from '../judges.js';
import { wholeNumber } from '../option-values.js';
import { openOutput } from '../output.js';
import { policyFromOptions } from '../policy-options.js';

const PROCESSES = 50_000;
const HOSTS = 1000;

interface BenchOptions {
  readonly rules: readonly string[];
  readonly bundled: boolean;
  readonly events: readonly string[];
  readonly live: boolean;
  readonly processes: number;
  readonly hosts: number;
  readonly only: CaseApart | undefined;
  readonly format: 'pretty' | 'json';
}

export function benchCommand(): Command {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return new Command('bench')
    .description(
      'Measure speed: scan against JSON.parse alone, rules by their number, loading, large chains, threads, a live server against the original.',
    )
    .option('--rules <dir>', 'a pack of rules besides the bundled one; may be given more than once', collect, [])
    .option('--no-bundled', 'without the bundled pack')
    .option(
      '--events <path>',
      'recorded events (JSON lines) instead of simulated ones; may be given more than once',
      collect,
      [],
    )
    .option('--no-live', 'without the cases that start a server')
    .option(
      '--processes <number>',
      'how many live where a snapshot is written, and where a server starts again',
      wholeNumber(1),
      PROCESSES,
    )
    .option(
      '--hosts <number>',
      'how many with 200 live processes each are held in memory at once',
      wholeNumber(1),
      HOSTS,
    )
    .addOption(new Option('--only <case>', 'one case alone').choices(['memory', 'load', 'restart']))
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json']).default('pretty'))
    .addHelpText(
      'after',
      '\nExamples:\n  chainsight bench\n  chainsight bench --events recordings/ --format json\n  chainsight bench --only memory --hosts 10000\n  chainsight bench --only restart --processes 1000000',
    )
    .action(async (options: BenchOptions) => {
      const cases = options.only === undefined ? await allCases(options) : await CASES_ALONE[options.only](options);
      const output = openOutput(undefined);
      const cpu = cpus()[0]?.model ?? 'unknown';
      if (options.format === 'json')
        await output.write(`${JSON.stringify({ node: process.versions.node, cpu, cases }, undefined, 2)}\n`);
      else await output.write(pretty(cases, `Node ${process.versions.node}, ${cpu}`));
      await output.close();
    });
}

const CASES_ALONE: Readonly<Record<CaseApart, (options: BenchOptions) => Promise<readonly BenchCase[]>>> = {
  load: loadCase,
  restart: ({ processes }) => restartCases(processes),
  memory: async (options) => memoryCases((await policyFromOptions(options)).policy, inProcessPlugins(), options.hosts),
};

async function allCases(options: BenchOptions): Promise<readonly BenchCase[]> {
  const { policy } = await policyFromOptions(options);
  const material = await loadMaterial(options.events);
  return [
    ...scanCases(material, policy, () => inProcessPlugins()),
    ...ruleCases(material, policy),
    ...startCases(options),
    await reloadCase(options),
    ...chainCases(policy),
    ...(await snapshotCases(policy, options.processes)),
    ...(options.events.length > 0 ? [await threadsCase(options.events, options)] : []),
    ...casesApart('memory', options, ['--hosts', String(options.hosts)]),
    ...(options.live ? [...(await liveCases(material)), ...(await restartCases(options.processes))] : []),
  ];
}

function pretty(cases: readonly BenchCase[], machine: string): string {
  const width = Math.max(...cases.map((each) => each.name.length));
  const rows = cases.map(
    (each) =>
      `${each.name.padEnd(width)}  ${each.value.toLocaleString('en').padStart(10)} ${each.unit.padEnd(10)}  ratio ${each.ratio.toFixed(2).padStart(8)}  of ${each.of}`,
  );
  return `${machine}\n\n${rows.join('\n')}\n`;
}
