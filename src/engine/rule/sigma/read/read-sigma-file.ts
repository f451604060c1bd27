/** Reads a file of Sigma documents: rules, correlations, filters, one or several, with `---` between them. */

import type { Diagnostic } from '../../../base/diagnostic.js';
import type { PackFile } from '../../pack/pack-file.js';
import type { SigmaDocument } from '../document.js';
import { readCorrelation } from './correlation.js';
import { readDetection } from './detection.js';
import { Faults, shown } from './faults.js';
import { FormBudget } from './form-budget.js';
import { readFilter } from './filter.js';
import { readHeader } from './header.js';
import { readLogSource } from './log-source.js';
import type { SelectionContext } from './selection.js';
import type { Placeholders } from './transform.js';
import { isMap, readYamlDocuments, type YamlMap, type YamlValue } from './yaml.js';
import type { YamlPlaces } from './yaml-places.js';

export interface SigmaOptions {
  /** Values for `%name%` under `expand`, by name. */
  readonly placeholders: Placeholders;
}

export interface SigmaFile {
  /** In the order of the file, without those that have an error. */
  readonly documents: readonly SigmaDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

const DOCUMENTS_MAX = 500;

/** Pure and total: the same text gives the same answer, and any text an answer. A broken document takes none of its neighbours with it. */
export function readSigmaFile(file: PackFile, options: SigmaOptions): SigmaFile {
  const yaml = readYamlDocuments(file);
  if ('code' in yaml) return { documents: [], diagnostics: [yaml] };
  const documents: SigmaDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  const budget = new FormBudget();
  for (const [index, value] of yaml.values.entries()) {
    // Nothing between two lines of `---`, or behind the last, is no document.
    if (value === null || value === undefined) continue;
    const id = isMap(value) ? (value.get('id') ?? value.get('name')) : undefined;
    const faults = new Faults(file.path, yaml.places, index, typeof id === 'string' ? id : undefined);
    if (index >= DOCUMENTS_MAX) {
      faults.add(
        'SIGMA_TOO_LARGE',
        [],
        `The file has more than ${DOCUMENTS_MAX} documents.`,
        'Split it into several files.',
      );
      diagnostics.push(...faults.found);
      break;
    }
    const document = readDocument(value, index, file.path, yaml.places, faults, options, budget);
    diagnostics.push(...faults.found);
    if (document !== undefined && !faults.hasErrors) documents.push(document);
    if (isMap(value) && value.get('action') === 'global') break;
  }
  return { documents, diagnostics };
}

function readDocument(
  value: YamlValue,
  index: number,
  file: string,
  places: YamlPlaces,
  faults: Faults,
  options: SigmaOptions,
  budget: FormBudget,
): SigmaDocument | undefined {
  if (!isMap(value)) {
    faults.add('SIGMA_DOCUMENT_INVALID', [], `A document is a map, not ${shown(value)}.`);
    return undefined;
  }
  if (!checkAction(value, faults) || !checkTaxonomy(value, faults)) return undefined;
  const kinds = ['detection', 'correlation', 'filter'].filter((key) => value.has(key));
  if (kinds.length !== 1) {
    const message =
      kinds.length === 0
        ? 'The document is no rule, correlation or filter.'
        : `The document has ${kinds.map((kind) => `"${kind}"`).join(' and ')}.`;
    faults.add('SIGMA_DOCUMENT_INVALID', [], message, 'Each document has one of detection, correlation, filter.');
    return undefined;
  }
  const { line } = places.placeOf(index, []);
  const header = readHeader(value, { file, line, number: index + 1 }, faults);
  const context: SelectionContext = { faults, placeholders: options.placeholders, budget };
  if (kinds[0] === 'correlation') return readCorrelation(value, header, faults);
  if (kinds[0] === 'filter') return readFilter(value, header, context);
  const logSource = readLogSource(value, faults);
  const map = value.get('detection');
  if (!isMap(map)) {
    faults.add('SIGMA_DETECTION_INVALID', ['detection'], `"detection" must be a map, not ${shown(map)}.`);
    return undefined;
  }
  const detection = readDetection(map, ['detection'], [], context);
  if (logSource === undefined || detection === undefined) return undefined;
  return { ...header, kind: 'rule', logSource, ...detection };
}

/** Documents that complete or repeat others were in Sigma 1. After `global`, what follows is no whole rule: it is not read. */
function checkAction(document: YamlMap, faults: Faults): boolean {
  if (!document.has('action')) return true;
  const action = document.get('action');
  const hint =
    action === 'global'
      ? 'Write every rule out in full, or several conditions in one rule as a list; the rest of the file is not read.'
      : 'Write every rule out in full.';
  faults.add(
    'SIGMA_ACTION_UNSUPPORTED',
    ['action'],
    `"action: ${shown(action).replaceAll('"', '')}" is not in Sigma 2.`,
    hint,
  );
  return false;
}

function checkTaxonomy(document: YamlMap, faults: Faults): boolean {
  const taxonomy = document.get('taxonomy');
  if (taxonomy === undefined || taxonomy === null || taxonomy === 'sigma') return true;
  const message = `The taxonomy ${shown(taxonomy)} is not known: its fields mean nothing here.`;
  faults.add(
    'SIGMA_TAXONOMY_UNKNOWN',
    ['taxonomy'],
    message,
    'Write the rule with the fields of the taxonomy "sigma".',
  );
  return false;
}
