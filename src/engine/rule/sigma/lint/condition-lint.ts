/**
 * Conditions that no event fulfils, or every event. Selections are taken for switches and all their positions are tried; a position counts
 * only if its selections can hold together, which fields of one value decide: `EventID: 1` and `EventID: 2` cannot.
 */

import type { Condition, FieldTest, Selection, SigmaFilter, SigmaRule, ValueTest } from '../document.js';
import { MANY, ONE } from '../text-pattern.js';

export type ConditionComplaint = 'impossible' | 'always';

/** 4,096 positions. Rules with more selections are not looked at. */
const SELECTIONS_MAX = 12;
/** Positions times selections named by the condition: a longer one is not looked at. */
const STEPS_MAX = 1_000_000;
/** Values compared with each other; what is left over may hold together. */
const COMPARISONS_MAX = 200_000;
const TESTS_OF_FIELD_MAX = 100;

export function complainOfCondition({
  selections,
  condition,
}: SigmaRule | SigmaFilter): ConditionComplaint | undefined {
  const names = namesIn(condition);
  if (names.size > SELECTIONS_MAX || sizeOf(condition) << names.size > STEPS_MAX) return undefined;
  const bits = new Map<string, number>();
  const atoms: Selection[] = [];
  const shapes = new Map<string, number>();
  for (const name of names) {
    const selection = selections.get(name);
    if (selection === undefined) return undefined;
    const shape = shapeOf(selection);
    const index = shapes.get(shape) ?? atoms.length;
    if (index === atoms.length) atoms.push(selection);
    shapes.set(shape, index);
    bits.set(name, 1 << index);
  }
  const rivals = new Rivals();
  const never = maskOf(atoms, (atom) => !rivals.canHold(atom));
  /** For each selection those that cannot hold beside it. */
  const excluded = atoms.map((atom) => maskOf(atoms, (other) => other !== atom && !rivals.canBoth(atom, other)));
  const ever = maskOf(atoms, isAlways);
  let isEverTrue = false;
  let isEverFalse = false;
  for (let on = 0; on < 1 << atoms.length && !(isEverTrue && isEverFalse); on++) {
    if ((on & never) !== 0 || (on & ever) !== ever) continue;
    const isTrue = holds(condition, bits, on);
    if (isTrue ? isEverTrue : isEverFalse) continue;
    if (excluded.some((others, index) => (on & (1 << index)) !== 0 && (on & others) !== 0)) continue;
    if (isTrue) isEverTrue = true;
    else isEverFalse = true;
  }
  return isEverTrue ? (isEverFalse ? undefined : 'always') : 'impossible';
}

function maskOf(atoms: readonly Selection[], is: (atom: Selection) => boolean): number {
  return atoms.reduce((mask, atom, index) => (is(atom) ? mask | (1 << index) : mask), 0);
}

function namesIn(condition: Condition, names = new Set<string>()): ReadonlySet<string> {
  if (condition.kind === 'selection') names.add(condition.name);
  else if (condition.kind === 'not') namesIn(condition.condition, names);
  else for (const part of condition.conditions) namesIn(part, names);
  return names;
}

function holds(condition: Condition, bits: ReadonlyMap<string, number>, on: number): boolean {
  switch (condition.kind) {
    case 'selection':
      return (on & (bits.get(condition.name) ?? 0)) !== 0;
    case 'not':
      return !holds(condition.condition, bits, on);
    case 'and':
      return condition.conditions.every((part) => holds(part, bits, on));
    case 'or':
      return condition.conditions.some((part) => holds(part, bits, on));
  }
}

/** Selections that say the same are one switch. */
function shapeOf(selection: Selection): string {
  return JSON.stringify(selection, (_, value: unknown) =>
    value === MANY ? { many: true } : value === ONE ? { one: true } : typeof value === 'bigint' ? String(value) : value,
  );
}

/** Keywords of nothing but `*`: every event has some value. */
function isAlways(selection: Selection): boolean {
  if (selection.kind === 'some') return selection.selections.some(isAlways);
  if (selection.kind === 'all') return selection.selections.every(isAlways);
  if (selection.kind === 'every') return false;
  const isAny = (value: ValueTest): boolean =>
    value.kind === 'text' && value.pattern.length > 0 && value.pattern.every((part) => part === MANY);
  return selection.quantifier === 'all' ? selection.values.every(isAny) : selection.values.some(isAny);
}

function sizeOf(condition: Condition): number {
  if (condition.kind === 'selection') return 1;
  if (condition.kind === 'not') return 1 + sizeOf(condition.condition);
  return condition.conditions.reduce((sum, part) => sum + sizeOf(part), 1);
}

/** Tests that cannot hold of one event, as far as the fields with one value show. */
class Rivals {
  #comparisons = COMPARISONS_MAX;

  canHold(selection: Selection): boolean {
    switch (selection.kind) {
      case 'every':
        return selection.tests.every((test) => this.#canTestHold(test)) && this.#areCompatible(selection.tests);
      case 'some':
        return selection.selections.some((each) => this.canHold(each));
      case 'all':
        return selection.selections.every((each) => this.canHold(each)) && this.#areCompatible(testsOf(selection));
      case 'keywords':
        return true;
    }
  }

  canBoth(one: Selection, other: Selection): boolean {
    const others = byField(testsOf(other));
    return testsOf(one).every((test) =>
      (others.get(test.field.toLowerCase()) ?? []).every((another) => this.#canBothTests(test, another)),
    );
  }

  #areCompatible(tests: readonly FieldTest[]): boolean {
    return [...byField(tests).values()].every((same) =>
      same.every((one, index) => same.slice(index + 1).every((other) => this.#canBothTests(one, other))),
    );
  }

  /** Under `all` one value would have to be two at once. */
  #canTestHold({ quantifier, isNegated, values }: FieldTest): boolean {
    if (quantifier === 'any' || isNegated || !this.#spend((values.length * values.length) / 2)) return true;
    return values.every((one, index) => values.slice(index + 1).every((other) => canBoth(one, other)));
  }

  #canBothTests(one: FieldTest, other: FieldTest): boolean {
    if (one.isNegated || other.isNegated || !this.#spend(one.values.length * other.values.length)) return true;
    const someOf = (test: FieldTest, is: (value: ValueTest) => boolean): boolean =>
      test.quantifier === 'all' ? test.values.every(is) : test.values.some(is);
    return someOf(one, (value) => someOf(other, (another) => canBoth(value, another)));
  }

  #spend(comparisons: number): boolean {
    if (comparisons > this.#comparisons) return false;
    this.#comparisons -= comparisons;
    return true;
  }
}

function testsOf(selection: Selection): readonly FieldTest[] {
  if (selection.kind === 'every') return selection.tests;
  return selection.kind === 'all' ? selection.selections.flatMap(testsOf) : [];
}

function byField(tests: readonly FieldTest[]): ReadonlyMap<string, readonly FieldTest[]> {
  const fields = new Map<string, FieldTest[]>();
  for (const test of tests) {
    const field = test.field.toLowerCase();
    const same = fields.get(field);
    if (same === undefined) fields.set(field, [test]);
    else if (same.length < TESTS_OF_FIELD_MAX) same.push(test);
  }
  return fields;
}

/** Whether one value can fulfil both tests; in doubt it can. */
function canBoth(one: ValueTest, other: ValueTest): boolean {
  const [a, b] = [boundsOf(one), boundsOf(other)];
  if (a !== undefined && b !== undefined)
    return a.least <= b.most && b.least <= a.most && !(meetsOpen(a, b) || meetsOpen(b, a));
  const [isMissing, isOtherMissing] = [asksMissing(one), asksMissing(other)];
  // A field that is null is there all the same.
  if (isMissing !== isOtherMissing) return [one.kind, other.kind].sort().join() === 'exists,null';
  if (
    one.kind === 'time' &&
    other.kind === 'time' &&
    one.part === other.part &&
    one.comparison === 'eq' &&
    other.comparison === 'eq'
  ) {
    return one.value === other.value;
  }
  const [text, otherText] = [exactText(one), exactText(other)];
  return text === undefined || otherText === undefined || text === otherText;
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly isOpen: boolean;
}

function boundsOf(test: ValueTest): Bounds | undefined {
  if (test.kind === 'number') {
    const { comparison, value } = test;
    const isOpen = comparison === 'gt' || comparison === 'lt';
    return comparison === 'gt' || comparison === 'gte'
      ? { least: value, most: Number.POSITIVE_INFINITY, isOpen }
      : { least: Number.NEGATIVE_INFINITY, most: value, isOpen };
  }
  const text = exactText(test);
  if (text === undefined || !/^-?\d+(?:\.\d+)?$/.test(text)) return undefined;
  return { least: Number(text), most: Number(text), isOpen: false };
}

/** They touch in one number, which one of them leaves out. */
function meetsOpen(a: Bounds, b: Bounds): boolean {
  return a.most === b.least && (a.isOpen || b.isOpen);
}

function asksMissing(test: ValueTest): boolean {
  return test.kind === 'null' || (test.kind === 'exists' && !test.isThere);
}

/** Folded, so that what differs in case only is not taken for different. */
function exactText(test: ValueTest): string | undefined {
  if (test.kind !== 'text') return undefined;
  if (test.pattern.length === 0) return '';
  const [only] = test.pattern;
  return test.pattern.length === 1 && typeof only === 'string' ? only.toLowerCase() : undefined;
}
