/**
 * `Field|modifier|modifier`: what the modifiers, read from left to right, make of the field's values. A chain has one kind, which its first
 * telling modifier sets; what may come after depends on it.
 *
 *     text      contains startswith endswith cased windash expand base64 base64offset utf16 utf16le utf16be wide
 *     regex     re, then i m s, contains startswith endswith
 *     network   cidr
 *     presence  exists
 *     fieldref  fieldref, then startswith endswith contains, cased
 *     number    gt gte lt lte
 *     time      minute hour day week month year, then gt gte lt lte
 *
 * `all` and `neq` belong to the list of values, not to a value, and may stand anywhere.
 */

import { closestWord } from '../../closest-word.js';
import type { Comparison, ValueTest } from '../document.js';
import type { SigmaCode } from '../sigma-codes.js';

export type Transform =
  | 'contains'
  | 'startswith'
  | 'endswith'
  | 'windash'
  | 'expand'
  | 'base64'
  | 'base64offset'
  | 'utf16'
  | 'utf16le'
  | 'utf16be'
  | 'wide';

export type TimePart = Extract<ValueTest, { kind: 'time' }>['part'];
type Place = Extract<ValueTest, { kind: 'fieldref' }>['place'];
type NumberComparison = Exclude<Comparison, 'eq' | 'neq'>;

/** Of the values, what kind of test they become. `plain` is a text, a number, a boolean or null, as it is written. */
export type ChainKind = 'plain' | 'text' | 'regex' | 'network' | 'presence' | 'fieldref' | 'number' | 'time';

export interface ModifierChain {
  readonly kind: ChainKind;
  /** For `text` and `regex`, in the order written. */
  readonly transforms: readonly Transform[];
  /** `transforms` as wildcards around the text, where they are no more than that; nearly always. */
  readonly around: { readonly isOpenStart: boolean; readonly isOpenEnd: boolean } | undefined;
  readonly isAll: boolean;
  readonly isNegated: boolean;
  readonly isCased: boolean;
  /** For `regex`: of `i`, `m`, `s`. */
  readonly flags: string;
  /** For `fieldref`. */
  readonly place: Place;
  /** For `number` and `time`. */
  readonly comparison: NumberComparison | 'eq';
  readonly part: TimePart | undefined;
}

export interface ChainFault {
  readonly code: SigmaCode;
  readonly message: string;
  readonly hint: string | undefined;
}

/** No modifier; most fields. */
export const PLAIN: ModifierChain = {
  kind: 'plain',
  transforms: [],
  around: { isOpenStart: false, isOpenEnd: false },
  isAll: false,
  isNegated: false,
  isCased: false,
  flags: '',
  place: 'whole',
  comparison: 'eq',
  part: undefined,
};

const PLACES: ReadonlyMap<string, Place> = new Map([
  ['startswith', 'start'],
  ['endswith', 'end'],
  ['contains', 'anywhere'],
]);
export const ENCODINGS: ReadonlySet<string> = new Set([
  'base64',
  'base64offset',
  'utf16',
  'utf16le',
  'utf16be',
  'wide',
]);
const TRANSFORMS: ReadonlySet<string> = new Set([...PLACES.keys(), 'windash', 'expand', ...ENCODINGS]);
const COMPARISONS: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte']);
const TIME_PARTS: ReadonlySet<string> = new Set(['minute', 'hour', 'day', 'week', 'month', 'year']);
const REGEX_FLAGS: ReadonlyMap<string, string> = new Map([
  ['i', 'i'],
  ['ignorecase', 'i'],
  ['m', 'm'],
  ['multiline', 'm'],
  ['s', 's'],
  ['dotall', 's'],
]);
const OTHERS = ['all', 'neq', 'cased', 're', 'cidr', 'exists', 'fieldref'];
const KNOWN: readonly string[] = [...TRANSFORMS, ...COMPARISONS, ...TIME_PARTS, ...REGEX_FLAGS.keys(), ...OTHERS];
/** The longest legal chain has six. */
const MODIFIERS_MAX = 16;

/** Chains read before: of thousands of fields, nearly all have one of twenty. Changes no answer. */
const chains = new Map<string, ModifierChain>();
const CHAINS_KEPT_MAX = 200;

/** @param written  what stands behind the field and its `|`; `undefined` where it has none */
export function parseChain(written: string | undefined): ModifierChain | ChainFault {
  if (written === undefined) return PLAIN;
  const known = chains.get(written);
  if (known !== undefined) return known;
  const modifiers = written.split('|', MODIFIERS_MAX + 1);
  if (modifiers.length > MODIFIERS_MAX) {
    return chainFault(`More than ${MODIFIERS_MAX} modifiers stand in a row.`, undefined);
  }
  const chain: Building = { ...PLAIN, transforms: [] };
  const before: string[] = [];
  for (const modifier of modifiers) {
    const fault = apply(chain, modifier, before);
    if (fault !== undefined) return fault;
    before.push(modifier);
  }
  chain.around = wildcardsAround(chain.transforms);
  // Joined anew: a piece cut out of a file's text would keep all of it in memory.
  if (chains.size < CHAINS_KEPT_MAX) chains.set(before.join('|'), chain);
  return chain;
}

function wildcardsAround(transforms: readonly Transform[]): ModifierChain['around'] {
  if (!transforms.every((transform) => PLACES.has(transform))) return undefined;
  const isContains = transforms.includes('contains');
  return {
    isOpenStart: isContains || transforms.includes('endswith'),
    isOpenEnd: isContains || transforms.includes('startswith'),
  };
}

type Building = { -readonly [Key in keyof ModifierChain]: ModifierChain[Key] } & { transforms: Transform[] };

function apply(chain: Building, modifier: string, before: readonly string[]): ChainFault | undefined {
  if (modifier === 'all' || modifier === 'neq' || modifier === 'cased') return applyMark(chain, modifier);
  const flag = REGEX_FLAGS.get(modifier);
  if (flag !== undefined) {
    if (chain.kind !== 'regex')
      return chainFault(`"${modifier}" is a flag of "re" and must stand after it.`, `Write "re|${modifier}".`);
    if (!chain.flags.includes(flag)) chain.flags += flag;
    return undefined;
  }
  if (TRANSFORMS.has(modifier)) return applyTransform(chain, modifier as Transform);
  if (COMPARISONS.has(modifier)) return applyComparison(chain, modifier as NumberComparison, before);
  if (TIME_PARTS.has(modifier)) {
    chain.part = modifier as TimePart;
    return begin(chain, 'time', modifier, before);
  }
  switch (modifier) {
    case 're':
      return begin(chain, 'regex', modifier, before);
    case 'cidr':
      return begin(chain, 'network', modifier, before);
    case 'exists':
      if (chain.isAll || chain.isNegated || before.length > 0) return alone();
      return begin(chain, 'presence', modifier, before);
    case 'fieldref':
      return begin(chain, 'fieldref', modifier, before);
    default:
      return unknownModifier(modifier);
  }
}

function applyMark(chain: Building, modifier: 'all' | 'neq' | 'cased'): ChainFault | undefined {
  if (chain.kind === 'presence') return alone();
  const key = modifier === 'all' ? 'isAll' : modifier === 'neq' ? 'isNegated' : 'isCased';
  if (chain[key]) return chainFault(`"${modifier}" stands there twice.`, 'Leave one out.');
  if (modifier === 'neq' && chain.comparison !== 'eq') return negatedComparison();
  if (modifier === 'cased') {
    if (chain.kind === 'regex')
      return chainFault('"cased" has no meaning after "re": regular expressions heed case anyway.', 'Leave it out.');
    if (chain.kind !== 'plain' && chain.kind !== 'text' && chain.kind !== 'fieldref') {
      return chainFault('"cased" is for texts, and this is none.', 'Leave it out.');
    }
  }
  chain[key] = true;
  return undefined;
}

function applyTransform(chain: Building, modifier: Transform): ChainFault | undefined {
  const place = PLACES.get(modifier);
  if (chain.kind === 'fieldref' && place !== undefined) {
    if (chain.place !== 'whole')
      return chainFault(`"${modifier}" says again where the other field is sought.`, 'Leave one out.');
    chain.place = place;
    return undefined;
  }
  if (chain.kind === 'regex' && place !== undefined) {
    if (chain.flags.includes('m') && place !== 'anywhere') {
      return chainFault(
        `"${modifier}" cannot follow "re|m", under which ^ and $ mean a line.`,
        'Write the anchor into the expression.',
      );
    }
    chain.transforms.push(modifier);
    return undefined;
  }
  if (chain.kind !== 'plain' && chain.kind !== 'text') {
    return chainFault(
      `"${modifier}" is for texts; the modifiers before it have made something else of the value.`,
      undefined,
    );
  }
  chain.kind = 'text';
  chain.transforms.push(modifier);
  return undefined;
}

function applyComparison(
  chain: Building,
  modifier: NumberComparison,
  before: readonly string[],
): ChainFault | undefined {
  if (chain.comparison !== 'eq') return chainFault('Two comparisons stand in one chain.', 'Write a line for each.');
  if (chain.isNegated) return negatedComparison();
  if (chain.kind !== 'time') {
    const fault = begin(chain, 'number', modifier, before);
    if (fault !== undefined) return fault;
  }
  chain.comparison = modifier;
  return undefined;
}

/** Sets the kind, which nothing but `all`, `neq` and, for another field, `cased` may come before. */
function begin(chain: Building, kind: ChainKind, modifier: string, before: readonly string[]): ChainFault | undefined {
  if (chain.kind !== 'plain')
    return chainFault(`"${modifier}" must be the first modifier, not after "${before.join('|')}".`, undefined);
  if (chain.isCased && kind !== 'fieldref')
    return chainFault(`"cased" and "${modifier}" cannot stand together.`, 'Leave "cased" out.');
  chain.kind = kind;
  return undefined;
}

function alone(): ChainFault {
  return chainFault(
    '"exists" must be the only modifier.',
    'Write a second line for the value, or use "not" in the condition.',
  );
}

function negatedComparison(): ChainFault {
  return chainFault(
    '"neq" cannot stand with "gt", "gte", "lt" or "lte".',
    'Turn the comparison round: not "gt" is "lte".',
  );
}

function chainFault(message: string, hint: string | undefined): ChainFault {
  return { code: 'SIGMA_MODIFIER_CHAIN', message, hint };
}

function unknownModifier(modifier: string): ChainFault {
  const name = modifier.length > 40 ? `${modifier.slice(0, 40)}…` : modifier;
  if (modifier === '') {
    return { code: 'SIGMA_MODIFIER_UNKNOWN', message: 'A "|" stands without a modifier.', hint: 'Leave it out.' };
  }
  const closest = closestWord(modifier.trim(), KNOWN);
  return {
    code: 'SIGMA_MODIFIER_UNKNOWN',
    message: `"${name}" is not a modifier.`,
    hint: closest === undefined ? `Known: ${KNOWN.join(', ')}.` : `Did you mean "${closest}"?`,
  };
}
