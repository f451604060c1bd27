/**
 * Sigma documents in the form in which they are kept between two runs. Of rules, which are thousands, a row of plain values holds what loading and
 * choosing needs (keyed objects take three times as long to be read back); the rest, which is most of them, is fetched when it is first looked at.
 */

import { documentDigest, keepDigest } from '../rule-version.js';
import { eventIdsOf, keepEventIds } from '../sigma/compiled/event-ids.js';
import type { Detection, SigmaAbout, SigmaDocument, SigmaRule } from '../sigma/document.js';

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

/** Gives what the row of a rule does not hold, each time it is read. */
interface Late {
  about(): SigmaAbout;
  detection(): Detection;
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
export function aboutOf(document: SigmaDocument): SigmaAbout | undefined {
  return document.kind === 'rule' ? document.about : undefined;
}

/** As `aboutOf`. What a rule says is read of thousands, by whoever lists them; what it detects, of those that an event can concern. */
export function detectionOf(document: SigmaDocument): Detection | undefined {
  if (document.kind !== 'rule') return undefined;
  const { selections, condition } = document;
  return { selections, condition };
}

/**
 * @param file  path of the file that it is in
 * @param late  to whoever reads, copies or compares the document, what it gives are properties like others
 */
export function restoredDocument(stored: StoredDocument, file: string, late: Late): SigmaDocument {
  if (stored.length === 2) {
    const [digest, document] = stored;
    keepDigest(document, digest);
    return document;
  }
  const [digest, eventIds] = stored;
  const rule: SigmaRule = {
    kind: 'rule',
    id: stored[2],
    name: stored[3],
    title: stored[4],
    status: stored[5],
    level: stored[6],
    tags: stored[7],
    techniques: stored[8],
    file,
    line: stored[9],
    logSource: { product: stored[10], category: stored[11], service: stored[12], definition: stored[13] },
    get about() {
      return late.about();
    },
    get selections() {
      return late.detection().selections;
    },
    get condition() {
      return late.detection().condition;
    },
  };
  keepDigest(rule, digest);
  keepEventIds(rule, eventIds && new Set(eventIds));
  return rule;
}
