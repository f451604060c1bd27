/** The attributes of values: `x.length`, `d.year`. Which type has which, what it gives, and its type. */

import type { ValueMap, ValueSet } from './collection.js';
import { ValueSet as NewSet } from './collection.js';
import type { Duration, Moment } from './datetime.js';
import { failure, typeFailure, withArticle } from './failure.js';
import type { Num } from './number.js';
import {
  formatNumber,
  fromFloat,
  fromInteger,
  INFINITY,
  isCountable,
  negate,
  notANumber,
  roundToWhole,
} from './number.js';
import type { Text } from './text.js';
import { charactersOf, joined, lengthOf, mapText, splitWords, stripText } from './text.js';
import type { Type } from './type.js';
import { ANY_ARRAY, ANY_SET, arrayOf, BOOLEAN, DATETIME, NUMBER, STRING } from './type.js';
import type { Kind, Value } from './value.js';

export interface Attribute {
  readonly type: Type;
  /** @throws Failure of kind `type` */
  read(value: Value): Value;
}

type Table = ReadonlyMap<string, Attribute>;

/** A table for values of one kind; the kind is the caller's promise. */
function table<Kinded extends Value>(
  entries: Readonly<Record<string, readonly [Type, (value: Kinded) => Value]>>,
): Table {
  return new Map(
    Object.entries(entries).map(([name, [type, read]]) => [name, { type, read: read as (value: Value) => Value }]),
  );
}

const STRINGS = table<Text>({
  length: [NUMBER, lengthOf],
  is_empty: [BOOLEAN, (text) => lengthOf(text) === 0],
  as_lower: [STRING, (text) => mapText(text, (part) => part.toLowerCase())],
  as_upper: [STRING, (text) => mapText(text, (part) => part.toUpperCase())],
  to_flt: [NUMBER, readNumber],
  to_int: [NUMBER, readWhole],
  to_ary: [arrayOf(STRING), splitWords],
  to_set: [ANY_SET, (text) => new NewSet(charactersOf(text))],
});

const ARRAYS = table<readonly Value[]>({
  length: [NUMBER, (array) => array.length],
  is_empty: [BOOLEAN, (array) => array.length === 0],
  to_set: [ANY_SET, (array) => new NewSet(array)],
});

const SETS = table<ValueSet>({
  length: [NUMBER, (set) => set.size],
  is_empty: [BOOLEAN, (set) => set.size === 0],
  to_ary: [ANY_ARRAY, (set) => set.members],
});

const MAPPINGS = table<ValueMap>({
  length: [NUMBER, (map) => map.size],
  is_empty: [BOOLEAN, (map) => map.size === 0],
  keys: [ANY_ARRAY, (map) => map.keys],
  values: [ANY_ARRAY, (map) => map.values],
});

const NUMBERS = table<Num>({
  ceiling: [NUMBER, (value) => roundToWhole(value, 'ceiling')],
  floor: [NUMBER, (value) => roundToWhole(value, 'floor')],
  to_str: [STRING, formatNumber],
});

const MOMENTS = table<Moment>({
  year: [NUMBER, (moment) => moment.calendar.year],
  month: [NUMBER, (moment) => moment.calendar.month],
  day: [NUMBER, (moment) => moment.calendar.day],
  hour: [NUMBER, (moment) => moment.hour],
  minute: [NUMBER, (moment) => moment.minute],
  second: [NUMBER, (moment) => moment.second],
  millisecond: [NUMBER, (moment) => fromFloat(moment.microsecond / 1000)],
  microsecond: [NUMBER, (moment) => moment.microsecond],
  weekday: [STRING, (moment) => moment.weekday],
  zone_name: [STRING, zoneName],
  date: [DATETIME, (moment) => moment.midnight],
  to_epoch: [NUMBER, (moment) => fromFloat(moment.epochSeconds)],
});

const DURATIONS = table<Duration>({
  days: [NUMBER, (duration) => duration.days],
  seconds: [NUMBER, (duration) => duration.seconds],
  microseconds: [NUMBER, (duration) => duration.microseconds],
  total_seconds: [NUMBER, (duration) => fromFloat(duration.totalSeconds)],
});

const NO_ATTRIBUTES: Table = new Map();

const TABLES: ReadonlyMap<string, Table> = new Map<Kind, Table>([
  ['string', STRINGS],
  ['array', ARRAYS],
  ['set', SETS],
  ['mapping', MAPPINGS],
  ['number', NUMBERS],
  ['datetime', MOMENTS],
  ['timedelta', DURATIONS],
]);

/** Of values of any kind. */
export const ALL_ATTRIBUTES: ReadonlySet<string> = new Set([...TABLES.values()].flatMap((names) => [...names.keys()]));

/** Undefined where values of this kind have no such attribute. */
export function attributeOf(kind: string, name: string): Attribute | undefined {
  return (TABLES.get(kind) ?? NO_ATTRIBUTES).get(name);
}

export function unknownAttribute(kind: string, name: string): ReturnType<typeof failure> {
  const known = [...(TABLES.get(kind) ?? NO_ATTRIBUTES).keys()];
  const hint = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  return failure('resolution', `${withArticle(kind)} has no attribute "${name}": ${hint}`);
}

/** A zone that is only an offset has no name, and null is no text. */
function zoneName(moment: Moment): string {
  const name = moment.zoneName;
  if (name === null) throw typeFailure('the zone of the date has no name');
  return name;
}

const NUMBER_LITERAL =
  /^(?:0(?:b[01]+|o[0-7]+|x[0-9a-fA-F]+)|[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)$/;
/** Python refuses to read longer whole numbers in decimal. */
const MAX_DECIMAL_DIGITS = 4300;

/** Any number literal of the language, without a sign; `inf` and `-inf`; everything else is `nan`. Whole numbers stay exact. */
function readNumber(text: Text): Num {
  const trimmed = stripText(joined(text));
  if (/^-?inf/.test(trimmed)) return readInfinity(trimmed);
  if (!NUMBER_LITERAL.test(trimmed)) return notANumber();
  if (/^0[box]/.test(trimmed)) return fromInteger(BigInt(trimmed));
  if (!/^[0-9]+$/.test(trimmed)) return fromFloat(Number(trimmed));
  if (/^0+[1-9]/.test(trimmed) || trimmed.length > MAX_DECIMAL_DIGITS) {
    throw typeFailure(`the text ${JSON.stringify(trimmed.slice(0, 40))} is no number`);
  }
  return fromInteger(BigInt(trimmed));
}

/** What begins like this must be one of Python's spellings of infinity; underscores are overlooked. */
function readInfinity(text: string): Num {
  const spelling = text.replaceAll('_', '').toLowerCase();
  if (!/^-?inf(?:inity)?$/.test(spelling))
    throw typeFailure(`the text ${JSON.stringify(text.slice(0, 40))} is no number`);
  return spelling.startsWith('-') ? negate(INFINITY) : INFINITY;
}

function readWhole(text: Text): Num {
  const value = readNumber(text);
  if (!isCountable(value)) throw typeFailure('the text is no whole number');
  return value;
}
