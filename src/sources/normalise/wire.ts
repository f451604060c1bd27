/**
 * The wire of the original: `{"Action": "processcreate", "Data": {"Image": …}}`, one event a request, names in any case. It carries Sysmon's
 * fields and no envelope, so the event id follows from the action.
 */

import { ACTIONS, isAction, sysmonAction, type Action } from '../../engine/event/action.js';
import type { Event } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, SYSMON_CHANNEL, SYSMON_PROVIDER, type Place } from './build.js';
import { respell } from './event-data.js';
import { firstOf, isTree, own, type Tree } from './tree.js';

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

/** What a record of this shape says beside its action: under `Data`, or without one beside it; `undefined` where that is nothing. */
export function wireData(tree: Tree): Tree | undefined {
  const data = own(tree, 'Data') ?? own(tree, 'data');
  if (data !== undefined) return isTree(data) && Object.keys(data).length > 0 ? data : undefined;
  return Object.keys(tree).length > 1 ? tree : undefined;
}

/** @param given  what `wireData` found */
export function readWire(tree: Tree, given: Tree, action: Action, place: Place, content: Uint8Array | object): Event {
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
