/** `logsource`: which events a rule is about. */

import type { LogSource } from '../document.js';
import { type Faults, shown } from './faults.js';
import { isMap, type YamlMap } from './yaml.js';

const PARTS = ['product', 'category', 'service'] as const;

/** @returns `undefined` where there is none, or something is wrong with it, which is reported */
export function readLogSource(document: YamlMap, faults: Faults): LogSource | undefined {
  const source = document.get('logsource');
  if (source === undefined || source === null) {
    faults.add(
      'SIGMA_LOGSOURCE_MISSING',
      [],
      'The document has no "logsource".',
      'Say which events it is about: product, category, service.',
    );
    return undefined;
  }
  if (!isMap(source)) {
    faults.add('SIGMA_LOGSOURCE_INVALID', ['logsource'], `"logsource" must be a map, not ${shown(source)}.`);
    return undefined;
  }
  const parts: { -readonly [Key in keyof LogSource]: LogSource[Key] } = {
    product: undefined,
    category: undefined,
    service: undefined,
    definition: '',
  };
  let isWhole = true;
  for (const part of PARTS) {
    const value = source.get(part);
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' && value.trim() !== '') parts[part] = value.trim().toLowerCase();
    else {
      faults.add('SIGMA_LOGSOURCE_INVALID', ['logsource', part], `"${part}" must be a text, not ${shown(value)}.`);
      isWhole = false;
    }
  }
  const definition = source.get('definition');
  if (typeof definition === 'string') parts.definition = definition.trim();
  if (isWhole && PARTS.every((part) => parts[part] === undefined)) {
    faults.add(
      'SIGMA_LOGSOURCE_MISSING',
      ['logsource'],
      '"logsource" has no product, category or service.',
      'Name at least one.',
    );
    return undefined;
  }
  return isWhole ? parts : undefined;
}
