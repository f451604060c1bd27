/**
 * What a YAML text must keep to before the library's parser sees it, which calls itself for each level and compares every key with every
 * other (8,000 keys took it two seconds). For every file that a person hands in: packs, policy files, the configuration.
 */

import { isScalar, Lexer, type LineCounter, type ParsedNode, type Document, type Scalar, visit } from 'yaml';

/** Deepest in use: a list in a map in a list in a map. */
const FLOW_DEPTH_MAX = 32;
/** Nested block collections start further right each, so this bounds their depth as well. */
const BLOCK_COLUMN_MAX = 128;

/** After this many faults in one file the rest is the same fault again. */
export const FAULTS_MAX = 20;

/** A message may hold the text that something stumbled over, as long as that is. */
export function shortened(message: string): string {
  return message.length > 200 ? `${message.slice(0, 200)}…` : message;
}

/** How the library is asked. Errors come without an excerpt: making it took seconds where a text had 20,000 of them. */
export const BOUNDED = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;

/** Tells the counter every line of the text: the parser does so only for what it reads. */
export function addLines(lines: LineCounter, text: string): void {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
}

/** Offset of the first token that goes too deep; `undefined` where the parser can be trusted with the text. */
export function tooDeepOffset(text: string): number | undefined {
  let offset = 0;
  let depth = 0;
  let column = 0;
  let isPrefix = true;
  for (const token of new Lexer().lex(text)) {
    // The lexer marks document starts, scalars and such with single control characters that are not in the text.
    if (token === '\u0002' || token === '\u0018' || token === '\u001f' || token === '\u0003') continue;
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
    if (token.endsWith('\n')) {
      column = 0;
      isPrefix = true;
    } else if (isPrefix) {
      isPrefix = token === '-' || token === '?' || token === ':' || token.trim() === '';
      column += isPrefix ? token.length : 0;
    } else if (token === '-' || token === '?') {
      // Not allowed behind a key, and yet the parser goes a level down for each.
      column++;
    }
    if (depth > FLOW_DEPTH_MAX || column > BLOCK_COLUMN_MAX) return Math.min(offset, text.length);
    offset += token.length;
  }
  return undefined;
}

/** The first key that its map holds already, in linear time. */
export function repeatedKey(document: Document<ParsedNode>): Scalar | undefined {
  let repeated: Scalar | undefined;
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (keys.has(name)) {
          repeated = key;
          return visit.BREAK;
        }
        keys.add(name);
      }
      return undefined;
    },
  });
  return repeated;
}
