/**
 * Sigma documents in the form in which they are kept between two runs. Of rules, which are thousands, a row of plain values holds what loading and
 * choosing needs (keyed objects take three times as long to be read back); the rest, which is most of them, is fetched when it is first looked at.
 */

import { documentDigest, keepDigest } from '../rule-version.js';
import { eventIdsOf, keepEventIds } from '../sigma/compiled/event-ids.js';
import type { Detection, LogSource, SigmaAbout, SigmaDocument, SigmaRule } from '../sigma/document.js';

export type StoredDocument = StoredRule | readonly [digest: string, document: Exclude<SigmaDocument, SigmaRule>];

type StoredRule = readonly [
  digest: string,
  eventIds: readonly number[] | undefined,
  id: string,
  name: string,
  title: string,
  status: SigmaRule['status'],
  level: SigmaRule['level'],
  tags: readonly string[],
  techniques: readonly string[],
  line: number,
  product: string | undefined,
  category: string | undefined,
  service: string | undefined,
  definition: string,
];

/** What the row of a rule does not hold. */
export interface LateParts extends Detection {
  readonly about: SigmaAbout;
}

export function storedDocument(document: SigmaDocument): StoredDocument {
  const digest = documentDigest(document);
  if (document.kind !== 'rule') return [digest, document];
  const { id, name, title, status, level, tags, techniques, line, logSource } = document;
  const { product, category, service, definition } = logSource;
  const ids = eventIdsOf(document);
  const eventIds = ids && [...ids];
  return [
    ...([digest, eventIds, id, name, title, status, level, tags, techniques, line] as const),
    ...([product, category, service, definition] as const),
  ];
}

/** `undefined` for a document that is kept whole. */
export function latePartsOf(document: SigmaDocument): LateParts | undefined {
  if (document.kind !== 'rule') return undefined;
  const { about, selections, condition } = document;
  return { about, selections, condition };
}

/**
 * @param file   path of the file that it is in
 * @param fetch  called each time one of its late parts is read
 */
export function restoredDocument(stored: StoredDocument, file: string, fetch: () => LateParts): SigmaDocument {
  if (stored.length === 2) {
    const [digest, document] = stored;
    keepDigest(document, digest);
    return document;
  }
  const rule = new RestoredRule(stored, file, fetch);
  const [digest, eventIds] = stored;
  keepDigest(rule, digest);
  keepEventIds(rule, eventIds && new Set(eventIds));
  return rule;
}

/** Thousands are made at a start: late parts are read by the class, where objects with readers of their own take five times as long. */
class RestoredRule implements SigmaRule {
  readonly kind = 'rule';
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly status: SigmaRule['status'];
  readonly level: SigmaRule['level'];
  readonly tags: readonly string[];
  readonly techniques: readonly string[];
  readonly line: number;
  readonly logSource: LogSource;
  readonly #fetch: () => LateParts;

  constructor(
    row: StoredRule,
    readonly file: string,
    fetch: () => LateParts,
  ) {
    this.id = row[2];
    this.name = row[3];
    this.title = row[4];
    this.status = row[5];
    this.level = row[6];
    this.tags = row[7];
    this.techniques = row[8];
    this.line = row[9];
    this.logSource = { product: row[10], category: row[11], service: row[12], definition: row[13] };
    this.#fetch = fetch;
  }

  get about(): SigmaAbout {
    return this.#fetch().about;
  }

  get selections(): Detection['selections'] {
    return this.#fetch().selections;
  }

  get condition(): Detection['condition'] {
    return this.#fetch().condition;
  }
}
