/** Values of options as text, read and checked: the same words for the same fault at every command. */

import { InvalidArgumentError } from 'commander';
import { HOST_NAME_PATTERN } from '../contract/index.js';

/** A whole number within bounds that are both allowed. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,16}$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    return value;
  };
}

/** Days from 1 up to some centuries. */
export const toDays = wholeNumber(1, 99_999);

export function toScore(text: string): number {
  const score = Number(text);
  if (text.trim() === '' || !Number.isFinite(score) || score < 0)
    throw new InvalidArgumentError('It must be a number from 0 up.');
  return score;
}

/** A reason that somebody is to read. */
export function toWords(text: string): string {
  if (text.trim() === '' || text.length > 1000)
    throw new InvalidArgumentError('It must be words, at most 1,000 characters.');
  return text;
}

/** Of an option that may be given more than once. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** The same for names of hosts. */
export function collectHosts(value: string, before: readonly string[]): readonly string[] {
  if (!new RegExp(HOST_NAME_PATTERN, 'u').test(value))
    throw new InvalidArgumentError('A host name holds letters, digits and . _ : -, at most 255 of them.');
  return [...before, value];
}
