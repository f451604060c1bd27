/** What can be wrong with Sigma documents: every code, once. Public and never reused; docs/reference/error-codes.md has a page entry for each. */

import { type CodeEntry, diagnosticsOf } from '../diagnostic-codes.js';

const error = (summary: string): CodeEntry => ({ severity: 'error', summary });
const warning = (summary: string): CodeEntry => ({ severity: 'warning', summary });

export const SIGMA_CODES = {
  SIGMA_YAML_INVALID: error('A file is not YAML.'),
  SIGMA_YAML_EXPANDS: error('The aliases of a file stand for more than may be expanded.'),
  SIGMA_TOO_LARGE: error('A file is larger than a file of rules may be.'),
  SIGMA_DOCUMENT_INVALID: error('A document is neither a rule nor a correlation nor a filter.'),
  SIGMA_ACTION_UNSUPPORTED: error('A document uses `action`, which Sigma 2 does not have.'),
  SIGMA_TAXONOMY_UNKNOWN: error('A document is written in a taxonomy other than Sigma’s own.'),
  SIGMA_LOGSOURCE_MISSING: error('A rule or filter does not say which log source it is about.'),
  SIGMA_LOGSOURCE_INVALID: error('A part of a log source is no text.'),
  SIGMA_DETECTION_INVALID: error('A detection is no map, or has no selection.'),
  SIGMA_SELECTION_INVALID: error('A selection is empty or has a form that Sigma does not know.'),
  SIGMA_MODIFIER_UNKNOWN: error('A field has a modifier that does not exist.'),
  SIGMA_MODIFIER_CHAIN: error('Modifiers stand together that cannot.'),
  SIGMA_VALUE_TYPE: error('A value is of a type that its field’s modifiers cannot take.'),
  SIGMA_NULL_MISPLACED: error('`null` stands in a list or under a modifier.'),
  SIGMA_REGEX_INVALID: error('A regular expression does not compile.'),
  SIGMA_REGEX_UNSUPPORTED: error('A regular expression needs what linear time does not allow.'),
  SIGMA_CIDR_INVALID: error('A value is no network.'),
  SIGMA_WILDCARD_ENCODED: error('A wildcard, or a text too short, would have to be encoded.'),
  SIGMA_VALUE_EXPANDS: error('A value stands for more forms than are allowed.'),
  SIGMA_PLACEHOLDER_UNKNOWN: error('A placeholder has no list of values.'),
  SIGMA_CONDITION_MISSING: error('A detection has no condition.'),
  SIGMA_CONDITION_INVALID: error('A condition is not written as conditions are.'),
  SIGMA_CONDITION_NAME_UNKNOWN: error('A condition names a selection that is not there.'),
  SIGMA_CONDITION_AGGREGATION: error('A condition counts or compares in time, which correlations do now.'),
  SIGMA_CORRELATION_INVALID: error('A correlation lacks something or has it in the wrong form.'),
  SIGMA_TIMESPAN_INVALID: error('A time span is not a number with a unit.'),
  SIGMA_FILTER_INVALID: error('A filter lacks something or has it in the wrong form.'),
  SIGMA_RULE_UNKNOWN: error('A correlation or filter refers to a rule that is not loaded.'),
  SIGMA_CORRELATION_CYCLE: error('Correlations refer to each other in a ring.'),
  SIGMA_TITLE_MISSING: warning('A document has no title.'),
  SIGMA_ID_INVALID: warning('An id is not a UUID.'),
  SIGMA_ID_DUPLICATE: warning('Two documents have the same id.'),
  SIGMA_NAME_DUPLICATE: warning('Two documents have the same name.'),
  SIGMA_LEVEL_INVALID: warning('A level that Sigma does not have.'),
  SIGMA_STATUS_INVALID: warning('A status that Sigma does not have.'),
  SIGMA_DATE_INVALID: warning('A date is not of the form YYYY-MM-DD.'),
  SIGMA_TAG_INVALID: warning('A tag is not of the form namespace.name.'),
  SIGMA_RELATED_INVALID: warning('An entry of `related` has no id or an unknown type.'),
  SIGMA_HEADER_INVALID: warning('An attribute has a value of the wrong type and is left out.'),
  SIGMA_KEY_SUSPICIOUS: warning('An attribute is nearly spelled as one that Sigma knows.'),
  SIGMA_TIMEFRAME_IGNORED: warning('`timeframe` has no meaning in a detection any more.'),
  SIGMA_SELECTION_UNUSED: warning('No condition uses a selection.'),
  SIGMA_ALL_SINGLE: warning('`all` stands over one value.'),
  SIGMA_VALUE_DUPLICATE: warning('A value is in its list twice.'),
  SIGMA_WILDCARD_NEEDLESS: warning('A wildcard stands where it changes nothing, or where a modifier says the same.'),
  SIGMA_MODIFIER_NEEDLESS: warning('A modifier changes nothing where it stands, or lacks its companion.'),
  SIGMA_CONTROL_CHARACTER: warning('A value has a control character in it.'),
  SIGMA_CIDR_HOST_BITS: warning('A network is written with bits beyond its prefix.'),
  SIGMA_PERCENTILE_MISSING: warning('A `value_percentile` does not say which percentile.'),
  SIGMA_ALIAS_UNKNOWN: warning('An alias names a rule that its correlation does not refer to.'),
  SIGMA_LOGSOURCE_UNKNOWN: warning('A log source that neither the specification nor this program knows.'),
  SIGMA_FIELD_UNKNOWN: warning('A field that events of the log source do not have.'),
  SIGMA_CONDITION_IMPOSSIBLE: warning('No event can fulfil the condition.'),
  SIGMA_CONDITION_ALWAYS: warning('Every event of the log source fulfils the condition.'),
  SIGMA_FILTER_UNUSED: warning('A filter applies to no rule.'),
} as const satisfies Record<string, CodeEntry>;

export type SigmaCode = keyof typeof SIGMA_CODES;

export const sigmaDiagnostic = diagnosticsOf<SigmaCode>(SIGMA_CODES);
