/** A rule as its author wrote it, out of the files that are in force. */

import type { Rule } from '../../engine/rule/rule.js';
import type { PackSource } from './compile-packs.js';

/** A document is read by people; what is longer is no rule any more. */
const LENGTH_MAX = 100_000;

/**
 * The document of `rule`'s file that begins at its line.
 *
 * @returns `undefined` where no pack holds the file
 */
export function documentText(packs: readonly PackSource[], rule: Pick<Rule, 'file' | 'line'>): string | undefined {
  const file = packs.flatMap(({ files }) => files).findLast(({ path }) => path === rule.file);
  if (file === undefined) return undefined;
  const lines = file.text.split(/\r?\n/);
  const isEnd = (line: string): boolean => /^(?:---|\.\.\.)(?:\s|$)/.test(line);
  let from = Math.max(0, rule.line - 1);
  while (from < lines.length && isEnd(lines[from] ?? '')) from++;
  const end = lines.findIndex((line, index) => index > from && isEnd(line));
  return lines
    .slice(from, end < 0 ? lines.length : end)
    .join('\n')
    .trimEnd()
    .slice(0, LENGTH_MAX);
}
