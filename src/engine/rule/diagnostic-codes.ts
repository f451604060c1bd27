/** What can be wrong with a pack, its rules, their cases, or a folder of the original's rules: every code, once. Public and never reused. */

import type { Diagnostic, Severity } from '../base/diagnostic.js';

export interface CodeEntry {
  readonly severity: Severity;
  /** One line for the list of codes; the page docs/reference/error-codes.md says more. */
  readonly summary: string;
}

export const RULE_CODES = {
  PACK_EMPTY: { severity: 'error', summary: 'The folder holds no YAML file.' },
  PACK_MANIFEST_MISSING: { severity: 'warning', summary: 'The folder has no pack.yml.' },
  PACK_FILE_FOREIGN: { severity: 'warning', summary: 'A file among Sigma rules holds something else.' },
  PACK_SIGMA_RULE_UNKNOWN: {
    severity: 'warning',
    summary: 'A manifest has settings for a Sigma rule that the pack does not have.',
  },
  PACK_FILE_UNREADABLE: { severity: 'error', summary: 'A file of the folder could not be read.' },
  PACK_TOO_LARGE: { severity: 'error', summary: 'A file, or the pack as a whole, is larger than a pack may be.' },
  PACK_YAML_INVALID: { severity: 'error', summary: 'A file is not YAML.' },
  PACK_YAML_TOO_DEEP: { severity: 'error', summary: 'A file nests deeper than any pack needs.' },
  PACK_YAML_EXPANDS: { severity: 'error', summary: 'The aliases of a file stand for more than may be expanded.' },
  PACK_KEY_UNKNOWN: { severity: 'error', summary: 'A key has no meaning where it stands.' },
  PACK_KEY_MISSING: { severity: 'error', summary: 'A key that must be there is not.' },
  PACK_VALUE_INVALID: { severity: 'error', summary: 'A value has the wrong type, form or size.' },
  PACK_TRANSLATION_MISSING: { severity: 'warning', summary: 'A pack in two languages lacks one of them somewhere.' },
  RULE_ID_DUPLICATE: { severity: 'error', summary: 'Two rules or profiles of a pack have the same id.' },
  RULE_POINTS_RANGE: { severity: 'error', summary: 'Points are not a whole number from 0 to 10,000.' },
  RULE_ACTION_UNKNOWN: { severity: 'error', summary: 'An action that no event has.' },
  RULE_TECHNIQUE_INVALID: { severity: 'error', summary: 'Not the form of an ATT&CK technique id.' },
  RULE_TECHNIQUE_UNKNOWN: {
    severity: 'warning',
    summary: 'A technique that the shipped version of ATT&CK does not have.',
  },
  RULE_TECHNIQUE_RETIRED: { severity: 'warning', summary: 'A technique that ATT&CK has revoked or deprecated.' },
  RULE_EXPRESSION_INVALID: { severity: 'error', summary: 'A condition is not an expression.' },
  RULE_FIELD_UNKNOWN: { severity: 'warning', summary: 'A condition reads a field that its events do not have.' },
  RULE_FIELD_CASE: { severity: 'warning', summary: 'A condition names a field with capitals, which no event has.' },
  RULE_NEVER_MATCHES: {
    severity: 'warning',
    summary: 'A condition asks for an action or event id that its rule excludes, or that no event has.',
  },
  RULE_TEXT_CASE: { severity: 'warning', summary: 'A condition looks for capitals, which no event has.' },
  RULE_TEXT_TYPE: {
    severity: 'warning',
    summary: 'A condition compares with a text what is a number, or true or false.',
  },
  RULE_TEXT_ESCAPE: { severity: 'warning', summary: 'A text holds a control character where a backslash is meant.' },
  RULE_ATTRIBUTE_UNKNOWN: { severity: 'warning', summary: 'A condition asks for an attribute that no value has.' },
  RULE_CONDITION_CONSTANT: { severity: 'warning', summary: 'A condition reads nothing of the event.' },
  RULE_PROFILE_UNREACHABLE: { severity: 'error', summary: 'A profile wants more techniques than it lists.' },
  CASE_RULE_UNKNOWN: { severity: 'error', summary: 'Cases for a rule or profile that the pack does not have.' },
  CASE_KIND_WRONG: {
    severity: 'error',
    summary: 'A case for a rule without an event, or for a profile without techniques.',
  },
  RMEYE_EMPTY: { severity: 'error', summary: 'No rule file of the original in the folder.' },
  RMEYE_SYNTAX: { severity: 'error', summary: 'A rule file of the original is not the Python that is read.' },
  RMEYE_ENTRY_INVALID: {
    severity: 'error',
    summary: 'An entry of the original lacks something or has it in the wrong form.',
  },
  RMEYE_EXPRESSION_INVALID: {
    severity: 'error',
    summary: 'An expression of the original does not compile, there or here.',
  },
  RMEYE_VALUE_CHANGED: {
    severity: 'warning',
    summary: 'A value of the original could not be brought over as it stands.',
  },
} as const satisfies Record<string, CodeEntry>;

export type RuleCode = keyof typeof RULE_CODES;

/** Where in a file. */
export interface Place {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** What a diagnostic is about. */
export interface DiagnosticPlace {
  readonly file?: string | undefined;
  readonly place?: Place | undefined;
  readonly rule?: string | undefined;
  readonly hint?: string | undefined;
}

/** Makes diagnostics with the severity that their code has in the table. */
export function diagnosticsOf<Code extends string>(
  table: Readonly<Record<Code, CodeEntry>>,
): (code: Code, message: string, at: DiagnosticPlace) => Diagnostic {
  return (code, message, { file, place, rule, hint }) => ({
    code,
    severity: table[code].severity,
    message,
    file,
    line: place?.line,
    column: place?.column,
    rule,
    hint,
  });
}

export const ruleDiagnostic = diagnosticsOf<RuleCode>(RULE_CODES);
