/** Says which fields of a condition no event of its rule can have. */

import { FIELD_NAMES } from '../../event/field-names.js';
import { closestWord } from '../closest-word.js';
import { PSEUDO_FIELDS } from '../event-field.js';

export interface FieldFault {
  readonly field: string;
  readonly code: 'RULE_FIELD_UNKNOWN' | 'RULE_FIELD_CASE';
  readonly message: string;
  readonly hint: string | undefined;
}

const KNOWN_LOWER: readonly string[] = [...PSEUDO_FIELDS, ...FIELD_NAMES.map((name) => name.toLowerCase())];
const KNOWN: ReadonlySet<string> = new Set(KNOWN_LOWER);

/**
 * @param fields       names that the condition may read
 * @param isOpenEnded  the rule is also asked about channels whose fields we have no list of: then only near misses of known names count
 */
export function checkFields(fields: readonly string[], isOpenEnded: boolean): readonly FieldFault[] {
  return fields.flatMap((field) => {
    const fault = checkField(field, isOpenEnded);
    return fault === undefined ? [] : [fault];
  });
}

function checkField(field: string, isOpenEnded: boolean): FieldFault | undefined {
  if (KNOWN.has(field)) return undefined;
  const lower = field.toLowerCase();
  if (lower !== field) {
    return {
      field,
      code: 'RULE_FIELD_CASE',
      message: `"${field}" is never there: events reach rules with the names of their fields in lower case.`,
      hint: `Write "${KNOWN.has(lower) ? lower : (closestWord(lower, KNOWN_LOWER) ?? lower)}".`,
    };
  }
  const closest = closestWord(field, KNOWN_LOWER);
  if (isOpenEnded && closest === undefined) return undefined;

  return {
    field,
    code: 'RULE_FIELD_UNKNOWN',
    message: `"${field}" is not a field of these events.`,
    hint: closest === undefined ? undefined : `Did you mean "${closest}"?`,
  };
}
