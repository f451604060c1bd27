/** Small shapes that the others are built from. Times on the wire are ISO 8601 UTC with milliseconds; `null` where not known. */

import { Type, type Static, type TSchema } from '@sinclair/typebox';

/** Every address of the API begins with this. */
export const API_PREFIX = '/api/v1';

export const Time = Type.String({ format: 'date-time', examples: ['2020-09-04T07:06:09.681Z'] });

export function Nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** One of these texts; a JSON Schema `enum`, so that errors can name the choices. */
export function OneOf<const Values extends readonly string[]>(values: Values) {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values] });
}

/** A text in both languages of the product. Data like any other: shown, never interpreted. */
export const Titles = Type.Object({ en: Type.String(), zh: Type.String() });
export type Titles = Static<typeof Titles>;

/**
 * A text of a fixed form.
 *
 * @param words  what is allowed, as a noun: said to whoever sends something else, for whom the pattern is no sentence
 */
export function Patterned(pattern: string, words: string, lengths: { minLength?: number; maxLength?: number } = {}) {
  return Type.String({ ...lengths, pattern, description: words });
}

/** Process and chain ids. */
export const Id32 = Patterned('^[0-9a-f]{32}$', 'an id of 32 hex digits');

/** Letters of any script, digits and `. _ : -`: what machines are called, and addresses. An event's host has at most 255 characters, too. */
export const HOST_NAME_PATTERN = '^[\\p{L}\\p{N}_][\\p{L}\\p{N}._:-]{0,254}$';
export const HostName = Patterned(
  HOST_NAME_PATTERN,
  'a host name: at most 255 letters, digits, dots, underscores, colons and hyphens, beginning with a letter, a digit or an underscore',
);
