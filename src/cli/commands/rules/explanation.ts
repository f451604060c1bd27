/** The condition of a Sigma rule as a tree, with the truth of each part and the text that made it true. */

import type { SigmaExplanation } from '../../../engine/rule/index.js';
import { type Paint, shortened, visible } from '../../output.js';
import type { Explained, KeptOutBy } from './sigma-eval.js';

const WIDTH = 90;
/** What lies deeper is not shown: no condition of a person comes near. */
const DEPTH_MAX = 100;

const REASONS: Readonly<Record<KeptOutBy, string>> = {
  logSource: 'the condition holds; the log source keeps it out',
  filter: 'the condition holds; a filter keeps it out',
  silent: 'the condition holds; the rule gives no hits of its own, because a correlation refers to it',
  repeated: 'the condition holds; the same record came before',
  noTime: 'the event has no time, and correlations pass over such events',
};

export function explanationLines({ rule, title, match, keptOutBy, condition }: Explained, paint: Paint): readonly string[] {
  const verdict = match ? paint.green('matches') : 'does not match';
  const aside = keptOutBy === undefined ? '' : paint.yellow(`  (${REASONS[keptOutBy]})`);
  const lines = [`${paint.bold(visible(title))} ${paint.dim(visible(rule))}  ${verdict}${aside}`];
  if (condition !== undefined) addNode(condition, 0, lines, paint);
  return lines;
}

function addNode({ text, isTrue, matched, parts }: SigmaExplanation, depth: number, lines: string[], paint: Paint): void {
  const mark = isTrue ? paint.green('✓') : paint.red('✗');
  const found = matched === undefined ? '' : `  ${paint.dim(visible(matched.field || '*'))} ${foundText(matched, paint)}`;
  lines.push(`${'  '.repeat(depth + 1)}${mark} ${visible(shortened(text, WIDTH))}${found}`);
  if (depth >= DEPTH_MAX) return;
  for (const part of parts) addNode(part, depth + 1, lines, paint);
}

function foundText({ value, start, end }: NonNullable<SigmaExplanation['matched']>, paint: Paint): string {
  if (start === undefined || end === undefined) return visible(shortened(value, WIDTH));
  const from = Math.max(0, start - 30);
  const to = Math.min(value.length, end + 30);
  return `${from > 0 ? '…' : ''}${visible(value.slice(from, start))}${paint.yellow(visible(shortened(value.slice(start, end), WIDTH)))}${visible(value.slice(end, to))}${to < value.length ? '…' : ''}`;
}
