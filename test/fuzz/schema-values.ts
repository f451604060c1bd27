/** Values as a JSON schema wants them, with something wrong here and there: what gets past a check as well as what does not. */

import type { Random } from '../support/random.js';
import { pick, randomTree } from './mutation.js';

/** Values worth trying for a field, by its name. */
export type Likely = Readonly<Record<string, readonly unknown[]>>;

export interface Material {
  readonly likely: Likely;
  /** Texts for everything else. */
  readonly names: readonly string[];
}

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export function valueOf(random: Random, schema: object, material: Material): unknown {
  return made(random, schema, material, undefined);
}

function made(random: Random, schema: Schema, material: Material, name: string | undefined): unknown {
  if (random(16) === 0) return randomTree(random, material.names, 2);
  const likely = name === undefined ? undefined : ownLikely(material.likely, name);
  if (likely !== undefined && random(3) > 0) return pick(random, likely);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return pick(random, schema.enum);
  if (schema.anyOf !== undefined) return made(random, pick(random, schema.anyOf), material, name);
  if (schema.allOf !== undefined) {
    const parts = schema.allOf.map((part) => made(random, part, material, name));
    return Object.assign({}, ...parts.filter((part) => typeof part === 'object'));
  }
  switch (schema.type) {
    case 'object':
      return objectOf(random, schema, material);
    case 'array':
      return Array.from({ length: random(4) }, () => made(random, schema.items ?? {}, material, undefined));
    case 'string':
      return textOf(random, schema, material.names);
    case 'integer':
    case 'number':
      return pick(random, [schema.minimum ?? 0, schema.maximum ?? 1, (schema.minimum ?? 0) - 1, 1.5, 1e308]);
    case 'boolean':
      return random(2) === 0;
    case 'null':
      return null;
    default:
      return randomTree(random, material.names, 2);
  }
}

function objectOf(random: Random, { properties = {}, required = [] }: Schema, material: Material): unknown {
  const entries: [string, unknown][] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const isWanted = required.includes(name) ? random(16) > 0 : random(2) === 0;
    if (isWanted) entries.push([name, made(random, schema, material, name)]);
  }
  if (random(12) === 0) entries.push([pick(random, material.names), randomTree(random, material.names, 2)]);
  return Object.fromEntries(entries);
}

const TIMES = ['2026-01-05T09:00:00Z', '2026-02-30T25:61:61Z', '9999-12-31T23:59:59.999999999+14:00'];

/** One that fits the schema, where any of those there are does, or any at all. */
function textOf(random: Random, schema: Schema, names: readonly string[]): string {
  if (schema.format === 'date-time') return pick(random, TIMES);
  const { minLength = 0, maxLength = 64 } = schema;
  const all = [...names, 'a'.repeat(minLength), 'a'.repeat(maxLength), 'a'.repeat(maxLength + 1)];
  const pattern = schema.pattern === undefined ? undefined : new RegExp(schema.pattern, 'u');
  const fitting = all.filter(
    (text) => text.length >= minLength && text.length <= maxLength && (pattern?.test(text) ?? true),
  );
  return pick(random, fitting.length > 0 && random(4) > 0 ? fitting : all);
}

function ownLikely(likely: Likely, name: string): readonly unknown[] | undefined {
  return Object.hasOwn(likely, name) ? likely[name] : undefined;
}
