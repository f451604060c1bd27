/**
 * What was made of a pack's files, as plain data: an adapter may write it down and hand it back in the next process, which then need not parse and
 * check the same text again. Whoever hands it back answers for it being of the same text and of the same program.
 */

import type { Detection, SigmaAbout } from '../sigma/document.js';
import { restoreYaml, type StoredYaml, storedYaml } from './noted-yaml.js';
import type { PackFile } from './pack-file.js';
import { keepReading, keptReading, type SigmaReading } from './sigma-file.js';
import { aboutOf, detectionOf, restoredDocument, type StoredDocument, storedDocument } from './stored-document.js';

export type StoredReading =
  { readonly kind: 'sigma'; readonly sigma: StoredSigma } | { readonly kind: 'yaml'; readonly yaml: StoredYaml };

export interface StoredSigma extends Pick<SigmaReading, 'diagnostics'> {
  readonly documents: readonly StoredDocument[];
  /** The placeholders that it was read with, in one text. */
  readonly placeholdersKey: string;
  readonly late: LateParts;
}

/** Plain data too, of each document in turn; `undefined` for one that is kept whole. Asked for, if at all, when one of them is first looked at. */
export interface LateParts {
  readonly abouts: () => readonly (SigmaAbout | undefined)[];
  readonly detections: () => readonly (Detection | undefined)[];
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
    late: { abouts: () => documents.map(aboutOf), detections: () => documents.map(detectionOf) },
  };
}

function restoreSigma(file: PackFile, { documents, diagnostics, placeholdersKey, late }: StoredSigma): void {
  const abouts = once(late.abouts);
  const detections = once(late.detections);
  const restored = documents.map((document, at) =>
    restoredDocument(document, file.path, { about: () => abouts()[at]!, detection: () => detections()[at]! }),
  );
  keepReading(file, { reading: { documents: restored, diagnostics }, placeholders: placeholdersKey });
}

function once<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
