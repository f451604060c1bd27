/** JSON whose whole numbers stay exact: `JSON.parse` rounds those beyond 2^53, and access masks and ids of 64 bits are as large. */

/** A text that is passed over, or a number as a whole. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;
/** No name that anyone uses. */
const MARK = '\u0000exact integer';

/**
 * @returns as `JSON.parse`, with a bigint for each whole number of 16 digits or more
 * @throws SyntaxError where the text is not JSON
 */
export function parseExactJson(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  const marked = text.replace(TOKEN, (token) =>
    LONG_INTEGER.test(token) ? JSON.stringify({ [MARK]: token }) : token,
  );
  return marked === text ? plain : JSON.parse(marked, (_, value: unknown) => integerOf(value) ?? value);
}

function integerOf(value: unknown): bigint | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, MARK)) return undefined;
  const digits = (value as Record<string, unknown>)[MARK];
  return typeof digits === 'string' && LONG_INTEGER.test(digits) ? BigInt(digits) : undefined;
}
