/**
 * Timelines of Hayabusa (`json-timeline`): a row for each hit of its rules, with the event's fields only in the profiles that have
 * `AllFieldInfo`; `Details` is a summary in names of its own. Source: its profiles and its list of channel abbreviations.
 */

import { isTree, own, type Tree } from './tree.js';

/** Of the channels whose events have actions or rules; the others come as they are. */
const CHANNELS: ReadonlyMap<unknown, string> = new Map([
  ['Sysmon', 'Microsoft-Windows-Sysmon/Operational'],
  ['Sec', 'Security'],
  ['Sys', 'System'],
  ['App', 'Application'],
  ['PwSh', 'Microsoft-Windows-PowerShell/Operational'],
  ['PwShClassic', 'Windows PowerShell'],
  ['Defender', 'Microsoft-Windows-Windows Defender/Operational'],
  ['TaskSch', 'Microsoft-Windows-TaskScheduler/Operational'],
]);

export function isHayabusa(tree: Tree): boolean {
  return own(tree, 'RuleTitle') !== undefined && own(tree, 'Timestamp') !== undefined;
}

/**
 * Rows of tables that hold the data as one text: an attacker's command line can look like the next of its fields, so it is not taken apart.
 * Chainsaw writes no more into CSV, Hayabusa neither.
 */
export function textOfTable(tree: Tree): string | undefined {
  if (isHayabusa(tree) && typeof own(tree, 'AllFieldInfo') === 'string') return "Hayabusa's CSV; its `json-timeline`";
  const isChainsaw = own(tree, 'detections') !== undefined && typeof own(tree, 'Event Data') === 'string';
  return isChainsaw ? "Chainsaw's CSV; its `--json`" : undefined;
}

/** The record under common names; `undefined` where the row has a summary of it only. */
export function hayabusaNames(tree: Tree): Tree | undefined {
  const data = own(tree, 'AllFieldInfo');
  if (!isTree(data)) return undefined;
  const channel = own(tree, 'Channel');
  return {
    Computer: own(tree, 'Computer'),
    Channel: CHANNELS.get(channel) ?? channel,
    EventID: own(tree, 'EventID'),
    EventRecordID: own(tree, 'RecordID'),
    Timestamp: own(tree, 'Timestamp'),
    EventData: data,
  };
}
