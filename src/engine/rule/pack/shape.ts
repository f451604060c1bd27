/** Checks values against the schemas of `pack-schema.ts` and says in words, with the place, what is wrong. */

import type { TObject, TSchema } from '@sinclair/typebox';
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value';
import type { Diagnostic } from '../../base/diagnostic.js';
import { closestWord } from '../closest-word.js';
import { type RuleCode, ruleDiagnostic } from '../diagnostic-codes.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** More of one item is repetition. */
const FAULTS_MAX = 20;
/** What is quoted of a wrong value. */
const EXCERPT_LENGTH = 60;

/** Keys whose faults have a code of their own, wherever in an item they are. */
const CODE_BY_KEY: ReadonlyMap<string, RuleCode> = new Map<string, RuleCode>([
  ['points', 'RULE_POINTS_RANGE'],
  ['actions', 'RULE_ACTION_UNKNOWN'],
  ['techniques', 'RULE_TECHNIQUE_INVALID'],
]);

/**
 * @param at    path of `value` in the file
 * @param rule  id to name in the diagnostics
 * @returns empty where the value has the form
 */
export function checkShape(
  schema: TSchema,
  value: unknown,
  file: YamlFile,
  at: YamlPath,
  rule?: string,
): readonly Diagnostic[] {
  if (Value.Check(schema, value)) return [];
  const diagnostics: Diagnostic[] = [];
  for (const error of Value.Errors(schema, value)) {
    const telling = tellingError(error);
    // A missing key is reported once, and not again as a value of the wrong type.
    if (telling.value === undefined && telling.type !== ValueErrorType.ObjectRequiredProperty) continue;
    diagnostics.push(describe(telling, value, file, at, rule));
    if (diagnostics.length >= FAULTS_MAX) break;
  }
  return diagnostics;
}

/** Of a choice, the fault inside the alternative that was meant: the one that fits down to something deeper. */
function tellingError(error: ValueError): ValueError {
  if (error.type !== ValueErrorType.Union) return error;
  for (const alternative of error.errors) {
    const inner = alternative.First();
    if (inner !== undefined && inner.path !== error.path) return inner;
    if (inner?.type === ValueErrorType.StringMinLength || inner?.type === ValueErrorType.StringMaxLength) return inner;
  }
  return error;
}

function describe(
  error: ValueError,
  root: unknown,
  file: YamlFile,
  at: YamlPath,
  rule: string | undefined,
): Diagnostic {
  const steps = pathSteps(error.path, root);
  const path = [...at, ...steps];
  const key = String(steps.findLast((step) => typeof step === 'string') ?? '');
  const about = { file: file.path, rule };
  if (error.type === ValueErrorType.ObjectAdditionalProperties) {
    return ruleDiagnostic('PACK_KEY_UNKNOWN', `"${excerpt(key)}" is not a key that can stand here.`, {
      ...about,
      place: file.placeOfKey(path),
      hint: keyHint(key, error.schema),
    });
  }
  if (error.type === ValueErrorType.ObjectRequiredProperty) {
    return ruleDiagnostic('PACK_KEY_MISSING', `"${key}" is missing.`, { ...about, place: file.placeOf(path) });
  }
  const isFormOfText = error.type !== ValueErrorType.ArrayMaxItems && error.type !== ValueErrorType.ArrayUniqueItems;
  const code = (isFormOfText ? CODE_BY_KEY.get(key) : undefined) ?? 'PACK_VALUE_INVALID';
  const name = key === '' ? 'This' : `"${key}"`;
  return ruleDiagnostic(code, `${name} ${complaint(error)}.`, {
    ...about,
    place: file.placeOf(path),
    hint: valueHint(error),
  });
}

function complaint(error: ValueError): string {
  const { schema, value } = error;
  switch (error.type) {
    case ValueErrorType.ArrayMaxItems:
      return `holds more than ${schema.maxItems} items`;
    case ValueErrorType.ArrayMinItems:
      return 'must not be empty';
    case ValueErrorType.ArrayUniqueItems:
      return 'holds something twice';
    case ValueErrorType.StringMinLength:
      return 'must not be empty';
    case ValueErrorType.StringMaxLength:
      return `is longer than ${schema.maxLength} characters`;
    default:
      return `must be ${expected(schema)}, not ${shown(value)}`;
  }
}

function expected(schema: TSchema): string {
  const choices = literals(schema);
  if (choices !== undefined) return choices.length > 5 ? 'one of the known words' : choices.join(' or ');
  if (schema.anyOf !== undefined) return 'a text or {en: …, zh: …}';
  switch (schema.type) {
    case 'array':
      return 'a list';
    case 'object':
      return 'a map';
    case 'integer':
      return `a whole number from ${schema.minimum} to ${schema.maximum}`;
    default:
      return schema.pattern === undefined
        ? 'a text'
        : `a text of this form: ${schema.description ?? schema.pattern}`.replace(/\.$/, '');
  }
}

function valueHint(error: ValueError): string | undefined {
  const choices = literals(error.schema);
  if (choices !== undefined && typeof error.value === 'string') {
    const closest = closestWord(error.value, choices);
    return closest === undefined ? `Known: ${choices.join(', ')}.` : `Did you mean "${closest}"?`;
  }
  if (typeof error.value === 'number' && error.schema.type === 'string') return 'Put it in quotes.';
  const isQuotedNumber =
    error.schema.type === 'integer' && typeof error.value === 'string' && /^\d+$/.test(error.value);
  return isQuotedNumber ? 'Write it without quotes.' : undefined;
}

function keyHint(key: string, schema: TSchema): string | undefined {
  const known = Object.keys((schema as TObject).properties ?? {});
  if (known.length === 0) return undefined;
  const closest = closestWord(key, known);
  return closest === undefined ? `Known keys: ${known.join(', ')}.` : `Did you mean "${closest}"?`;
}

function literals(schema: TSchema): string[] | undefined {
  const choices: unknown = schema.anyOf;
  if (!Array.isArray(choices)) return undefined;
  const words = choices.map((choice: TSchema) => choice.const);
  return words.every((word) => typeof word === 'string') ? words : undefined;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  return typeof value === 'string' ? `"${excerpt(value)}"` : value === null ? 'nothing' : String(value);
}

function excerpt(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}

/** JSON pointer to steps; whether a step is an index shows in the value it leads into. */
function pathSteps(pointer: string, root: unknown): (string | number)[] {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => {
      const isIndex = Array.isArray(value);
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? (value as Record<string, unknown>)[step]
          : undefined;
      return isIndex ? Number(step) : step;
    });
}
