/** `chainsight simulate`: deterministic synthetic hosts on stdout, for demonstrations, tests and load. */

import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { attackNames, simulate } from '../../app/simulate/simulate.js';
import { CommandError } from '../exit.js';
import { openOutput } from '../output.js';

interface SimulateCommandOptions {
  readonly hosts: string;
  readonly hours: string;
  readonly seed: string;
  readonly attacks: string;
  readonly noise: string;
  readonly truth?: string;
  readonly start?: string;
}

const FLUSH_CHARACTERS = 256 * 1024;

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('Write Sysmon-shaped events of synthetic hosts (NDJSON): the same bytes for the same arguments.')
    .option('--hosts <number>', 'how many hosts', '5')
    .option('--hours <number>', 'how long', '8')
    .option('--seed <text>', 'another seed is another world', '1')
    .option('--attacks <names>', `all, none, or some of: ${attackNames().join(', ')}`, 'all')
    .option('--noise <factor>', 'how much goes on', '1')
    .option('--truth <file>', 'write which chains are attacks (NDJSON)')
    .option('--start <time>', 'when it starts (ISO 8601)')
    .addHelpText(
      'after',
      `
Examples:
  chainsight simulate --hosts 20 --hours 24 --attacks none | chainsight scan -
  chainsight simulate --attacks ransomware,beacon --truth truth.ndjson > events.jsonl`,
    )
    .action(run);
}

async function run(options: SimulateCommandOptions): Promise<void> {
  const startMs = options.start === undefined ? undefined : Date.parse(options.start);
  if (startMs !== undefined && Number.isNaN(startMs))
    throw new CommandError(`--start: ${options.start} is no time; write 2026-01-05T08:00:00Z.`);
  const names = options.attacks === 'none' ? [] : options.attacks.split(',').map((name) => name.trim());
  const simulation = start();
  const output = openOutput(undefined);
  let held = '';
  for (const line of simulation.lines) {
    held += `${line}\n`;
    if (held.length < FLUSH_CHARACTERS) continue;
    await output.write(held);
    held = '';
  }
  await output.write(held);
  await output.close();
  if (options.truth === undefined) return;
  await writeFile(options.truth, simulation.truth.map((truth) => `${JSON.stringify(truth)}\n`).join(''));

  function start(): ReturnType<typeof simulate> {
    try {
      return simulate({
        hosts: Number(options.hosts),
        hours: Number(options.hours),
        seed: options.seed,
        attacks: names,
        noise: Number(options.noise),
        startMs,
      });
    } catch (error) {
      if (error instanceof RangeError) throw new CommandError(error.message);
      throw error;
    }
  }
}
