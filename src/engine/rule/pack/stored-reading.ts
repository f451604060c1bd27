/**
 * What was made of a pack's files, as plain data: an adapter may write it down and hand it back in the next process, which then need not parse and
 * check the same text again. Whoever hands it back answers for it being of the same text and of the same program.
 */

import { documentDigest, keepDigest } from '../rule-version.js';
import { restoreYaml, type StoredYaml, storedYaml } from './noted-yaml.js';
import type { PackFile } from './pack-file.js';
import { keepReading, keptReading, type SigmaReading } from './sigma-file.js';

export type StoredReading =
  { readonly kind: 'sigma'; readonly sigma: StoredSigma } | { readonly kind: 'yaml'; readonly yaml: StoredYaml };

interface StoredSigma extends SigmaReading {
  /** The placeholders that it was read with, in one text. */
  readonly placeholdersKey: string;
  /** Of each document in turn. */
  readonly digests: readonly string[];
}

/** @returns `undefined` for files that were not read, or of which nothing could be used */
export function storedReading(file: PackFile): StoredReading | undefined {
  const sigma = storedSigma(file);
  if (sigma !== undefined) return { kind: 'sigma', sigma };
  const yaml = storedYaml(file);
  return yaml && { kind: 'yaml', yaml };
}

export function restoreReading(file: PackFile, reading: StoredReading): void {
  if (reading.kind === 'sigma') restoreSigma(file, reading.sigma);
  else restoreYaml(file, reading.yaml);
}

function storedSigma(file: PackFile): StoredSigma | undefined {
  const kept = keptReading(file);
  if (kept === undefined) return undefined;
  const { documents, diagnostics } = kept.reading;
  return { documents, diagnostics, placeholdersKey: kept.placeholders, digests: documents.map(documentDigest) };
}

function restoreSigma(file: PackFile, { documents, diagnostics, placeholdersKey, digests }: StoredSigma): void {
  keepReading(file, { reading: { documents, diagnostics }, placeholders: placeholdersKey });
  for (const [at, document] of documents.entries()) keepDigest(document, digests[at]!);
}
