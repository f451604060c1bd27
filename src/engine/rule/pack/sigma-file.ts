/** Files of Sigma documents in a pack: how they are told from the pack's own files, and how a document becomes a rule. */

import type { Diagnostic } from '../../base/diagnostic.js';
import type { Rule } from '../rule.js';
import type { SigmaCorrelation, SigmaDocument, SigmaFilter, SigmaRule } from '../sigma/document.js';
import { readSigmaFile } from '../sigma/read/read-sigma-file.js';
import type { PackFile } from './pack-file.js';
import { bilingual } from './rule-entry.js';
import type { SigmaTerms } from './sigma-settings.js';

/** Of the text, because a file that is not YAML at all is to be reported as what it was meant to be, and because parsing twice would be half of what loading costs. */
export function isSigmaFile(file: PackFile): boolean {
  const { text } = file;
  // What was read as such is such; thousands of texts would be looked through again.
  if (readings.has(file)) return true;
  if (isRulesText(text)) return false;
  return (
    /^(?:title|logsource|detection|correlation|filter|condition) *:/m.test(text) ||
    /^\s*\{[^]*?["']?(?:detection|correlation)["']? *:/.test(text)
  );
}

/** A file in the pack's own form: docs/reference/rule-format.md. */
export function isRulesText(text: string): boolean {
  return /^(?:rules|profiles) *:/m.test(text);
}

export interface SigmaReading {
  readonly documents: readonly SigmaDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface KeptReading {
  readonly reading: SigmaReading;
  readonly placeholders: string;
}

/** Of thousands of files a reload changes one; whoever reads them again hands in the same object for the same text. */
const readings = new WeakMap<PackFile, KeptReading>();

export function keptReading(file: PackFile): KeptReading | undefined {
  return readings.get(file);
}

export function keepReading(file: PackFile, kept: KeptReading): void {
  readings.set(file, kept);
}

/** @param placeholdersKey  equal where, and only where, `placeholders` are */
export function readSigma(
  file: PackFile,
  placeholders: ReadonlyMap<string, readonly string[]>,
  placeholdersKey: string,
): SigmaReading {
  const kept = readings.get(file);
  if (kept?.placeholders === placeholdersKey) return kept.reading;
  const reading = readSigmaFile(file, { placeholders });
  readings.set(file, { reading, placeholders: placeholdersKey });
  return reading;
}

const NONE: readonly never[] = [];

/** What was compiled from a rule is kept with it, so the same document under the same terms gives the same object. */
const rules = new WeakMap<SigmaDocument, Rule>();

export function sigmaRule(document: SigmaRule | SigmaCorrelation, terms: SigmaTerms, pack: string): Rule {
  const known = rules.get(document);
  if (known?.points === terms.points && known.isShadow === terms.isShadow && known.pack === pack) return known;
  const rule = filteredSigmaRule(document, terms, pack, NONE);
  rules.set(document, rule);
  return rule;
}

/** @param filters  what any of them holds for is taken out */
export function filteredSigmaRule(
  document: SigmaRule | SigmaCorrelation,
  { points, isShadow }: SigmaTerms,
  pack: string,
  filters: readonly SigmaFilter[],
): Rule {
  const { id, title, level, status, techniques, file, line } = document;
  return {
    id,
    title: bilingual(title),
    // When they are looked at: what a document says about itself may not have been fetched yet.
    get description() {
      return bilingual(document.about.description);
    },
    get references() {
      return document.about.references;
    },
    get falsePositives() {
      return document.about.falsePositives.map(bilingual);
    },
    get author() {
      return document.about.author;
    },
    set: 'sigma',
    points,
    isShadow,
    level,
    status,
    sigma: { document, filters },
    techniques,
    actions: NONE,
    eventIds: NONE,
    conditions: NONE,
    pack,
    file,
    line,
  };
}
