/** Broken promises of our own code. Bad input never comes here: it is a value (`result.ts`, `diagnostic.ts`). */

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** @throws AssertionError naming the promise that did not hold; callers never catch it to carry on. */
export function assert(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new AssertionError(promise);
}
