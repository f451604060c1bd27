/** Which events Sigma's categories are about. Source: SigmaHQ's documentation of log sources; Sysmon schema 4.91. */

import type { Action } from '../../../event/action.js';
import { channelsOf } from './channels.js';

export interface CategoryReach {
  readonly actions?: readonly Action[];
  readonly channels?: ReadonlySet<string>;
  readonly eventIds?: readonly number[];
  /** `EventType` has one of these values, where the event has one. */
  readonly eventTypes?: readonly string[];
  /** The category's own names of fields, in lower case, with the event's. */
  readonly fieldNames?: Readonly<Record<string, string>>;
}

/** Defender's events that name a threat or a path: found, treated, failed to treat. Source: Microsoft, Defender Antivirus event ids. */
const DEFENDER_IDS = [1006, 1007, 1008, 1009, 1010, 1011, 1012, 1015, 1017, 1018, 1019, 1115, 1116, 1117, 1118, 1119];

const CATEGORIES: Readonly<Record<string, CategoryReach>> = {
  process_creation: { actions: ['processcreate'] },
  process_termination: { actions: ['processterminal'] },
  file_change: { actions: ['filecreatetimechange'] },
  network_connection: { actions: ['networkconnect'] },
  sysmon_status: { actions: ['sensorstate'], eventIds: [4, 16] },
  sysmon_error: { actions: ['sensorstate'], eventIds: [255] },
  driver_load: { actions: ['driverload'] },
  image_load: { actions: ['imageload'] },
  create_remote_thread: { actions: ['createremotethread'] },
  raw_access_thread: { actions: ['rawaccessread'] },
  process_access: { actions: ['processaccess'] },
  file_event: { actions: ['filecreate'] },
  file_create: { actions: ['filecreate'] },
  registry_event: { actions: ['registryadd', 'registryvalueset', 'registryobjectset'] },
  registry_add: { actions: ['registryadd'], eventTypes: ['CreateKey', 'AddKey', 'AddValue'] },
  registry_delete: { actions: ['registryadd'], eventTypes: ['DeleteKey', 'DeleteValue'] },
  registry_set: { actions: ['registryvalueset'] },
  registry_rename: { actions: ['registryobjectset'] },
  create_stream_hash: { actions: ['filecreatestreamhash'] },
  pipe_created: { actions: ['pipecreate', 'pipeconnect'] },
  wmi_event: { actions: ['wmievent'] },
  dns_query: { actions: ['dnsquery'] },
  file_delete: { actions: ['filedelete', 'filedeletedetected'] },
  file_delete_detected: { actions: ['filedeletedetected'] },
  clipboard_capture: { actions: ['clipboardchange'] },
  clipboard_change: { actions: ['clipboardchange'] },
  process_tampering: { actions: ['processtampering'] },
  file_block: { actions: ['fileblockexecutable', 'fileblockshredding'] },
  file_block_executable: { actions: ['fileblockexecutable'] },
  file_block_shredding: { actions: ['fileblockshredding'] },
  file_executable_detected: { actions: ['fileexecutabledetected'] },
  ps_script: { channels: channelsOf('powershell')!, eventIds: [4104] },
  ps_module: { channels: channelsOf('powershell')!, eventIds: [4103] },
  ps_classic_start: { channels: channelsOf('powershell-classic')!, eventIds: [400] },
  ps_classic_provider_start: { channels: channelsOf('powershell-classic')!, eventIds: [600] },
  ps_classic_script: { channels: channelsOf('powershell-classic')!, eventIds: [800] },
  antivirus: {
    channels: channelsOf('windefend')!,
    eventIds: DEFENDER_IDS,
    fieldNames: { signature: 'threatname', filename: 'path' },
  },
};

/** Actions that Sysmon for Linux and endpoint sensors of other systems give as well. */
export const EVERYWHERE: ReadonlySet<string> = new Set([
  'process_creation',
  'process_termination',
  'network_connection',
  'file_event',
  'file_create',
  'file_delete',
  'raw_access_thread',
  'process_access',
  'sysmon_status',
]);

/** `undefined` for a category that this table does not know. */
export function categoryReach(category: string): CategoryReach | undefined {
  return Object.hasOwn(CATEGORIES, category) ? CATEGORIES[category] : undefined;
}
