/**
 * Sigma's texts: `*` and `?` are wildcards, and a backslash before one of them or before another backslash takes away its meaning. Every
 * other backslash is just a character, the last one of a text included.
 */

import { MANY, ONE, type TextPattern } from '../text-pattern.js';

/** A part of a text that a list of values is put in for. */
export interface Placeholder {
  readonly placeholder: string;
}

export type DraftPart = string | typeof MANY | typeof ONE | Placeholder;
/** A pattern whose placeholders are not filled in yet. */
export type Draft = readonly DraftPart[];

/** Names as they occur: letters, digits, `_`, and between them `-` and `.` */
const PLACEHOLDER = /%(\w+(?:[-.]\w+)*)%/y;

const SPECIAL = /[*?\\]/;
const [ASTERISK, QUESTION_MARK, BACKSLASH, PERCENT] = [0x2a, 0x3f, 0x5c, 0x25];

/** @param withPlaceholders  under `expand`: `%name%` is a placeholder, `\%` a percent sign */
export function parseText(text: string, withPlaceholders = false): Draft {
  if (!withPlaceholders && !SPECIAL.test(text)) return text === '' ? [] : [text];
  const parts: DraftPart[] = [];
  let literal = '';
  /** What begins here is part of the literal and not in it yet. */
  let from = 0;
  const put = (at: number, part: DraftPart): void => {
    literal += text.slice(from, at);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(part);
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === BACKSLASH) {
      const next = text.charCodeAt(at + 1);
      if (next === ASTERISK || next === QUESTION_MARK || next === BACKSLASH || (next === PERCENT && withPlaceholders)) {
        literal += text.slice(from, at);
        from = ++at;
      }
    } else if (unit === ASTERISK || unit === QUESTION_MARK) {
      put(at, unit === ASTERISK ? MANY : ONE);
      from = at + 1;
    } else if (unit === PERCENT && withPlaceholders) {
      PLACEHOLDER.lastIndex = at;
      const name = PLACEHOLDER.exec(text)?.[1];
      if (name === undefined) continue;
      put(at, { placeholder: name });
      at += name.length + 1;
      from = at + 1;
    }
  }
  literal += text.slice(from);
  if (literal !== '') parts.push(literal);
  return parts.length < 2 ? parts : joined(parts);
}

/** The text's pattern with `*` at the ends that are open. */
export function parsePattern(text: string, isOpenStart: boolean, isOpenEnd: boolean): TextPattern {
  const pattern = parseText(text) as TextPattern;
  if (!isOpenStart && !isOpenEnd) return pattern;
  const parts = [...pattern];
  if (isOpenStart && parts[0] !== MANY) parts.unshift(MANY);
  if (isOpenEnd && parts.at(-1) !== MANY) parts.push(MANY);
  return parts;
}

/** Neighbouring literals become one, neighbouring `*` as well. */
export function joined<Part extends DraftPart>(parts: readonly Part[]): readonly Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part === '' || (part === MANY && last === MANY)) continue;
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = (last + part) as Part;
    else result.push(part);
  }
  return result;
}

export function isPlaceholder(part: DraftPart): part is Placeholder {
  return typeof part === 'object';
}

export function hasPlaceholder(draft: Draft): boolean {
  return draft.some(isPlaceholder);
}

export function isPattern(draft: Draft): draft is TextPattern {
  return !hasPlaceholder(draft);
}

/** The text of a draft without wildcards and placeholders; `undefined` where it has some. */
export function plainText(draft: Draft): string | undefined {
  if (draft.length === 0) return '';
  const [only] = draft;
  return draft.length === 1 && typeof only === 'string' ? only : undefined;
}
