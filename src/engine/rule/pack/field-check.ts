/** Says which fields of a condition no event of its rule can have. */

import { ACTIONS, type Action } from '../../event/action.js';
import { FIELD_NAMES } from '../../event/field-names.js';
import { closestWord } from '../closest-word.js';
import type { ConditionReach } from '../condition-reach.js';
import { PSEUDO_FIELDS } from '../event-field.js';
import { fieldsOfCategory } from '../sigma/lint/field-table.js';

export interface FieldFault {
  readonly field: string;
  readonly code: 'RULE_FIELD_UNKNOWN' | 'RULE_FIELD_CASE';
  readonly message: string;
  readonly hint: string | undefined;
}

const KNOWN: ReadonlySet<string> = new Set([...PSEUDO_FIELDS, ...FIELD_NAMES.map((name) => name.toLowerCase())]);

/** Sigma's categories are as fine as actions, or finer. */
const CATEGORIES: Readonly<Record<Action, readonly string[]>> = {
  processcreate: ['process_creation'],
  filecreatetimechange: ['file_change'],
  networkconnect: ['network_connection'],
  sensorstate: ['sysmon_status', 'sysmon_error'],
  processterminal: ['process_termination'],
  driverload: ['driver_load'],
  imageload: ['image_load'],
  createremotethread: ['create_remote_thread'],
  rawaccessread: ['raw_access_thread'],
  processaccess: ['process_access'],
  filecreate: ['file_event'],
  registryadd: ['registry_event'],
  registryvalueset: ['registry_event'],
  registryobjectset: ['registry_event'],
  filecreatestreamhash: ['create_stream_hash'],
  pipecreate: ['pipe_created'],
  pipeconnect: ['pipe_created'],
  wmievent: ['wmi_event'],
  dnsquery: ['dns_query'],
  filedelete: ['file_delete'],
  clipboardchange: ['clipboard_change'],
  processtampering: ['process_tampering'],
  filedeletedetected: ['file_delete_detected'],
  fileblockexecutable: ['file_block_executable'],
  fileblockshredding: ['file_block_shredding'],
  fileexecutabledetected: ['file_executable_detected'],
};

/** Of Security 4689, which is `processterminal` too. */
const EXIT_FIELDS = 'subjectusersid subjectusername subjectdomainname subjectlogonid processname status'.split(' ');

/** Sigma's table takes these for fields of all events; those of two processes name them after one of the two. */
const SINGLE_PROCESS: ReadonlySet<string> = new Set(['image', 'processguid', 'processid', 'user']);

/** Events without an action whose ids no other channel that rules are written for has. */
const CATEGORY_OF_ID: ReadonlyMap<number, string> = new Map([
  [4103, 'ps_module'],
  [4104, 'ps_script'],
]);

const FIELDS_OF_ACTION: ReadonlyMap<Action, ReadonlySet<string>> = new Map(
  ACTIONS.map((action) => [action, new Set(fieldsOfAction(action))]),
);

function fieldsOfAction(action: Action): readonly string[] {
  const fields = CATEGORIES[action].flatMap((category) => [...(fieldsOfCategory(category)?.keys() ?? [])]);
  if (action === 'processterminal') return [...fields, ...EXIT_FIELDS];
  return fields.includes('sourceimage') ? fields.filter((field) => !SINGLE_PROCESS.has(field)) : fields;
}

/**
 * @param fields  names that the condition may read
 * @param reach   the events that the condition can be about. Of channels whose fields we have no list of, only near misses of known names count
 */
export function checkFields(
  fields: readonly string[],
  reach: Pick<ConditionReach, 'actions' | 'eventIds'>,
): readonly FieldFault[] {
  const known = fieldsInReach(reach);
  return fields.flatMap((field) => checkField(field, known) ?? []);
}

/** Fields that any of the events has; `undefined` where some of them are not known. */
function fieldsInReach({
  actions,
  eventIds,
}: Pick<ConditionReach, 'actions' | 'eventIds'>): ReadonlySet<string> | undefined {
  if (actions?.has('') === false) {
    return union([...actions].flatMap((action) => (action === '' ? [] : FIELDS_OF_ACTION.get(action)!)));
  }
  if (eventIds === undefined || eventIds.size === 0) return undefined;
  const categories = [...eventIds].map((id) => CATEGORY_OF_ID.get(id));
  return categories.includes(undefined)
    ? undefined
    : union(categories.map((category) => fieldsOfCategory(category!)!.keys()));
}

function union(lists: readonly Iterable<string>[]): ReadonlySet<string> {
  return new Set([...PSEUDO_FIELDS, ...lists.flatMap((fields) => [...fields])]);
}

function checkField(field: string, inReach: ReadonlySet<string> | undefined): FieldFault | undefined {
  if (KNOWN.has(field) && (inReach === undefined || inReach.has(field))) return undefined;
  const candidates = inReach === undefined ? KNOWN : [...KNOWN].filter((name) => inReach.has(name));
  const lower = field.toLowerCase();
  if (lower !== field) {
    return {
      field,
      code: 'RULE_FIELD_CASE',
      message: `"${field}" is never there: events reach rules with the names of their fields in lower case.`,
      hint: `Write "${KNOWN.has(lower) ? lower : (closestWord(lower, candidates) ?? lower)}".`,
    };
  }
  const closest = closestWord(field, candidates);
  if (inReach === undefined && closest === undefined) return undefined;
  return {
    field,
    code: 'RULE_FIELD_UNKNOWN',
    message: `"${field}" is not a field of these events.`,
    hint: closest === undefined ? (sidesHint(field, inReach) ?? ownersHint(field)) : `Did you mean "${closest}"?`,
  };
}

/** Events of two processes have most fields twice. */
function sidesHint(field: string, inReach: ReadonlySet<string> | undefined): string | undefined {
  return inReach?.has(`source${field}`) === true ? `Did you mean "source${field}" or "target${field}"?` : undefined;
}

/** More actions than these are no help. */
const OWNERS_MAX = 4;

function ownersHint(field: string): string | undefined {
  const owners = ACTIONS.filter((action) => FIELDS_OF_ACTION.get(action)!.has(field));
  return owners.length === 0 || owners.length > OWNERS_MAX ? undefined : `Events with it: ${owners.join(', ')}.`;
}
