/** The test of a field as a function of the event that `EventTexts` stands at. */

import type { FieldTest, ValueTest } from '../document.js';
import { isNullish, scalarText, valuesOf } from '../value/field-value.js';
import { foldText } from '../value/fold-text.js';
import type { Part } from './condition-test.js';
import type { EventTexts, FieldSlot } from './event-texts.js';
import { anyOf, isTextual, type ScalarTest, scalarTest, type TextualTest } from './value-test.js';

export type EventTest = () => boolean;

/** What a condition is bound to: where events are read, and how its rule's names of fields are to be read. */
export interface Binding {
  readonly texts: EventTexts;
  readonly slotOf: (field: string) => FieldSlot;
}

export function bindFieldTest(test: FieldTest, binding: Binding): Part {
  const isMet = test.quantifier === 'all' ? bindAll(test, binding) : bindAny(test, binding);
  const isAlone = test.values.every(({ kind }) => kind !== 'fieldref');
  return { test: test.isNegated ? () => !isMet() : isMet, slot: isAlone ? binding.slotOf(test.field) : undefined };
}

function bindAll({ field, values }: FieldTest, binding: Binding): EventTest {
  const parts = values.map((value) => bindValue(value, field, binding));
  return parts.length === 1 ? parts[0]! : () => parts.every((part) => part());
}

function bindAny({ field, values }: FieldTest, binding: Binding): EventTest {
  const textual = values.filter(isTextual);
  const parts = values.filter((value) => !isTextual(value)).map((value) => bindValue(value, field, binding));
  if (textual.length > 0) parts.unshift(bindTextual(textual, field, binding));
  return parts.length === 1 ? parts[0]! : () => parts.some((part) => part());
}

function bindValue(value: ValueTest, field: string, binding: Binding): EventTest {
  if (isTextual(value)) return bindTextual([value], field, binding);
  const slot = binding.slotOf(field);
  switch (value.kind) {
    case 'exists':
      return () => (slot.value !== undefined) === value.isThere;
    case 'null':
      return () => isNullish(slot.value);
    case 'fieldref':
      return bindReference(value, slot, binding.slotOf(value.field));
  }
}

/** Nearly every field has one value; lists are taken apart as they come. */
function bindTextual(tests: readonly TextualTest[], field: string, { slotOf }: Binding): EventTest {
  const slot = slotOf(field);
  const test = anyOf(tests);
  return () => {
    const { text } = slot;
    if (text !== undefined) return test(text, slot);
    return Array.isArray(slot.value) && holdsOfAny(slot.value, test);
  };
}

/** A value of a list: what `FieldSlot` is for a field with one value. */
function holdsOfAny(list: readonly unknown[], test: ScalarTest): boolean {
  return valuesOf(list).some((item) => {
    const text = scalarText(item);
    return text !== undefined && test(text, { folded: foldText(text) });
  });
}

function bindReference(
  { place, isCased }: ValueTest & { readonly kind: 'fieldref' },
  slot: FieldSlot,
  other: FieldSlot,
): EventTest {
  const stands = STANDS[place];
  const textsOf = (value: unknown): string[] =>
    valuesOf(value).flatMap((item) => {
      const text = scalarText(item);
      return text === undefined ? [] : [isCased ? text : foldText(text)];
    });
  return () => {
    const text = isCased ? slot.text : slot.folded;
    const part = isCased ? other.text : other.folded;
    // Nearly always both have one value, and nothing has to be gathered.
    if (text !== undefined && part !== undefined) return stands(text, part);
    const sought = textsOf(other.value);
    return sought.length > 0 && textsOf(slot.value).some((one) => sought.some((another) => stands(one, another)));
  };
}

const STANDS: Readonly<
  Record<(ValueTest & { readonly kind: 'fieldref' })['place'], (text: string, part: string) => boolean>
> = {
  whole: (text, part) => text === part,
  start: (text, part) => text.startsWith(part),
  end: (text, part) => text.endsWith(part),
  anywhere: (text, part) => text.includes(part),
};

/** Keywords: one text of the event must fulfil a value; which one may differ from value to value. */
export function bindKeywords(values: readonly ValueTest[], quantifier: 'any' | 'all', { texts }: Binding): EventTest {
  const tests = values.filter(isTextual).map(scalarTest);
  const isFound = (test: ScalarTest): boolean => {
    const plain = texts.texts;
    const folded = texts.foldedTexts;
    return plain.some((text, index) => test(text, { folded: folded[index]! }));
  };
  if (quantifier === 'all') return () => tests.length === values.length && tests.every(isFound);
  return () => tests.some(isFound);
}
