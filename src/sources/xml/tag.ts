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

/** Name of the tag that begins at `from` (behind `<` or `</`); `undefined` where what is there is no name, or not whole yet. */
export function nameAt(text: string, from: number): string | undefined {
  const match = NAME.exec(text.slice(from, from + 256));
  return match === null ? undefined : localName(match[0]);
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Offset of the `>` that ends the tag beginning at `from`; -1 where it is not there yet. Quoted values may hold `>`. */
export function endOfTag(text: string, from: number): number {
  let quote = '';
  for (let index = from; index < text.length; index++) {
    const char = text[index] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return index;
  }
  return -1;
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
