/** What a record becomes: `{Event: {System: …, EventData: {Name: text}}}`, the shape that JSON exports of event logs have too. */

export type TreeValue = string | Tree | TreeValue[];

/** Names are an attacker's: `put` makes own properties only, and readers must ask for own properties only. */
export interface Tree {
  [name: string]: TreeValue;
}

/** Adds a value; the second under one name makes a list of both, in order. */
export function put(tree: Tree, name: string, value: TreeValue): void {
  const existing = tree[name];
  if (existing === undefined) {
    tree[name] = value;
    return;
  }
  // Names such as `__proto__` or `toString` are found without being there.
  if (!Object.hasOwn(tree, name)) {
    Object.defineProperty(tree, name, { value, writable: true, enumerable: true, configurable: true });
  } else if (Array.isArray(existing)) existing.push(value);
  else tree[name] = [existing, value];
}
