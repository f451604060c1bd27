/**
 * Graylog keeps no maps: it joins the names of nested ones with underscores, and an input for Beats puts the shipper's name in front.
 * `winlog.event_data.Image` of Winlogbeat is `winlogbeat_winlog_event_data_Image` in its index and its exports, and the same behind one more
 * underscore in GELF. Sources: Graylog's Beats input, GELF 1.1, NXLog's xm_gelf.
 */

import { ECS_PATHS } from './ecs.js';
import { bag, firstOf, own, type Tree } from './tree.js';

/** What may stand before Winlogbeat's own names. Without the shipper's name (an option of the input) they are alike in no other record. */
const PREFIXES = ['winlogbeat_', '_winlogbeat_', '', '_'] as const;

const WINLOG = [
  'channel',
  'provider_name',
  'provider_guid',
  'computer_name',
  'record_id',
  'event_id',
  'keywords',
  'version',
] as const;
/** Version 6 had no `winlog`. */
const OLD = ['log_name', 'source_name', 'computer_name', 'record_number', 'event_id', 'process_id'] as const;

/** Winlogbeat's record as it was before Graylog; `undefined` where it is none. */
export function graylogBeats(tree: Tree): Tree | undefined {
  for (const prefix of PREFIXES) {
    if (own(tree, `${prefix}winlog_channel`) !== undefined || own(tree, `${prefix}winlog_event_id`) !== undefined) {
      return withWinlog(tree, prefix);
    }
    if (prefix.length > 1 && own(tree, `${prefix}event_id`) !== undefined) {
      return {
        ...named(tree, prefix, OLD),
        '@timestamp': timeOf(tree),
        event_data: below(tree, `${prefix}event_data_`),
      };
    }
  }
  return undefined;
}

function withWinlog(tree: Tree, prefix: string): Tree {
  const record = bag();
  // What its modules moved to ECS before they sent it.
  for (const path of ECS_PATHS) {
    const value = own(tree, prefix + path.replaceAll('.', '_'));
    if (value !== undefined) record[path] = value;
  }
  record['@timestamp'] = timeOf(tree);
  record['event.code'] = own(tree, `${prefix}event_code`);
  record['winlog'] = {
    ...named(tree, `${prefix}winlog_`, WINLOG),
    process: { pid: own(tree, `${prefix}winlog_process_pid`) },
    event_data: below(tree, `${prefix}winlog_event_data_`),
    user_data: below(tree, `${prefix}winlog_user_data_`),
  };
  return record;
}

function named(tree: Tree, prefix: string, names: readonly string[]): Record<string, unknown> {
  const found = bag();
  for (const name of names) {
    const value = own(tree, prefix + name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** The fields under one prefix, by the rest of their names; `undefined` where there are none. */
function below(tree: Tree, prefix: string): Record<string, unknown> | undefined {
  let found: Record<string, unknown> | undefined;
  for (const name of Object.keys(tree)) {
    if (name.startsWith(prefix)) (found ??= bag())[name.slice(prefix.length)] = tree[name];
  }
  return found;
}

/** The message's time: the record's own for Beats and for NXLog. In UTC, and in the index without saying so. */
export function timeOf(tree: Tree): unknown {
  const time = own(tree, 'timestamp');
  return typeof time === 'string' && /\d\d:\d\d(?:\.\d+)?$/.test(time) ? `${time}Z` : time;
}

/** Whether a flat record comes from Graylog's index, which takes the host's name to `source` and its time to `timestamp`. */
export function isIndexed(tree: Tree): boolean {
  return own(tree, 'gl2_source_input') !== undefined || own(tree, 'gl2_message_id') !== undefined;
}

/** GELF: a sender's own fields begin with an underscore. NXLog leaves out those that GELF has a place for: host, time and message. */
export function gelfNames(tree: Tree): Tree {
  const record = bag();
  for (const name of Object.keys(tree)) if (name.startsWith('_')) record[name.slice(1)] = tree[name];
  if (firstOf(record, ['Hostname', 'Computer', 'ComputerName', 'MachineName']) === undefined) {
    record['Hostname'] = own(tree, 'host');
  }
  record['@timestamp'] ??= timeOf(tree);
  record['Message'] ??= own(tree, 'full_message') ?? own(tree, 'short_message');
  return record;
}
