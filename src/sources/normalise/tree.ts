/**
 * A parsed record before anybody knows its shape: whatever `JSON.parse`, the XML reader or the EVTX reader gave. All text in it is an
 * attacker's, keys included. Rule here: maps that arrive are only read; where a new map is filled with names from a record it is a `bag`.
 */

/** Own properties only; may have `Object.prototype`. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property, never something inherited. For names that no prototype has (`UtcTime`), plain access means the same and is faster. */
export function own(tree: Tree, name: string): unknown {
  return Object.hasOwn(tree, name) ? tree[name] : undefined;
}

/** The first of `names` that is there and neither null nor empty text. */
export function firstOf(tree: Tree, names: readonly string[]): unknown {
  for (const name of names) {
    const value = own(tree, name);
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

/** A value that stands for a text: text itself, a number, or the map that a converter made of `<Name attribute="…">text</Name>`. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (!isTree(value)) return undefined;
  const inner = firstOf(value, ['#text', 'Value', '_', '$t', 'value', 'text', 'Name']);
  return typeof inner === 'string' || typeof inner === 'number' ? String(inner) : undefined;
}

/** The attributes of an element, wherever the converter put them: `#attributes`, `$`, `@Name`, `Name_attributes`, or plainly beside. */
export function attributeIn(parent: Tree, element: string, attribute: string): unknown {
  const apart = own(parent, `${element}_attributes`);
  if (isTree(apart)) return own(apart, attribute);
  const value = own(parent, element);
  if (!isTree(value)) return undefined;
  for (const holder of ['#attributes', '$', '@attributes']) {
    const attributes = own(value, holder);
    if (isTree(attributes)) return own(attributes, attribute);
  }
  return own(value, attribute) ?? own(value, `@${attribute}`);
}

const BagConstructor = function () {} as unknown as { new (): Record<string, unknown>; prototype: object };
BagConstructor.prototype = Object.create(null) as object;

/**
 * An empty map that may be filled with an attacker's keys: it inherits nothing, so `__proto__` is a name like any other. Unlike
 * `Object.create(null)` it starts in V8's fast mode (a third of the time to fill and to read).
 */
export function bag(): Record<string, unknown> {
  return new BagConstructor();
}
