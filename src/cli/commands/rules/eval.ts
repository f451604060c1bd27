/** `rules eval`: answers expressions and Sigma rules over events, line by line, for scripts and for trying things out. */

import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import type { Scope } from '../../../engine/rule/expression/expression.js';
import { compileExpression } from '../../../engine/rule/expression/index.js';
import { CommandError, EXIT_FINE, EXIT_USE } from '../../exit.js';
import { openOutput, type Paint, paintFor, visible } from '../../output.js';
import { readPack } from '../../pack-files.js';
import { restoreRules } from '../../rule-cache.js';
import { type ReadEvent, readEventLine } from './event-lines.js';
import { parseExactJson } from './exact-json.js';
import { explanationLines } from './explanation.js';
import { problemLines } from './problem-lines.js';
import { type Explained, SigmaQuestion } from './sigma-eval.js';

const HELP = `
Reads lines {"id", "expr", "event"} and prints for each {"id", "result": true|false} or
{"id", "error": "syntax"|"resolution"|"type"|"lookup", "message"}. The event is what the expression sees: names and
texts in lower case. A line that is not such an object gives the error "input" and, at the end, exit code 2.

With --sigma it reads events, one JSON object a line, in any shape that scan reads or as a map of fields, and prints
{"line", "match": true|false}: whether any rule of the file matches. An event that says what it is (an event id and
its channel or provider, or an action) is matched with regard to the rule's log source; of a bare map of fields only
the fields are judged, and correlations take its time from UtcTime, TimeCreated, @timestamp or timestamp.
A line that has a "note" was answered, but maybe not as meant: it is no object, or has no time and correlations are asked.
--explain shows the condition of each rule as a tree instead, with the truth and the matched text of each part, and of
correlations whether the event completes them.

Examples:
  $ echo '{"id": 1, "expr": "image =~ \\".*cmd.exe\\"", "event": {"image": "c:\\\\\\\\cmd.exe"}}' | chainsight rules eval
  $ chainsight rules eval --sigma rule.yml < events.jsonl
  $ chainsight rules eval --sigma rule.yml --explain one-event.json
`;

interface EvalOptions {
  readonly sigma?: string;
  readonly explain?: boolean;
  readonly format: 'pretty' | 'json';
}

export function evalCommand(): Command {
  return new Command('eval')
    .description('evaluate expressions, or a Sigma rule, over events')
    .argument('[file]', 'where to read from, instead of stdin')
    .option('--sigma <file>', 'a Sigma file, or a folder of them: events are asked about its rules')
    .option('--explain', 'with --sigma: why each event matches or does not')
    .addOption(new Option('--format <format>', 'how to explain').choices(['pretty', 'json']).default('pretty'))
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, options: EvalOptions) => {
      process.exitCode =
        options.sigma === undefined
          ? await evalExpressions(linesOf(file))
          : await evalSigma(options.sigma, file, options);
    });
}

function linesOf(file: string | undefined): AsyncIterable<string> {
  if (file !== undefined && file !== '-' && !existsSync(file)) throw new CommandError(`There is no file ${file}.`);
  const input = file === undefined || file === '-' ? process.stdin : createReadStream(file);
  return createInterface({ input, crlfDelay: Infinity });
}

async function evalExpressions(lines: AsyncIterable<string>): Promise<number> {
  const output = openOutput(undefined);
  let exitCode = EXIT_FINE;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const answer = evaluateLine(line, Date.now());
    if ('error' in answer && answer.error === 'input') exitCode = EXIT_USE;
    await output.write(`${JSON.stringify(answer)}\n`);
  }
  await output.close();
  return exitCode;
}

async function evalSigma(path: string, file: string | undefined, options: EvalOptions): Promise<number> {
  const pack = readPack(path);
  restoreRules(path, pack.files);
  const question = new SigmaQuestion(pack);
  const errors = question.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) process.stderr.write(`${problemLines(errors, paintFor(process.stderr, false)).join('\n')}\n`);
  if (!question.rules.some(({ sigma }) => sigma?.document.kind === 'rule') && question.rules.length > 0) {
    throw new CommandError(`Only correlations of ${path} load, and none of the rules that they refer to.`);
  }
  if (question.rules.length === 0) throw new CommandError(`No Sigma rule of ${path} loads; there is nothing to ask.`);
  const lines = linesOf(file);
  const output = openOutput(undefined);
  const paint = paintFor(process.stdout, false);
  let exitCode = EXIT_FINE;
  let lineNumber = 0;
  for await (const line of lines) {
    lineNumber++;
    if (line.trim() === '') continue;
    const answer = askLine(question, line, lineNumber, options.explain === true);
    if ('error' in answer) exitCode = EXIT_USE;
    await output.write(
      options.explain === true && options.format === 'pretty'
        ? `${prettyAnswer(answer, paint).join('\n')}\n\n`
        : `${JSON.stringify(answer)}\n`,
    );
  }
  await output.close();
  return exitCode;
}

export type SigmaAnswer =
  | {
      readonly line: number;
      readonly match: boolean;
      /** Why the answer may not be what was asked for. */
      readonly note?: string;
      readonly explain?: readonly Explained[];
    }
  | { readonly line: number; readonly error: 'input'; readonly message: string };

/** Of a line that holds several events, whether any of them matches. */
export function askLine(question: SigmaQuestion, line: string, lineNumber: number, isExplained: boolean): SigmaAnswer {
  let events: readonly ReadEvent[];
  try {
    events = readEventLine(line, lineNumber);
  } catch (error) {
    return { line: lineNumber, error: 'input', message: `The line is not JSON: ${reasonOf(error)}` };
  }
  const asked = events.map((event) => ({ event, matching: question.matching(event) }));
  const match = asked.some(({ matching }) => matching.length > 0);
  const note = noteOf(events, question, match);
  const answer = { line: lineNumber, match, ...(note === undefined ? {} : { note }) };
  if (!isExplained) return answer;
  return { ...answer, explain: asked.flatMap(({ event, matching }) => question.explain(event, matching)) };
}

function noteOf(events: readonly ReadEvent[], question: SigmaQuestion, match: boolean): string | undefined {
  if (events.some(({ isObject }) => !isObject)) return 'This is no object: it has no fields, and only keywords are sought in it.';
  const isPassedOver = !match && question.hasCorrelations && events.some(({ event }) => event.timeSource === 'none');
  return isPassedOver ? 'The event has no time, and correlations pass over it.' : undefined;
}

function prettyAnswer(answer: SigmaAnswer, paint: Paint): readonly string[] {
  if ('error' in answer) return [`${paint.bold(`line ${answer.line}`)}  ${paint.red(visible(answer.message))}`];
  return [
    `${paint.bold(`line ${answer.line}`)}  ${answer.match ? paint.green('match') : 'no match'}`,
    ...(answer.note === undefined ? [] : [paint.yellow(answer.note)]),
    ...(answer.explain ?? []).flatMap((explained) => explanationLines(explained, paint)),
  ];
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export type Answer =
  | { readonly id: unknown; readonly result: boolean }
  | { readonly id: unknown; readonly error: string; readonly message: string };

/** @param nowMs  what `$now` stands for */
export function evaluateLine(line: string, nowMs: number): Answer {
  let question: unknown;
  let exact: unknown;
  try {
    question = JSON.parse(line);
    exact = parseExactJson(line);
  } catch (error) {
    return { id: null, error: 'input', message: `The line is not JSON: ${reasonOf(error)}` };
  }
  const id = own(question, 'id') ?? null;
  const expr = own(question, 'expr');
  const event = own(exact, 'event') ?? {};
  if (typeof expr !== 'string' || typeof event !== 'object' || Array.isArray(event)) {
    return { id, error: 'input', message: 'The line is not an object with a text "expr" and an object "event".' };
  }
  const compiled = compileExpression(expr);
  if (!compiled.ok) return { id, error: compiled.error.kind, message: compiled.error.message };
  const scope: Scope = { nowMs, get: (name) => own(event, name) };
  const result = compiled.value.evaluate(scope);
  return typeof result === 'boolean' ? { id, result } : { id, error: result.kind, message: result.message };
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
