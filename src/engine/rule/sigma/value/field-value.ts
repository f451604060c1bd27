/** What a field holds, as tests see it. */

/** Lists in lists: what lies deeper is left out. The sources' own limit is of the same size. */
const DEPTH_MAX = 32;

/** Texts as they are, numbers and truth values as JSON writes them; `undefined` for null, maps and what is not there. */
export function scalarText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return undefined;
  }
}

/** The values of a field: of a list its items, lists in it taken apart; else the value itself. An empty list has none. */
export function valuesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flat(DEPTH_MAX) : [value];
}

/** Whether a field counts as null: missing, null, an empty list, or a list with a null in it. */
export function isNullish(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!Array.isArray(value)) return false;
  const values = valuesOf(value);
  return values.length === 0 || values.some((item) => item === null || item === undefined);
}

/** Every text in a value, maps and lists taken apart; names are no values. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  collectTexts(value, texts, DEPTH_MAX);
  return texts;
}

function collectTexts(value: unknown, into: string[], depth: number): void {
  const text = scalarText(value);
  if (text !== undefined) into.push(text);
  else if (typeof value === 'object' && value !== null && depth > 0) {
    for (const item of Object.values(value)) collectTexts(item, into, depth - 1);
  }
}
