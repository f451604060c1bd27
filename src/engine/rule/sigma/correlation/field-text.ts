/** A field's value as groups and counted values are told apart by it. */

import { hashId } from '../../../base/hash.js';
import { foldText } from '../value/fold-text.js';
import { scalarText, valuesOf } from '../value/field-value.js';

/** Longer values are told apart by their beginning and a hash: an attacker writes them, and each is kept. */
const LENGTH_MAX = 200;
const BEGINNING = 120;

/** NUL parts the values of a group. */
const NUL_SHOWN = '␀';

/** Between the items of a list. */
const SEPARATOR = '\u001f';

/** What `fieldText` gave, for people. */
export function shownText(text: string): string {
  return text.replaceAll(SEPARATOR, ', ');
}

/**
 * Folded as Sigma compares: letter case does not matter, `4688` = `"4688"`. A list is one value, its items in their order.
 *
 * @returns `undefined` where the event has no such value: missing, null, an empty list, a map
 */
export function fieldText(value: unknown): string | undefined {
  const texts: string[] = [];
  for (const item of valuesOf(value)) {
    const text = scalarText(item);
    if (text !== undefined) texts.push(text);
  }
  if (texts.length === 0) return undefined;
  let folded = foldText(texts.length === 1 ? texts[0]! : texts.join(SEPARATOR));
  if (folded.includes('\0')) folded = folded.replaceAll('\0', NUL_SHOWN);
  return folded.length <= LENGTH_MAX ? folded : `${folded.slice(0, BEGINNING)}…#${hashId(folded)}`;
}
