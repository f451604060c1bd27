/**
 * What was made of a pack's files, as plain data: an adapter may write it down and hand it back in the next process, which then need not parse and
 * check the same text again. Whoever hands it back answers for it being of the same text and of the same program.
 */

import { documentDigest, keepDigest } from '../rule-version.js';
import { eventIdsOf, keepEventIds } from '../sigma/compiled/event-ids.js';
import type { Detection, SigmaCorrelation, SigmaDocument } from '../sigma/document.js';
import { type WithoutDetection, withLateDetection } from '../sigma/late-detection.js';
import { restoreYaml, type StoredYaml, storedYaml } from './noted-yaml.js';
import type { PackFile } from './pack-file.js';
import { keepReading, keptReading, type SigmaReading } from './sigma-file.js';

export type StoredReading =
  { readonly kind: 'sigma'; readonly sigma: StoredSigma } | { readonly kind: 'yaml'; readonly yaml: StoredYaml };

export interface StoredSigma extends Pick<SigmaReading, 'diagnostics'> {
  readonly documents: readonly StoredDocument[];
  /** The placeholders that it was read with, in one text. */
  readonly placeholdersKey: string;
  /** Plain data too, of each document in turn. Asked for, if at all, when one of them is first looked at. */
  readonly detections: () => readonly (Detection | undefined)[];
}

interface StoredDocument {
  /** Of those that have a detection, the rest. */
  readonly document: SigmaCorrelation | WithoutDetection;
  readonly digest: string;
  readonly eventIds: readonly number[] | undefined;
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
  return {
    documents: documents.map(storedDocument),
    diagnostics,
    placeholdersKey: kept.placeholders,
    detections: () => documents.map(detectionOf),
  };
}

function storedDocument(document: SigmaDocument): StoredDocument {
  const digest = documentDigest(document);
  if (document.kind === 'correlation') return { document, digest, eventIds: undefined };
  const { selections: _, condition: __, ...rest } = document;
  const ids = document.kind === 'rule' ? eventIdsOf(document) : undefined;
  return { document: rest, digest, eventIds: ids && [...ids] };
}

function detectionOf(document: SigmaDocument): Detection | undefined {
  if (document.kind === 'correlation') return undefined;
  const { selections, condition } = document;
  return { selections, condition };
}

function restoreSigma(file: PackFile, { documents, diagnostics, placeholdersKey, detections }: StoredSigma): void {
  let fetched: ReturnType<StoredSigma['detections']> | undefined;
  const fetch = (at: number): Detection => (fetched ??= detections())[at]!;
  const restored = documents.map(({ document, digest, eventIds }, at) => {
    const whole = document.kind === 'correlation' ? document : withLateDetection(document, () => fetch(at));
    keepDigest(whole, digest);
    if (whole.kind === 'rule') keepEventIds(whole, eventIds && new Set(eventIds));
    return whole;
  });
  keepReading(file, { reading: { documents: restored, diagnostics }, placeholders: placeholdersKey });
}
