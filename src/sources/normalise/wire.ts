/**
 * The wire of the original: `{"Action": "processcreate", "Data": {"Image": …}}`, one event a request, names in any case. It carries Sysmon's
 * fields and no envelope, so the event id follows from the action.
 */

import { ACTIONS, isAction, sysmonAction, type Action } from '../../engine/event/action.js';
import type { Event } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, SYSMON_CHANNEL, SYSMON_PROVIDER, type Place } from './build.js';
import { respell } from './event-data.js';
import { bag, firstOf, isTree, own, type Tree } from './tree.js';

/** The lowest Sysmon event id of each action. */
const EVENT_IDS: ReadonlyMap<Action, number> = new Map(
  ACTIONS.map((action) => {
    for (let eventId = 1; eventId < 256; eventId++) if (sysmonAction(eventId) === action) return [action, eventId];
    return [action, 0];
  }),
);

export function eventIdOfAction(action: Action): number {
  return EVENT_IDS.get(action) ?? 0;
}

/** The action that a record of this shape names; `undefined` where it names none that is known. */
export function actionNamed(tree: Tree): Action | undefined {
  const name = own(tree, 'Action') ?? own(tree, 'action');
  const action = typeof name === 'string' ? name.toLowerCase() : '';
  return isAction(action) ? action : undefined;
}

export function readWire(tree: Tree, action: Action, place: Place, content: Uint8Array | object): Event {
  const data = own(tree, 'Data') ?? own(tree, 'data') ?? tree;
  const given = isTree(data) ? data : bag();
  const fields = respell(given);
  const names = ['Hostname', 'HostName', 'hostname', 'Computer', 'computer', 'ComputerName', 'computername', 'Host'];
  return buildEvent(
    {
      provider: SYSMON_PROVIDER,
      sensor: 'sysmon',
      channel: SYSMON_CHANNEL,
      eventId: eventIdOf(firstOf(given, ['EventID', 'EventId', 'eventid'])) || eventIdOfAction(action),
      host: firstOf(tree, names) ?? firstOf(given, names),
      record: firstOf(given, ['RecordNumber', 'EventRecordID', 'recordnumber', 'eventrecordid']),
      loggerPid: undefined,
      time: {
        system: firstOf(given, ['SystemTime', 'systemtime']),
        stamp:
          firstOf(tree, ['@timestamp', 'Timestamp', 'timestamp', 'Time', 'time']) ??
          firstOf(given, ['TimeCreated', 'timecreated']),
      },
      action,
    },
    fields,
    place,
    content,
  );
}
