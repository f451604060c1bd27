/** `chainsight replay`: a range of the log again, as a scan would print it. */

import { Command, Option } from 'commander';
import { compilePacks } from '../../app/policy/compile-packs.js';
import { replay } from '../../app/replay/replay.js';
import { configFrom, dataOption, type DataOptions } from '../data-folder.js';
import { EXIT_FINDINGS, EXIT_FINE } from '../exit.js';
import { configuredPlugins, judges } from '../judges.js';
import { policyInstead, storedDecoder, withLog, type ReplayPolicyOptions } from '../log-source.js';
import { collect, toScore } from '../option-values.js';
import { openOutput, paintFor } from '../output.js';
import { ruleProfileOption } from '../rule-profile-option.js';
import { prettyReport } from '../scan/pretty.js';
import { TIME_HELP, toTime } from '../time-option.js';

interface ReplayCommandOptions extends DataOptions, ReplayPolicyOptions {
  readonly from?: number;
  readonly to?: number;
  readonly host?: string;
  readonly minScore?: number;
  readonly format: 'pretty' | 'json' | 'ndjson';
  readonly out?: string;
  readonly failOn?: 'threats';
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('judge stored events again, with the policy of their day or another one; prints what scan prints')
    .option('--from <time>', `from this event time on: ${TIME_HELP}`, toTime)
    .option('--to <time>', 'up to this event time, without it', toTime)
    .option('--host <name>', 'of this host alone')
    .option('--policy <file>', 'other thresholds, lists and exceptions (YAML), throughout')
    .option(
      '--rules <dir>',
      'with this pack besides the bundled one, throughout; may be given more than once',
      collect,
      [],
    )
    .addOption(ruleProfileOption())
    .option('--no-bundled', 'without the bundled pack')
    .option('--min-score <number>', 'print chains from this score on, instead of the threshold', toScore)
    .addOption(dataOption())
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json', 'ndjson']).default('pretty'))
    .option('--out <file>', 'write to a file instead of stdout')
    .addOption(new Option('--fail-on <what>', 'exit with 1 if there are any').choices(['threats']))
    .addHelpText(
      'after',
      `
Examples:
  chainsight replay --data data --from -7d
  chainsight replay --data data --policy stricter.yml --format json`,
    )
    .action(async (options: ReplayCommandOptions) => {
      process.exitCode = await run(options);
    });
}

async function run(options: ReplayCommandOptions): Promise<number> {
  const configured = configuredPlugins(configFrom(options).values);
  const report = await withLog(options, async (log) =>
    replay(log, {
      decoder: storedDecoder,
      compile: compilePacks,
      policy: await policyInstead(log, options),
      plugins: () => judges(configured),
      fromMs: options.from,
      toMs: options.to,
      host: options.host,
      minScore: options.minScore,
      nowMs: () => performance.now(),
    }),
  );
  const output = openOutput(options.out);
  if (options.format === 'json') await output.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else if (options.format === 'ndjson')
    for (const threat of report.threats) await output.write(`${JSON.stringify(threat)}\n`);
  else await output.write(prettyReport(report, paintFor(process.stdout, options.out !== undefined)));
  await output.close();
  return options.failOn === 'threats' && report.threats.length > 0 ? EXIT_FINDINGS : EXIT_FINE;
}
