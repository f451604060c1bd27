/**
 * Microsoft Defender for Endpoint's tables, as advanced hunting exports them and as its stream brings them (the same under `properties`).
 * They have no event ids and no GUIDs; what is read of them says what Sysmon's events 1, 3, 7, 11 to 14 and 26 say.
 * Source: Microsoft, "DeviceProcessEvents" and its neighbours, advanced hunting schema.
 */

import type { Action } from '../../engine/event/action.js';
import { toInteger, type Event } from '../../engine/event/event.js';
import { buildEvent, type Place } from './build.js';
import { registryNumber } from './sysmon.js';
import { bag, firstOf, own, type Tree } from './tree.js';

interface Kind {
  readonly table: string;
  readonly action: Action;
  /** Sysmon's `EventType`, of the registry's. */
  readonly eventType?: string;
  /** Of connections: the other end began it. */
  readonly isInbound?: boolean;
}

const NETWORK: Kind = { table: 'DeviceNetworkEvents', action: 'networkconnect' };
const registry = (action: Action, eventType: string): Kind => ({ table: 'DeviceRegistryEvents', action, eventType });

/** By `ActionType`. What was only inspected on the way (`DnsConnectionInspected` and its kin) or listens is no connection of Sysmon's. */
const KINDS: ReadonlyMap<unknown, Kind> = new Map<unknown, Kind>([
  ['ProcessCreated', { table: 'DeviceProcessEvents', action: 'processcreate' }],
  ['ConnectionSuccess', NETWORK],
  ['ConnectionAttempt', NETWORK],
  ['ConnectionRequest', NETWORK],
  ['ConnectionFailed', NETWORK],
  ['InboundConnectionAccepted', { ...NETWORK, isInbound: true }],
  ['ImageLoaded', { table: 'DeviceImageLoadEvents', action: 'imageload' }],
  ['FileCreated', { table: 'DeviceFileEvents', action: 'filecreate' }],
  ['FileDeleted', { table: 'DeviceFileEvents', action: 'filedeletedetected' }],
  ['RegistryKeyCreated', registry('registryadd', 'CreateKey')],
  ['RegistryKeyDeleted', registry('registryadd', 'DeleteKey')],
  ['RegistryValueDeleted', registry('registryadd', 'DeleteValue')],
  ['RegistryValueSet', registry('registryvalueset', 'SetValue')],
  ['RegistryKeyRenamed', registry('registryobjectset', 'RenameKey')],
]);

export function isDefender(tree: Tree): boolean {
  return KINDS.has(own(tree, 'ActionType')) && own(tree, 'DeviceName') !== undefined;
}

/** The `ActionType` of a row of these tables, or of their neighbours, that says nothing that Sysmon would. */
export function otherActionType(tree: Tree): string | undefined {
  const type = own(tree, 'ActionType');
  return typeof type === 'string' && own(tree, 'DeviceName') !== undefined ? type : undefined;
}

/** @param tree  `isDefender` said so */
export function readDefender(tree: Tree, place: Place, content: Uint8Array | object): Event {
  const kind = KINDS.get(own(tree, 'ActionType'))!;
  const fields = bag();
  for (const [name, value] of fieldsOf(tree, kind)) if (value !== undefined) fields[name] = value;
  return buildEvent(
    {
      provider: PROVIDER,
      sensor: 'other',
      channel: kind.table,
      eventId: 0,
      host: own(tree, 'DeviceName'),
      // `ReportId` repeats: with device and time it is a key, alone it is no number of a record.
      record: undefined,
      loggerPid: undefined,
      time: { stamp: firstOf(tree, ['Timestamp', 'TimeGenerated']) },
      action: kind.action,
    },
    fields,
    place,
    content,
  );
}

const PROVIDER = 'Microsoft Defender for Endpoint';

type Fields = readonly (readonly [name: string, value: unknown])[];

function fieldsOf(tree: Tree, kind: Kind): Fields {
  switch (kind.table) {
    case 'DeviceProcessEvents':
      return processFields(tree);
    case 'DeviceNetworkEvents':
      return [...subject(tree), ...connection(tree, kind.isInbound === true)];
    case 'DeviceImageLoadEvents':
      return [...subject(tree), ['ImageLoaded', pathOf(tree, 'FolderPath', 'FileName')], ['Hashes', hashesOf(tree)]];
    case 'DeviceFileEvents':
      return [...subject(tree), ['TargetFilename', pathOf(tree, 'FolderPath', 'FileName')], ['Hashes', hashesOf(tree)]];
    default:
      return [...subject(tree), ['EventType', kind.eventType], ...registryFields(tree, kind.action)];
  }
}

/** By Sysmon's name, the column. */
type Columns = Readonly<Record<string, string>>;

const PROCESS: Columns = {
  CommandLine: 'ProcessCommandLine',
  IntegrityLevel: 'ProcessIntegrityLevel',
  LogonId: 'LogonId',
  OriginalFileName: 'ProcessVersionInfoOriginalFileName',
  Company: 'ProcessVersionInfoCompanyName',
  Product: 'ProcessVersionInfoProductName',
  FileVersion: 'ProcessVersionInfoProductVersion',
  Description: 'ProcessVersionInfoFileDescription',
  ParentCommandLine: 'InitiatingProcessCommandLine',
};

/** Sysmon's source is the end that began the connection, also where that is not the device. */
const OUTBOUND: Columns = {
  SourceIp: 'LocalIP',
  SourcePort: 'LocalPort',
  DestinationIp: 'RemoteIP',
  DestinationPort: 'RemotePort',
};
const INBOUND: Columns = {
  SourceIp: 'RemoteIP',
  SourcePort: 'RemotePort',
  DestinationIp: 'LocalIP',
  DestinationPort: 'LocalPort',
};

function columns(tree: Tree, names: Columns): Fields {
  return Object.entries(names).map(([name, column]) => [name, firstOf(tree, [column])]);
}

function processFields(tree: Tree): Fields {
  return [
    ...columns(tree, PROCESS),
    ['Image', pathOf(tree, 'FolderPath', 'FileName')],
    ['ParentImage', pathOf(tree, 'InitiatingProcessFolderPath', 'InitiatingProcessFileName')],
    ['ProcessId', toInteger(own(tree, 'ProcessId'))],
    ['ParentProcessId', toInteger(own(tree, 'InitiatingProcessId'))],
    ['User', accountOf(tree, '')],
    ['ParentUser', accountOf(tree, 'InitiatingProcess')],
    ['Hashes', hashesOf(tree)],
  ];
}

/** The process that did it, in the tables that are not about processes. */
function subject(tree: Tree): Fields {
  return [
    ['Image', pathOf(tree, 'InitiatingProcessFolderPath', 'InitiatingProcessFileName')],
    ['ProcessId', toInteger(own(tree, 'InitiatingProcessId'))],
    ['User', accountOf(tree, 'InitiatingProcess')],
  ];
}

/** `TcpV6` is Sysmon's tcp. Of an address asked for by name the column holds the name, of a request its whole URL. */
function connection(tree: Tree, isInbound: boolean): Fields {
  const protocol = own(tree, 'Protocol');
  const url = own(tree, 'RemoteUrl');
  const host = typeof url === 'string' ? url.replace(/^\w{1,16}:\/\//, '').split(/[/:?]/, 1)[0] : undefined;
  return [
    ...columns(tree, isInbound ? INBOUND : OUTBOUND),
    ['Protocol', typeof protocol === 'string' ? protocol.toLowerCase().replace(/v[46]$/, '') : undefined],
    ['Initiated', String(!isInbound)],
    [isInbound ? 'SourceHostname' : 'DestinationHostname', host === '' ? undefined : host],
  ];
}

function registryFields(tree: Tree, action: Action): Fields {
  const key = registryPath(own(tree, 'RegistryKey'));
  const before = registryPath(own(tree, 'PreviousRegistryKey'));
  const name = own(tree, 'RegistryValueName');
  if (action === 'registryobjectset') {
    return [
      ['TargetObject', before],
      ['NewName', key],
    ];
  }
  if (action === 'registryvalueset') {
    return [
      ['TargetObject', valuePath(key, name)],
      ['Details', detailsOf(own(tree, 'RegistryValueType'), own(tree, 'RegistryValueData'))],
    ];
  }
  // What is gone has its names in the columns of what was before.
  const gone = firstOf(tree, ['RegistryValueName', 'PreviousRegistryValueName']);
  const isValue = own(tree, 'ActionType') === 'RegistryValueDeleted';
  return [['TargetObject', isValue ? valuePath(key ?? before, gone) : (key ?? before)]];
}

function valuePath(key: string | undefined, name: unknown): string | undefined {
  return key === undefined ? undefined : `${key}\\${typeof name === 'string' && name !== '' ? name : '(Default)'}`;
}

const HIVES: ReadonlyMap<string, string> = new Map([
  ['HKEY_LOCAL_MACHINE', 'HKLM'],
  ['HKEY_USERS', 'HKU'],
  ['HKEY_CURRENT_USER', 'HKCU'],
  ['HKEY_CLASSES_ROOT', 'HKCR'],
]);

/** The key as Sysmon writes it: hives short, users' by their SID under HKU, and the control set that is in use by that name. */
function registryPath(key: unknown): string | undefined {
  if (typeof key !== 'string' || key === '') return undefined;
  const [hive = '', ...rest] = key.split('\\');
  const isUsers = hive.toUpperCase() === 'HKEY_CURRENT_USER' && /^S-1-\d/i.test(rest[0] ?? '');
  const short = isUsers ? 'HKU' : (HIVES.get(hive.toUpperCase()) ?? hive);
  const path = [short, ...rest].join('\\');
  return path.replace(/^HKLM\\SYSTEM\\ControlSet\d{3}(?=\\|$)/i, 'HKLM\\System\\CurrentControlSet');
}

/** Of bytes Sysmon writes only that they are some. */
function detailsOf(type: unknown, data: unknown): unknown {
  const text = typeof data === 'number' ? String(data) : data;
  if (type === 'Binary') return 'Binary Data';
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) return text;
  if (type === 'Dword') return registryNumber(32, text);
  return type === 'Qword' ? registryNumber(64, text) : text;
}

/** The path has the name of the file at its end, but for a parent's in some versions. */
function pathOf(tree: Tree, folder: string, file: string): unknown {
  const path = own(tree, folder);
  const name = own(tree, file);
  if (typeof path !== 'string' || path === '') return firstOf(tree, [file]);
  if (typeof name !== 'string' || name === '' || path.toLowerCase().endsWith(name.toLowerCase())) return path;
  return `${path.endsWith('\\') ? path.slice(0, -1) : path}\\${name}`;
}

function accountOf(tree: Tree, role: string): string | undefined {
  const name = own(tree, `${role}AccountName`);
  const domain = own(tree, `${role}AccountDomain`);
  if (typeof name !== 'string' || name === '') return undefined;
  return typeof domain === 'string' && domain !== '' ? `${domain}\\${name}` : name;
}

/** As Sysmon writes them. */
function hashesOf(tree: Tree): string | undefined {
  const parts = ['SHA1', 'MD5', 'SHA256'].flatMap((name) => {
    const value = own(tree, name);
    return typeof value === 'string' && value !== '' ? [`${name}=${value.toUpperCase()}`] : [];
  });
  return parts.length === 0 ? undefined : parts.join(',');
}
