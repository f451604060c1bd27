/**
 * Elastic Common Schema back to the sensors' names. Winlogbeat's modules and Elastic's ingest pipelines move data fields to ECS, and Elastic's
 * own endpoint writes nothing else. Names may be nested, dotted or both (`{"process": {"parent.pid": 4}}`), values may be one-element lists.
 * Source: field moves of Elastic's Sysmon and Security pipelines; ECS 8.11 field reference.
 */

import type { Action } from '../../engine/event/action.js';
import { sysmonAction } from '../../engine/event/action.js';
import { toInteger, type Event, type Sensor } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, sensorOf, type Place } from './build.js';
import { addEnvelope } from './envelope-fields.js';
import { readEventData } from './event-data.js';
import { completePowerShell } from './powershell.js';
import { registryNumber } from './sysmon.js';
import { bag, isTree, own, textIn, type Tree } from './tree.js';

/** The value at a dotted path, however the path is split over maps; `undefined` where it is not there. */
export function at(tree: Tree, path: string): unknown {
  const whole = own(tree, path);
  if (whole !== undefined) return Array.isArray(whole) && whole.length === 1 ? whole[0] : whole;
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const inner = own(tree, path.slice(0, dot));
    if (isTree(inner)) {
      const found = at(inner, path.slice(dot + 1));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function textAt(tree: Tree, path: string): string | undefined {
  const value = at(tree, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function hostInEcs(tree: Tree): unknown {
  return at(tree, 'winlog.computer_name') ?? at(tree, 'host.hostname') ?? at(tree, 'host.name');
}

/** Whether a record speaks ECS at all: one of these is in every such record that an event can be made of. */
export function isEcs(tree: Tree): boolean {
  return (
    at(tree, 'event.code') !== undefined ||
    at(tree, 'event.category') !== undefined ||
    at(tree, 'process.executable') !== undefined ||
    at(tree, 'process.pid') !== undefined
  );
}

/** Where a sensor's field is found in ECS: the paths, first that is there. */
type Moves = Readonly<Record<string, readonly string[]>>;

const SUBJECT: Moves = {
  ProcessGuid: ['process.entity_id'],
  ProcessId: ['process.pid'],
  Image: ['process.executable'],
};

const SOURCE: Moves = {
  SourceProcessGuid: ['process.entity_id'],
  SourceProcessId: ['process.pid'],
  SourceImage: ['process.executable'],
  SourceThreadId: ['process.thread.id'],
  TargetProcessGuid: ['Target.process.entity_id'],
  TargetProcessId: ['Target.process.pid'],
  TargetImage: ['Target.process.executable'],
};

const LOADED: Moves = {
  ImageLoaded: ['file.path', 'dll.path'],
  OriginalFileName: ['file.pe.original_file_name', 'dll.pe.original_file_name'],
  Company: ['file.pe.company', 'dll.pe.company'],
  Description: ['file.pe.description', 'dll.pe.description'],
  FileVersion: ['file.pe.file_version', 'dll.pe.file_version'],
  Product: ['file.pe.product', 'dll.pe.product'],
  Signed: ['file.code_signature.signed', 'file.code_signature.exists', 'dll.code_signature.exists'],
  Signature: ['file.code_signature.subject_name', 'dll.code_signature.subject_name'],
  SignatureStatus: ['file.code_signature.status', 'dll.code_signature.status'],
};

const FILE: Moves = { ...SUBJECT, TargetFilename: ['file.path'] };
const REGISTRY: Moves = { ...SUBJECT, TargetObject: ['registry.path'], Details: ['registry.data.strings'] };
const PIPE: Moves = { ...SUBJECT, PipeName: ['file.name'] };

const MOVES: ReadonlyMap<Action, Moves> = new Map<Action, Moves>([
  [
    'processcreate',
    {
      ...SUBJECT,
      CommandLine: ['process.command_line'],
      CurrentDirectory: ['process.working_directory'],
      ParentProcessGuid: ['process.parent.entity_id'],
      ParentProcessId: ['process.parent.pid', 'process.ppid'],
      ParentImage: ['process.parent.executable'],
      ParentCommandLine: ['process.parent.command_line'],
      OriginalFileName: ['process.pe.original_file_name'],
      Company: ['process.pe.company'],
      Description: ['process.pe.description'],
      FileVersion: ['process.pe.file_version'],
      Product: ['process.pe.product'],
      IntegrityLevel: ['process.Ext.token.integrity_level_name'],
    },
  ],
  ['processterminal', SUBJECT],
  ['filecreatetimechange', FILE],
  [
    'networkconnect',
    {
      ...SUBJECT,
      Protocol: ['network.transport'],
      SourceIp: ['source.ip', 'source.address'],
      SourceHostname: ['source.domain'],
      SourcePort: ['source.port'],
      DestinationIp: ['destination.ip', 'destination.address'],
      DestinationHostname: ['destination.domain'],
      DestinationPort: ['destination.port'],
      DestinationPortName: ['network.protocol'],
    },
  ],
  ['driverload', LOADED],
  ['imageload', { ...SUBJECT, ...LOADED }],
  ['createremotethread', SOURCE],
  ['processaccess', SOURCE],
  ['rawaccessread', { ...SUBJECT, Device: ['file.path'] }],
  ['filecreate', FILE],
  ['registryadd', REGISTRY],
  ['registryvalueset', REGISTRY],
  ['registryobjectset', REGISTRY],
  ['filecreatestreamhash', FILE],
  ['pipecreate', PIPE],
  ['pipeconnect', PIPE],
  ['dnsquery', { ...SUBJECT, QueryName: ['dns.question.name'], QueryStatus: ['sysmon.dns.status'] }],
  ['filedelete', { ...FILE, IsExecutable: ['sysmon.file.is_executable'], Archived: ['sysmon.file.archived'] }],
  ['filedeletedetected', { ...FILE, IsExecutable: ['sysmon.file.is_executable'] }],
  ['clipboardchange', SUBJECT],
  ['processtampering', SUBJECT],
  // Of a consumer: what it runs.
  ['wmievent', { Destination: ['process.executable'] }],
  ['fileblockexecutable', FILE],
  ['fileblockshredding', FILE],
  ['fileexecutabledetected', FILE],
]);

/** PowerShell's script blocks, of which its module leaves nothing under their own names. */
const SCRIPT_BLOCK: Moves = {
  MessageNumber: ['powershell.sequence'],
  MessageTotal: ['powershell.total'],
  ScriptBlockText: ['powershell.file.script_block_text'],
  ScriptBlockId: ['powershell.file.script_block_id'],
  Path: ['file.path'],
};

/** Security's own names, which `completeSecurity` then puts beside Sysmon's. */
const SECURITY_MOVES: ReadonlyMap<number, Moves> = new Map<number, Moves>([
  [
    4688,
    {
      NewProcessName: ['process.executable'],
      NewProcessId: ['process.pid'],
      CommandLine: ['process.command_line'],
      ParentProcessName: ['process.parent.executable'],
      ProcessId: ['process.parent.pid'],
      SubjectUserName: ['user.name'],
      SubjectDomainName: ['user.domain'],
    },
  ],
  [
    4689,
    {
      ProcessName: ['process.executable'],
      ProcessId: ['process.pid'],
      SubjectUserName: ['user.name'],
      SubjectDomainName: ['user.domain'],
    },
  ],
]);

/** Every path that is read here of which a single value is all there is. */
export const ECS_PATHS: readonly string[] = [
  ...new Set(
    [...MOVES.values(), ...SECURITY_MOVES.values(), SCRIPT_BLOCK].flatMap((moves) => Object.values(moves).flat()),
  ),
  ...['user', 'process.parent.user'].flatMap((path) => [`${path}.name`, `${path}.domain`]),
  ...['process', 'file', 'dll'].flatMap((path) => [
    ...['sha1', 'md5', 'sha256', 'imphash'].map((algorithm) => `${path}.hash.${algorithm}`),
    `${path}.pe.imphash`,
  ]),
  'rule.name',
  'registry.data.type',
  'network.direction',
  'network.type',
  'event.provider',
];

const GUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;

/** Adds what ECS holds and the data lack. Only names of the tables above are assigned, so `fields` may be any parsed map. */
export function addEcsFields(tree: Tree, fields: Record<string, unknown>, sensor: Sensor, eventId: number): void {
  if (sensor === 'security') {
    const moves = SECURITY_MOVES.get(eventId);
    if (moves !== undefined) move(tree, fields, moves);
    return;
  }
  if (sensor === 'other') {
    if (eventId === 4104 && at(tree, 'powershell.sequence') !== undefined) move(tree, fields, SCRIPT_BLOCK);
    return;
  }
  const action = sysmonAction(eventId);
  if (action === undefined) return;
  addActionFields(tree, fields, action);
  addSysmonFields(tree, fields, action);
}

/** What Elastic's Sysmon module alone does to its fields. Source: its ingest pipeline, `sysmon.yml`. */
function addSysmonFields(tree: Tree, fields: Record<string, unknown>, action: Action): void {
  switch (action) {
    case 'filedelete':
    case 'filedeletedetected':
    case 'clipboardchange':
      // The file's or the text's, but it stands where those of the process would.
      return add(fields, 'Hashes', hashesIn(tree, 'process'));
    case 'processtampering': {
      const type = textAt(tree, 'message');
      // Where Windows rendered the record, that is the message, and the type stayed where it was.
      return add(fields, 'Type', type?.includes('\n') === true ? undefined : type);
    }
    case 'registryvalueset':
      return restoreDetails(tree, fields);
    case 'dnsquery': {
      const status = QUERY_STATUS.get(fields['QueryStatus']);
      if (status !== undefined) fields['QueryStatus'] = status;
    }
  }
}

/** The commonest results of a query, which the module gives the names that Windows' headers have for them. */
const QUERY_STATUS: ReadonlyMap<unknown, string> = new Map([
  ['SUCCESS', '0'],
  ['ERROR_INVALID_NAME', '123'],
  ['ERROR_TIMEOUT', '1460'],
  ['DNS_ERROR_RCODE_SERVER_FAILURE', '9002'],
  ['DNS_ERROR_RCODE_NAME_ERROR', '9003'],
  ['DNS_ERROR_RCODE_REFUSED', '9005'],
  ['DNS_INFO_NO_RECORDS', '9501'],
  ['DNS_REQUEST_PENDING', '9506'],
  ['DNS_ERROR_INVALID_NAME_CHAR', '9560'],
  ['DNS_ERROR_RECORD_DOES_NOT_EXIST', '9701'],
]);

/** `4` of type SZ_DWORD back to Sysmon's `DWORD (0x00000004)`, which rules compare. */
function restoreDetails(tree: Tree, fields: Record<string, unknown>): void {
  const type = at(tree, 'registry.data.type');
  const details = fields['Details'];
  // Beyond 32 bits the module adds up the halves of a number so that they cannot be told apart any more.
  if (typeof details !== 'string' || !/^\d{1,10}$/.test(details) || Number(details) > 0xffff_ffff) return;
  if (type === 'SZ_DWORD') fields['Details'] = registryNumber(32, details);
  if (type === 'SZ_QWORD') fields['Details'] = registryNumber(64, details);
}

function addActionFields(tree: Tree, fields: Record<string, unknown>, action: Action): void {
  const moves = MOVES.get(action);
  if (moves !== undefined) move(tree, fields, moves);
  add(fields, 'RuleName', textAt(tree, 'rule.name'));
  add(
    fields,
    action === 'processaccess' || action === 'createremotethread' ? 'SourceUser' : 'User',
    userIn(tree, 'user'),
  );
  switch (action) {
    case 'processcreate':
      add(fields, 'Hashes', hashesIn(tree, 'process'));
      add(fields, 'ParentUser', userIn(tree, 'process.parent.user'));
      add(fields, 'CommandLine', commandLineIn(tree, 'process.args'));
      add(fields, 'ParentCommandLine', commandLineIn(tree, 'process.parent.args'));
      return;
    case 'imageload':
    case 'driverload':
      add(fields, 'Hashes', hashesIn(tree, 'file') ?? hashesIn(tree, 'dll'));
      if (typeof fields['Signed'] === 'boolean') fields['Signed'] = String(fields['Signed']);
      return;
    case 'filecreatestreamhash':
      add(fields, 'Hash', hashesIn(tree, 'file'));
      return;
    case 'filedelete':
    case 'filedeletedetected':
    case 'fileblockexecutable':
    case 'fileblockshredding':
    case 'fileexecutabledetected':
    case 'clipboardchange':
      add(fields, 'Hashes', hashesIn(tree, 'file'));
      return;
    case 'networkconnect':
      addNetwork(tree, fields);
      return;
    case 'dnsquery':
      add(fields, 'QueryResults', answersIn(tree));
  }
}

function move(tree: Tree, fields: Record<string, unknown>, moves: Moves): void {
  for (const [name, paths] of Object.entries(moves)) {
    if (fields[name] !== undefined) continue;
    for (const path of paths) {
      const value = at(tree, path);
      if (value === undefined || value === null || value === '') continue;
      // Elastic's endpoint has ids of its own making, which are nobody's ProcessGuid.
      if (name.endsWith('ProcessGuid') && !(typeof value === 'string' && GUID.test(value))) continue;
      fields[name] = Array.isArray(value) ? value.map(plainText).join('\n') : value;
      break;
    }
  }
}

function add(fields: Record<string, unknown>, name: string, value: string | undefined): void {
  if (value !== undefined && fields[name] === undefined) fields[name] = value;
}

function userIn(tree: Tree, path: string): string | undefined {
  const name = textAt(tree, `${path}.name`);
  const domain = textAt(tree, `${path}.domain`);
  return name === undefined || domain === undefined || name.includes('\\') ? name : `${domain}\\${name}`;
}

/** `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` as Sysmon writes it, of those that are there. */
function hashesIn(tree: Tree, path: string): string | undefined {
  const parts: string[] = [];
  for (const algorithm of ['sha1', 'md5', 'sha256', 'imphash']) {
    const value =
      textAt(tree, `${path}.hash.${algorithm}`) ??
      (algorithm === 'imphash' ? textAt(tree, `${path}.pe.imphash`) : undefined);
    if (value !== undefined) parts.push(`${algorithm.toUpperCase()}=${value.toUpperCase()}`);
  }
  return parts.length === 0 ? undefined : parts.join(',');
}

/** Not `String`: a map may bring a `toString` that is no function, and then it throws. */
function plainText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'object' ? '' : String(value);
}

/** Arguments without their command line: joined, with quotes where a space was. */
function commandLineIn(tree: Tree, path: string): string | undefined {
  const args = at(tree, path);
  if (typeof args === 'string') return args;
  if (!Array.isArray(args) || args.length === 0) return undefined;
  return args.map((arg) => (typeof arg === 'string' && arg.includes(' ') ? `"${arg}"` : plainText(arg))).join(' ');
}

function addNetwork(tree: Tree, fields: Record<string, unknown>): void {
  const direction = textAt(tree, 'network.direction');
  if (direction === 'egress' || direction === 'outbound') add(fields, 'Initiated', 'true');
  if (direction === 'ingress' || direction === 'inbound') add(fields, 'Initiated', 'false');
  const type = textAt(tree, 'network.type');
  if (type === 'ipv4' || type === 'ipv6') {
    add(fields, 'SourceIsIpv6', String(type === 'ipv6'));
    add(fields, 'DestinationIsIpv6', String(type === 'ipv6'));
  }
}

/** `type:  5 name;::ffff:10.0.0.1;`, Sysmon's form, as far as ECS keeps it. */
function answersIn(tree: Tree): string | undefined {
  const answers = at(tree, 'dns.answers');
  const list = Array.isArray(answers) && answers.length > 0 ? answers : [at(tree, 'dns.resolved_ip')].flat();
  const texts = list.map(answerText).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.map((text) => `${text};`).join('');
}

function answerText(answer: unknown): string | undefined {
  const data = isTree(answer) ? own(answer, 'data') : answer;
  if (typeof data !== 'string') return undefined;
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(data)) return `::ffff:${data}`;
  return isTree(answer) && own(answer, 'type') === 'CNAME' ? `type:  5 ${data}` : data;
}

/** What happened, where only categories say so. Source: ECS 8.11, `event.category` and `event.type`. */
function actionOfCategory(tree: Tree): Action | undefined {
  const categories = new Set([at(tree, 'event.category')].flat());
  const types = new Set([at(tree, 'event.type')].flat());
  if (categories.has('process') && (types.has('start') || types.has('process_start'))) return 'processcreate';
  if (categories.has('process') && (types.has('end') || types.has('process_end'))) return 'processterminal';
  if (categories.has('library') || categories.has('driver'))
    return categories.has('driver') ? 'driverload' : 'imageload';
  if (at(tree, 'dns.question.name') !== undefined) return 'dnsquery';
  if (categories.has('network') && (types.has('start') || types.has('connection'))) return 'networkconnect';
  if (categories.has('file') && types.has('creation')) return 'filecreate';
  if (categories.has('file') && types.has('deletion')) return 'filedelete';
  if (categories.has('registry')) return types.has('creation') ? 'registryadd' : 'registryvalueset';
  return undefined;
}

/** A record with ECS fields and no `winlog` map, or one whose names are dotted. */
export function readEcs(tree: Tree, place: Place, content: Uint8Array | object): Event {
  const channel = textAt(tree, 'winlog.channel') ?? '';
  const provider = textAt(tree, 'winlog.provider_name') ?? textAt(tree, 'event.provider') ?? '';
  const eventId = eventIdOf(at(tree, 'winlog.event_id') ?? at(tree, 'event.code'));
  const fields = dottedData(tree);
  const sensor = sensorOf(provider, channel);
  // A code alone, as some pipelines leave it: with Sysmon's ids and ECS's process it is Sysmon's.
  const isBare = sensor === 'other' && provider === '' && channel === '';
  const assumed = isBare && sysmonAction(eventId) !== undefined ? 'sysmon' : sensor;
  addEcsFields(tree, fields, assumed, eventId);
  if (sensor === 'other') completePowerShell(fields, provider, eventId, at(tree, 'message'));
  if (channel !== '' && assumed !== 'sysmon') {
    addEnvelope(fields, {
      Level: at(tree, 'log.level'),
      Keywords: at(tree, 'winlog.keywords'),
      Version: at(tree, 'winlog.version'),
      UserID: at(tree, 'winlog.user.identifier'),
      Message: at(tree, 'message'),
    });
  }
  const action = assumed === 'sysmon' ? sysmonAction(eventId) : sensor === 'other' ? actionOfCategory(tree) : undefined;
  if (action !== undefined) addActionFields(tree, fields, action);
  return buildEvent(
    {
      provider,
      sensor: assumed,
      channel,
      eventId,
      host: textIn(hostInEcs(tree)),
      record: at(tree, 'winlog.record_id'),
      loggerPid: toInteger(at(tree, 'winlog.process.pid')),
      time: { stamp: at(tree, '@timestamp') ?? at(tree, 'event.created') },
      action,
    },
    fields,
    place,
    content,
  );
}

const DATA_PREFIX = 'winlog.event_data.';

/** Data fields whose names are dotted keys of the record. */
function dottedData(tree: Tree): Record<string, unknown> {
  const nested = at(tree, 'winlog.event_data');
  const fields = Object.assign(bag(), readEventData(nested).fields);
  for (const key of Object.keys(tree)) {
    if (!key.startsWith(DATA_PREFIX)) continue;
    const name = key.slice(DATA_PREFIX.length);
    const value = at(tree, key);
    if (fields[name] === undefined) fields[name] = value;
  }
  return fields;
}
