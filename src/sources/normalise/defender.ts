/**
 * Microsoft Defender for Endpoint's table `DeviceProcessEvents`, as advanced hunting exports it and as its stream brings it (the same under
 * `properties`). It has no event id and no GUIDs; its rows about started processes say what Sysmon's event 1 says.
 * Source: Microsoft, "DeviceProcessEvents", advanced hunting schema.
 */

import { toInteger, type Event } from '../../engine/event/event.js';
import { buildEvent, type Place } from './build.js';
import { bag, firstOf, own, type Tree } from './tree.js';

export function isDefender(tree: Tree): boolean {
  return own(tree, 'ActionType') === 'ProcessCreated' && own(tree, 'DeviceName') !== undefined;
}

/** By Sysmon's name, the column. */
const COLUMNS: Readonly<Record<string, string>> = {
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

export function readDefender(tree: Tree, place: Place, content: Uint8Array | object): Event {
  const fields = bag();
  const set = (name: string, value: unknown): void => {
    if (value !== undefined) fields[name] = value;
  };
  for (const [name, column] of Object.entries(COLUMNS)) set(name, firstOf(tree, [column]));
  set('Image', pathOf(tree, 'FolderPath', 'FileName'));
  set('ParentImage', pathOf(tree, 'InitiatingProcessFolderPath', 'InitiatingProcessFileName'));
  set('ProcessId', toInteger(own(tree, 'ProcessId')));
  set('ParentProcessId', toInteger(own(tree, 'InitiatingProcessId')));
  set('User', accountOf(tree, ''));
  set('ParentUser', accountOf(tree, 'InitiatingProcess'));
  set('Hashes', hashesOf(tree));
  return buildEvent(
    {
      provider: PROVIDER,
      sensor: 'other',
      channel: 'DeviceProcessEvents',
      eventId: 0,
      host: own(tree, 'DeviceName'),
      // `ReportId` repeats: with device and time it is a key, alone it is no number of a record.
      record: undefined,
      loggerPid: undefined,
      time: { stamp: firstOf(tree, ['Timestamp', 'TimeGenerated']) },
      action: 'processcreate',
    },
    fields,
    place,
    content,
  );
}

const PROVIDER = 'Microsoft Defender for Endpoint';

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
