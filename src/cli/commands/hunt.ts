/** `chainsight hunt`: a question to stored events, answered as chains. */

import { Argument, Command, Option } from 'commander';
import { LogHunter } from '../../app/hunt/log-hunter.js';
import { cutText } from '../../app/hunt/hunt-cut.js';
import type { HuntAnswer, HuntQuestion } from '../../app/live-ports.js';
import { reportThreat } from '../../app/report/report.js';
import { configFrom, dataOption, type DataOptions } from '../data-folder.js';
import { CommandError, EXIT_FINDINGS, EXIT_FINE } from '../exit.js';
import { configuredPlugins, inProcessPlugins } from '../judges.js';
import { lastPolicy, policyInstead, storedDecoder, withLog, type ReplayPolicyOptions } from '../log-source.js';
import { collect, wholeNumber } from '../option-values.js';
import { openOutput, paintFor, shortened, visible, type Paint } from '../output.js';
import { ruleProfileOption } from '../rule-profile-option.js';
import { systemPause } from '../serve/world.js';
import { TIME_HELP, toTime } from '../time-option.js';

interface HuntOptions extends DataOptions, ReplayPolicyOptions {
  readonly from: number;
  readonly to?: number;
  readonly host?: string;
  readonly limit: number;
  readonly format: 'pretty' | 'json' | 'ndjson';
  readonly failOn?: 'chains';
}

const CHAINS_SHOWN = 100;
const COMMAND_LINE_WIDTH = 100;

export function huntCommand(): Command {
  return new Command('hunt')
    .description('rebuild the chains of a past range from stored events, with the rules in force now')
    .addArgument(new Argument('[query]', 'expression over an event’s fields; only chains with such an event'))
    .option('--from <time>', `from this event time on: ${TIME_HELP}`, toTime, 0)
    .option('--to <time>', 'up to this event time, without it', toTime)
    .option('--host <name>', 'of this host alone')
    .option('--limit <number>', 'chains to print, most points first', wholeNumber(0), CHAINS_SHOWN)
    .option('--policy <file>', 'other thresholds, lists and exceptions (YAML)')
    .option('--rules <dir>', 'with this pack besides the bundled one; may be given more than once', collect, [])
    .addOption(ruleProfileOption())
    .option('--no-bundled', 'without the bundled pack')
    .addOption(dataOption())
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json', 'ndjson']).default('pretty'))
    .addOption(new Option('--fail-on <what>', 'exit with 1 if there are any').choices(['chains']))
    .addHelpText(
      'after',
      `
Examples:
  chainsight hunt --from -24h
  chainsight hunt "'psexec' in image" --from 2026-11-01 --to 2026-11-08
  chainsight hunt "action == 'dnsquery'" --host fin-03 --format ndjson`,
    )
    .action(async (query: string | undefined, options: HuntOptions) => {
      process.exitCode = await run(query, options);
    });
}

async function run(query: string | undefined, options: HuntOptions): Promise<number> {
  const answer = await withLog(options, async (log) => {
    const { policy, plugins } = (await policyInstead(log, options)) ?? (await lastPolicy(log));
    const configured = configuredPlugins(configFrom(options).values);
    const hunter = new LogHunter({
      log,
      policy: () => policy,
      plugins: () => inProcessPlugins(plugins ?? configured),
      decoder: storedDecoder,
      pause: systemPause,
    });
    const question: HuntQuestion = {
      fromMs: options.from,
      toMs: options.to ?? Number.MAX_SAFE_INTEGER,
      host: options.host?.toLowerCase(),
      query,
    };
    const wrong = hunter.check(question);
    if (wrong !== undefined) throw new CommandError(wrong.message);
    return await hunter.hunt(question, progressTo(process.stderr), () => false);
  });
  await print(answer, options);
  return options.failOn === 'chains' && answer.chains.length > 0 ? EXIT_FINDINGS : EXIT_FINE;
}

async function print(answer: HuntAnswer, { format, limit }: HuntOptions): Promise<void> {
  const output = openOutput(undefined);
  const chains = answer.chains.slice(0, limit);
  const left = answer.chains.length - chains.length;
  const cut = [cutText(answer.cuts), left > 0 ? `${left} more chains are not printed: --limit.` : undefined].filter(
    (reason) => reason !== undefined,
  );
  const shapes = chains.map(({ threat, processes }) => Object.assign({ processes }, reportThreat(threat)));
  if (format === 'json') {
    const whole = { version: 1, events: answer.events, cut: cut.length === 0 ? null : cut.join(' '), chains: shapes };
    await output.write(`${JSON.stringify(whole, undefined, 2)}\n`);
  } else if (format === 'ndjson') {
    for (const shape of shapes) await output.write(`${JSON.stringify(shape)}\n`);
  } else {
    const paint = paintFor(process.stdout, false);
    for (const chain of chains) await output.write(`${chainLines(chain, paint).join('\n')}\n`);
    await output.write(`${paint.bold(`${answer.chains.length} chains`)} in ${answer.events} events\n`);
  }
  if (format !== 'json') for (const reason of cut) process.stderr.write(`${reason}\n`);
  await output.close();
}

function chainLines({ threat, processes }: HuntAnswer['chains'][number], paint: Paint): readonly string[] {
  const { start } = threat;
  const score = String(threat.score).padStart(6);
  const isThreat = threat.score >= threat.threshold;
  const image = visible(start.image === '' ? '(unknown)' : (start.image.split('\\').at(-1) ?? start.image));
  const count = processes === 1 ? '1 process' : `${processes} processes`;
  return [
    `${isThreat ? paint.red(paint.bold(score)) : score}  ${paint.bold(image)} on ${visible(threat.host)}  ${paint.dim(`${count}, chain ${threat.id}`)}`,
    `        ${visible(shortened(start.commandLine, COMMAND_LINE_WIDTH))}`,
    ...(threat.techniques.length === 0 ? [] : [`        ${paint.cyan(threat.techniques.join(' '))}`]),
  ];
}

/** On a terminal only: the same line again and again. */
function progressTo(
  stream: NodeJS.WriteStream,
): (progress: { readonly progress: number; readonly events: number }) => void {
  if (!stream.isTTY) return () => undefined;
  return ({ progress, events }) => {
    const isDone = progress >= 1;
    stream.write(isDone ? '\r\u001b[K' : `\r${Math.floor(progress * 100)} %, ${events} events`);
  };
}
