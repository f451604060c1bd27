/** Names a set of rules by a hash of everything in it that can change an answer, so evidence can say which rules made it. */

import { hashId } from '../base/hash.js';
import type { Profile, Rule, SigmaSource } from './rule.js';
import type { SigmaDocument, SigmaHeader } from './sigma/document.js';

/** 32 hex digits. Titles, descriptions and places may change without a new version; order may not, since the first match can decide. */
export function ruleVersion(rules: readonly Rule[], profiles: readonly Profile[]): string {
  return hashId(
    JSON.stringify(
      rules.map((rule) => [
        rule.id,
        rule.set,
        rule.points,
        rule.techniques,
        rule.actions,
        rule.eventIds,
        rule.conditions,
        ...(rule.isShadow ? ['shadow'] : []),
        ...(rule.sigma === undefined ? [] : [sigmaVersion(rule.sigma)]),
      ]),
    ),
    JSON.stringify(profiles.map((profile) => [profile.id, profile.techniques, profile.atLeast, profile.points])),
  );
}

/** What people read of a document, and where it lies: without a say in what matches. */
const UNHEARD: ReadonlySet<string> = new Set<keyof SigmaHeader>([
  'title',
  'description',
  'status',
  'level',
  'author',
  'date',
  'modified',
  'license',
  'references',
  'falsePositives',
  'tags',
  'related',
  'scope',
  'custom',
  'file',
  'line',
]);

/** Documents are as many as their files are large, and a reload changes one of thousands. */
const digests = new WeakMap<SigmaDocument, string>();

function sigmaVersion({ document, filters }: SigmaSource): string {
  return [document, ...filters].map(digestOf).join(' ');
}

function digestOf(document: SigmaDocument): string {
  let digest = digests.get(document);
  if (digest === undefined) {
    const heard = Object.entries(document).filter(([key]) => !UNHEARD.has(key));
    digest = hashId(textOf(Object.fromEntries(heard)));
    digests.set(document, digest);
  }
  return digest;
}

/** One text for each meaning. JSON would drop what it has no form for: maps, wildcards, big numbers. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
      if (value instanceof Map) return `M${textOf([...value])}`;
      return `{${Object.entries(value)
        .map(([key, inner]) => `${JSON.stringify(key)}:${textOf(inner)}`)
        .join(',')}}`;
    default:
      return String(value);
  }
}
