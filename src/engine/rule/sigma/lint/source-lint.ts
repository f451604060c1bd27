/** Log sources that nobody knows, and fields that their events do not have. */

import { closestWord, didYouMean } from '../../closest-word.js';
import type { LogSource, Selection, SigmaFilter, SigmaRule } from '../document.js';
import type { SigmaCode } from '../sigma-codes.js';
import { fieldsOfCategory } from './field-table.js';
import { KNOWN_LOG_SOURCES } from './log-source-table.js';

export interface SourceComplaint {
  readonly code: SigmaCode;
  readonly message: string;
  readonly hint: string | undefined;
}

/** `undefined` where the log source is known. */
export function complainOfSource({ product = '', category, service }: LogSource): SourceComplaint | undefined {
  const known = KNOWN_LOG_SOURCES.get(product);
  const unknown = (part: string, value: string, words: Iterable<string>): SourceComplaint => ({
    code: 'SIGMA_LOGSOURCE_UNKNOWN',
    message: `No ${part} "${value.slice(0, 60)}" is known${part === 'product' || product === '' ? '' : ` for "${product}"`}.`,
    hint: didYouMean(value, words) ?? 'The rule is kept; it will see events whose channel or provider has this name.',
  });
  if (known === undefined) return unknown('product', product, KNOWN_LOG_SOURCES.keys());
  // Categories such as `process_creation` are also used without a product: then they mean any.
  const all = [...KNOWN_LOG_SOURCES.values()];
  const categories = product === '' ? all.flatMap((each) => each.categories) : known.categories;
  const services = product === '' ? all.flatMap((each) => each.services) : known.services;
  if (category !== undefined && !categories.includes(category)) return unknown('category', category, categories);
  if (service !== undefined && !services.includes(service)) return unknown('service', service, services);
  return undefined;
}

export interface FieldComplaint extends SourceComplaint {
  readonly selection: string;
  readonly field: string;
}

/** More of one document is repetition. */
const COMPLAINTS_MAX = 20;
const PRODUCTS: ReadonlySet<string | undefined> = new Set(['windows', 'linux', 'macos', undefined]);

/** Each unknown field once for each selection. */
export function complainOfFields({ logSource, selections }: SigmaRule | SigmaFilter): readonly FieldComplaint[] {
  const { product, category } = logSource;
  const known = category === undefined || !PRODUCTS.has(product) ? undefined : fieldsOfCategory(category);
  if (known === undefined) return [];
  const complaints: FieldComplaint[] = [];
  for (const [name, selection] of selections) {
    for (const field of new Set(fieldsOf(selection))) {
      if (complaints.length >= COMPLAINTS_MAX) return complaints;
      if (known.has(field.replaceAll(' ', '').toLowerCase())) continue;
      const closest = closestWord(field, known.values());
      complaints.push({
        code: 'SIGMA_FIELD_UNKNOWN',
        selection: name,
        field,
        message: `"${field.slice(0, 60)}" is not a field of ${category} events.`,
        hint:
          closest === undefined
            ? 'The test finds nothing unless your sensor adds the field.'
            : `Did you mean "${closest}"?`,
      });
    }
  }
  return complaints;
}

function fieldsOf(selection: Selection): readonly string[] {
  switch (selection.kind) {
    case 'every':
      return selection.tests.flatMap(({ field, values }) => [
        field,
        ...values.flatMap((value) => (value.kind === 'fieldref' ? [value.field] : [])),
      ]);
    case 'some':
    case 'all':
      return selection.selections.flatMap(fieldsOf);
    case 'keywords':
      return [];
  }
}
