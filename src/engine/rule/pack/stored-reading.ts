/**
 * What was made of files of Sigma documents, as plain data: an adapter may write it down and hand it back in the next process, which then need not
 * parse and check the same text again. Whoever hands it back answers for it being of the same text and of the same program.
 */

import { documentDigest, keepDigest } from '../rule-version.js';
import type { PackFile } from './pack-file.js';
import { keepReading, keptReading, type SigmaReading } from './sigma-file.js';

export interface StoredReading extends SigmaReading {
  /** The placeholders that it was read with, in one text. */
  readonly placeholdersKey: string;
  /** Of each document in turn. */
  readonly digests: readonly string[];
}

/** @returns `undefined` for files that hold no Sigma documents or were not read */
export function storedReading(file: PackFile): StoredReading | undefined {
  const kept = keptReading(file);
  if (kept === undefined) return undefined;
  const { documents, diagnostics } = kept.reading;
  return { documents, diagnostics, placeholdersKey: kept.placeholders, digests: documents.map(documentDigest) };
}

export function restoreReading(
  file: PackFile,
  { documents, diagnostics, placeholdersKey, digests }: StoredReading,
): void {
  keepReading(file, { reading: { documents, diagnostics }, placeholders: placeholdersKey });
  for (const [at, document] of documents.entries()) keepDigest(document, digests[at]!);
}
