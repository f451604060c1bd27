/** Depth and size of a record, checked before anything walks it: whoever comes later may use recursion on what passed here. */

import type { SkipReason, SourceLimits } from '../source.js';

/** `undefined` where the tree is within limits. Iterative, so a depth of a hundred thousand costs a line of work, not the stack. */
export function beyondLimits(root: object, limits: SourceLimits): SkipReason | undefined {
  // `for … in` lists all keys before it begins: a list of a million would become a million texts.
  if (Array.isArray(root) && root.length > limits.maxFields) return 'too-many-fields';
  let count = 0;
  let nested: object[] | undefined;
  // Flat records, the common case, end after this loop without an allocation.
  for (const key in root) {
    count++;
    const value = (root as Record<string, unknown>)[key];
    if (typeof value === 'object' && value !== null) (nested ??= []).push(value);
  }
  if (count > limits.maxFields) return 'too-many-fields';
  let depth = 1;
  while (nested !== undefined) {
    if (++depth > limits.maxDepth) return 'too-deep';
    const level: object[] = nested;
    nested = undefined;
    for (const item of level) {
      if (Array.isArray(item) && count + item.length > limits.maxFields) return 'too-many-fields';
      for (const key in item) {
        if (++count > limits.maxFields) return 'too-many-fields';
        const value = (item as Record<string, unknown>)[key];
        if (typeof value === 'object' && value !== null) (nested ??= []).push(value);
      }
    }
  }
  return undefined;
}

/** Every field takes six bytes of JSON at least: `"a":1,`. */
const FIELD_BYTES_MIN = 6;

/**
 * Whether a JSON text is so short and has so few brackets, in strings or not, that its tree must be within limits. Twice as fast as walking
 * the tree, and true for nearly every event.
 */
export function cannotExceed(text: string, limits: SourceLimits): boolean {
  if (text.length > limits.maxFields * FIELD_BYTES_MIN) return false;
  let left = limits.maxDepth;
  for (let index = text.indexOf('{'); index !== -1; index = text.indexOf('{', index + 1)) if (--left < 0) return false;
  for (let index = text.indexOf('['); index !== -1; index = text.indexOf('[', index + 1)) if (--left < 0) return false;
  return true;
}
