/** Names a set of rules by a hash of everything in it that can change an answer, so evidence can say which rules made it. */

import { hash64, hashId, hex64 } from '../base/hash.js';
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
  'status',
  'level',
  'tags',
  'about',
  'file',
  'line',
]);

/** Documents are as many as their files are large, and a reload changes one of thousands. */
const digests = new WeakMap<SigmaDocument, string>();

function sigmaVersion({ document, filters }: SigmaSource): string {
  return [document, ...filters].map(documentDigest).join(' ');
}

/** 16 hex digits; the same for documents that match the same. */
export function documentDigest(document: SigmaDocument): string {
  let digest = digests.get(document);
  if (digest === undefined) {
    digest = hex64(hash64(write('', document, UNHEARD)));
    digests.set(document, digest);
  }
  return digest;
}

/** For a document whose digest was worked out before, in another process. */
export function keepDigest(document: SigmaDocument, digest: string): void {
  digests.set(document, digest);
}

/**
 * Adds a value to a text that is another for each other meaning. JSON would drop what it has no form for (maps, wildcards, big numbers), and takes
 * three times as long over thousands of documents: a text stands here behind its length, so that nothing in it has to be escaped.
 *
 * @param without  keys of the outermost map to leave out
 */
function write(to: string, value: unknown, without?: ReadonlySet<string>): string {
  switch (typeof value) {
    case 'string':
      return `${to}"${value.length}:${value}`;
    case 'object': {
      if (value === null) return `${to}~`;
      let text = to;
      if (Array.isArray(value) || value instanceof Map) {
        text += value instanceof Map ? '<' : '[';
        for (const item of value) text = write(text, item);
        return `${text}]`;
      }
      text += '{';
      for (const key in value) {
        if (without?.has(key) === true || !Object.hasOwn(value, key)) continue;
        text = write(`${text}${key}=`, (value as Record<string, unknown>)[key]);
      }
      return `${text}}`;
    }
    default:
      return `${to}${typeof value === 'bigint' ? 'n' : ''}${String(value)};`;
  }
}
