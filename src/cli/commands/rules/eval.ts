/** `rules eval`: answers expressions over events, line by line, for scripts and for trying things out. */

import { createInterface } from 'node:readline';
import { Command } from 'commander';
import type { Scope } from '../../../engine/rule/expression/expression.js';
import { compileExpression } from '../../../engine/rule/expression/index.js';
import { EXIT_FINE, EXIT_USE } from '../../exit.js';
import { openOutput } from '../../output.js';

const HELP = `
Reads lines {"id", "expr", "event"} and prints for each {"id", "result": true|false} or
{"id", "error": "syntax"|"resolution"|"type"|"lookup", "message"}. The event is what the expression sees: names and
texts in lower case. A line that is not such an object gives the error "input" and, at the end, exit code 2.

Examples:
  $ echo '{"id": 1, "expr": "image =~ \\".*cmd.exe\\"", "event": {"image": "c:\\\\\\\\cmd.exe"}}' | chainsight rules eval
  $ chainsight rules eval < cases.jsonl > answers.jsonl
`;

export function evalCommand(): Command {
  return new Command('eval')
    .description('evaluate expressions over events from stdin')
    .addHelpText('after', HELP)
    .action(async () => {
      const output = openOutput(undefined);
      let exitCode = EXIT_FINE;
      for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
        if (line.trim() === '') continue;
        const answer = evaluateLine(line, Date.now());
        if ('error' in answer && answer.error === 'input') exitCode = EXIT_USE;
        await output.write(`${JSON.stringify(answer)}\n`);
      }
      await output.close();
      process.exitCode = exitCode;
    });
}

export type Answer =
  | { readonly id: unknown; readonly result: boolean }
  | { readonly id: unknown; readonly error: string; readonly message: string };

/** @param nowMs  what `$now` stands for */
export function evaluateLine(line: string, nowMs: number): Answer {
  let question: unknown;
  try {
    question = JSON.parse(line);
  } catch (error) {
    return { id: null, error: 'input', message: `The line is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const id = own(question, 'id') ?? null;
  const expr = own(question, 'expr');
  const event = own(question, 'event') ?? {};
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
