/** One tag of XML, from `<` to `>`: its local name and its attributes. Namespaces are told by position only, so prefixes are dropped. */

import { bag } from '../normalise/tree.js';
import { decodeReferences } from './entities.js';

export interface Tag {
  readonly kind: 'open' | 'close' | 'empty';
  /** Without a prefix. */
  readonly name: string;
  /** By local name, without `xmlns`; `undefined` where there are none. */
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
  /** The value of `xmlns`, `''` where absent. */
  readonly namespace: string;
}

const NAME = /^[^\s/>=<"'&]+/;

/** Name of the tag that begins at `from` (behind `<`), and where it ends; `undefined` where what is there is no name. */
export function nameAt(text: string, from: number): { readonly local: string; readonly end: number } | undefined {
  const match = NAME.exec(text.slice(from, from + 256));
  return match === null ? undefined : { local: localName(match[0]), end: from + match[0].length };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/**
 * Where the tag that begins before `from` ends: the offset of its `>`, which may not be one in quotes, or of a `<`, which no tag may hold
 * even in quotes: there the tag was cut off. -1 where neither is there yet.
 */
export function endOfTag(text: string, from: number): number {
  const next = text.indexOf('<', from);
  const limit = next === -1 ? text.length : next;
  let quote = '';
  for (let index = from; index < limit; index++) {
    const char = text[index] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return index;
  }
  return next;
}

const ATTRIBUTE = /\s*([^\s=/<>"'&]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;

/** @param text  the tag with its brackets; `undefined` where it is no tag */
export function parseTag(text: string): Tag | undefined {
  const isClose = text.startsWith('</');
  const isEmpty = !isClose && text.endsWith('/>');
  const start = isClose ? 2 : 1;
  const name = NAME.exec(text.slice(start, start + 256))?.[0];
  if (name === undefined) return undefined;
  let namespace = '';
  let attributes: Record<string, unknown> | undefined;
  let position = start + name.length;
  ATTRIBUTE.lastIndex = position;
  for (let found = ATTRIBUTE.exec(text); found !== null; found = ATTRIBUTE.exec(text)) {
    position = ATTRIBUTE.lastIndex;
    const value = decodeReferences(found[2] ?? found[3] ?? '');
    if (value === undefined) return undefined;
    const attribute = found[1] ?? '';
    if (attribute === 'xmlns') namespace = value;
    else if (!attribute.startsWith('xmlns:')) (attributes ??= bag())[localName(attribute)] = value;
  }
  if (text.slice(position, text.length - (isEmpty ? 2 : 1)).trim() !== '') return undefined;
  return { kind: isClose ? 'close' : isEmpty ? 'empty' : 'open', name: localName(name), attributes, namespace };
}
