/** Winlogbeat 6 (`event_data`, `log_name`, `computer_name`) and 7+ or Elastic Agent (`winlog.*`), alone or with what ECS made of the data. */

import type { Event } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, sensorOf, type Place } from './build.js';
import { addEcsFields, at, hostInEcs } from './ecs.js';
import { addEnvelope } from './envelope-fields.js';
import { readEventData, readUserData } from './event-data.js';
import { completePowerShell } from './powershell.js';
import { bag, isTree, own, textIn, type Tree } from './tree.js';

/** @param log  the map that holds `event_data`: the record itself in version 6, its `winlog` from 7 on */
export function readWinlogbeat(tree: Tree, log: Tree, place: Place, content: Uint8Array | object): Event {
  const provider = textIn(own(log, 'provider_name') ?? own(log, 'source_name') ?? at(tree, 'event.provider')) ?? '';
  const channel = textIn(own(log, 'channel') ?? own(log, 'log_name')) ?? '';
  const sensor = sensorOf(provider, channel);
  const eventId = eventIdOf(own(log, 'event_id') ?? at(tree, 'event.code'));
  const event = readEventData(own(log, 'event_data'));
  const data = event.fields ?? readUserData(own(log, 'user_data')).fields ?? bag();
  const fields = provider === DEFENDER ? withSpaces(data) : data;
  const loggerProcess = own(log, 'process');
  // From 7 on, modules and pipelines move data to ECS names; 6 has no ECS, and its `user` is the logger's.
  if (log !== tree) addEcsFields(tree, fields, sensor, eventId);
  if (sensor === 'other') {
    nameNumbered(fields, provider);
    completePowerShell(fields, provider, eventId, own(tree, 'message'));
  }
  if (sensor !== 'sysmon') {
    addEnvelope(fields, {
      Level: own(log, 'level') ?? at(tree, 'log.level'),
      Keywords: own(log, 'keywords'),
      Version: own(log, 'version'),
      UserID: at(log, 'user.identifier'),
      Message: own(tree, 'message'),
    });
  }
  return buildEvent(
    {
      provider,
      sensor,
      channel,
      eventId,
      // `host.name` is the collector's where events were forwarded; it speaks only where nobody else does.
      host: own(log, 'computer_name') ?? hostInEcs(tree),
      record: own(log, 'record_id') ?? own(log, 'record_number'),
      loggerPid: isTree(loggerProcess) ? own(loggerProcess, 'pid') : own(log, 'process_id'),
      time: {
        system: own(log, 'time_created'),
        stamp: own(tree, '@timestamp'),
      },
    },
    fields,
    place,
    content,
  );
}

const DEFENDER = 'Microsoft-Windows-Windows Defender';

/** Its names have spaces (`Threat Name`), which Winlogbeat makes underscores. */
function withSpaces(data: Tree): Record<string, unknown> {
  const fields = bag();
  for (const name of Object.keys(data)) fields[name.replaceAll('_', ' ')] = data[name];
  return fields;
}

/** Providers with names of their own for their data, and these among them. */
const NAMES_PARAMETERS = /^(?:Microsoft-Windows-|Service Control Manager$|User32$)/i;

/** Data without names, which Winlogbeat calls `param1`, `param2`, …, leaving out those that are empty, under `Data` as elsewhere. */
function nameNumbered(fields: Record<string, unknown>, provider: string): void {
  if (NAMES_PARAMETERS.test(provider) || fields['Data'] !== undefined) return;
  const data: unknown[] = [];
  for (const name of Object.keys(fields)) {
    if (/^param\d{1,4}$/.test(name)) data.push(fields[name]);
    else if (name !== 'Binary') return;
  }
  if (data.length > 0) fields['Data'] = data.length === 1 ? data[0] : data;
}
