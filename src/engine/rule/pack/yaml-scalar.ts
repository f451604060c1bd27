/** Finds, for a character of a YAML text's value, the character of the file that it came from, so that a fault in it can be pointed at. */

import type { Scalar } from 'yaml';

/**
 * @param source  the whole file
 * @param node    a text with its range in the file
 * @param offset  in UTF-16 units of the value; its length means the end
 * @returns offset in the file; the start of the text where the two cannot be lined up (folded over several lines)
 */
export function sourceOffset(source: string, node: Scalar, offset: number): number {
  const [start = 0, end = start] = node.range ?? [];
  const raw = source.slice(start, end);
  switch (node.type) {
    case 'PLAIN':
      return raw.includes('\n') ? start : start + Math.min(offset, raw.length);
    case 'QUOTE_SINGLE':
      return raw.includes('\n') ? start : start + 1 + unitsOf(raw.slice(1, -1), /''|[^]/g, offset);
    case 'QUOTE_DOUBLE':
      return raw.includes('\n') ? start : start + 1 + unitsOf(raw.slice(1, -1), DOUBLE_QUOTED_UNIT, offset);
    case 'BLOCK_LITERAL':
      return literalOffset(source, start, end, offset);
    default:
      return start;
  }
}

/** `\U0001F600` is the one escape that may stand for two units. */
const DOUBLE_QUOTED_UNIT = /\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\[^]|[^]/g;

function unitsOf(raw: string, unit: RegExp, offset: number): number {
  let value = 0;
  let at = 0;
  for (const [piece] of raw.matchAll(unit)) {
    if (value >= offset) break;
    value += piece.startsWith('\\U') && Number.parseInt(piece.slice(2), 16) > 0xffff ? 2 : 1;
    at += piece.length;
  }
  return at;
}

/** Line n of the value is line n after the `|`, moved right by the indentation, which the first line with text shows. */
function literalOffset(source: string, start: number, end: number, offset: number): number {
  const body = source.indexOf('\n', start) + 1;
  if (body === 0 || body > end) return start;
  const lines = source.slice(body, end).split('\n');
  const indent = lines.find((line) => line.trim() !== '')?.search(/\S/) ?? 0;
  let at = body;
  let left = offset;
  for (const line of lines) {
    const shown = Math.max(0, line.length - indent);
    if (left <= shown) return at + Math.min(line.length, indent) + left;
    left -= shown + 1;
    at += line.length + 1;
  }
  return start;
}
