/** Lists on the terminal: a table for people, JSON for programs. */

import { Option } from 'commander';
import { openOutput, visible } from './output.js';

export type ListFormat = 'pretty' | 'json' | 'ndjson';

export function formatOption(): Option {
  return new Option('--format <format>', 'how to print').choices(['pretty', 'json', 'ndjson']).default('pretty');
}

/** @param columns  head and cell of each column, in order; `items` go out as they are in the other formats */
export async function printList<Item>(
  items: readonly Item[],
  format: ListFormat,
  columns: Readonly<Record<string, (item: Item) => string>>,
  empty: string,
): Promise<void> {
  const output = openOutput(undefined);
  if (format === 'json') await output.write(`${JSON.stringify(items, undefined, 2)}\n`);
  else if (format === 'ndjson') for (const item of items) await output.write(`${JSON.stringify(item)}\n`);
  else await output.write(items.length === 0 ? `${empty}\n` : table(items, columns));
  await output.close();
}

function table<Item>(items: readonly Item[], columns: Readonly<Record<string, (item: Item) => string>>): string {
  const heads = Object.keys(columns);
  const rows = [heads, ...items.map((item) => heads.map((head) => visible(columns[head]?.(item) ?? '')))];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** `2026-11-24 13:34`, UTC; `-` where never. */
export function shortTime(timeMs: number): string {
  return timeMs === 0 ? '-' : new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
}
