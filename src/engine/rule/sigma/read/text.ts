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

/** @param withPlaceholders  under `expand`: `%name%` is a placeholder, `\%` a percent sign */
export function parseText(text: string, withPlaceholders = false): Draft {
  if (!withPlaceholders && !/[*?\\]/.test(text)) return text === '' ? [] : [text];
  const parts: DraftPart[] = [];
  let literal = '';
  const put = (part: DraftPart): void => {
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(part);
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!;
    if (unit === '\\') {
      const next = text[at + 1];
      const isEscape = next === '*' || next === '?' || next === '\\' || (withPlaceholders && next === '%');
      literal += isEscape ? next : unit;
      if (isEscape) at++;
    } else if (unit === '*') put(MANY);
    else if (unit === '?') put(ONE);
    else if (unit === '%' && withPlaceholders) {
      PLACEHOLDER.lastIndex = at;
      const name = PLACEHOLDER.exec(text)?.[1];
      if (name === undefined) literal += unit;
      else {
        put({ placeholder: name });
        at += name.length + 1;
      }
    } else literal += unit;
  }
  if (literal !== '') parts.push(literal);
  return joined(parts);
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
