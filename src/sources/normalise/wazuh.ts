/**
 * Wazuh's `data.win`: `system` and `eventdata` in lower-camel names, with the values escaped once more (`C:\\Windows`, `\"`), and with XML's
 * entities left in. Source: alerts as its manager writes them to `alerts.json` and `archives.json`.
 */

import type { Event } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, sensorOf, type Place } from './build.js';
import { addEnvelope } from './envelope-fields.js';
import { respell } from './event-data.js';
import { bag, isTree, own, textIn, type Tree } from './tree.js';

/** @param win  the map under `win` */
export function readWazuh(win: Tree, place: Place, content: Uint8Array | object): Event {
  const systemValue = own(win, 'system');
  const system: Tree = isTree(systemValue) ? systemValue : bag();
  const data = own(win, 'eventdata') ?? own(win, 'eventData') ?? userDataIn(win);
  const fields = isTree(data) ? respell(data) : bag();
  unescapeValues(fields);
  const provider = textIn(own(system, 'providerName')) ?? '';
  const channel = textIn(own(system, 'channel')) ?? '';
  const sensor = sensorOf(provider, channel);
  if (sensor !== 'sysmon') {
    addEnvelope(fields, {
      Level: own(system, 'level'),
      Task: own(system, 'task'),
      Opcode: own(system, 'opcode'),
      Keywords: own(system, 'keywords'),
      Version: own(system, 'version'),
      Message: messageIn(system),
    });
  }
  return buildEvent(
    {
      provider,
      sensor,
      channel,
      eventId: eventIdOf(own(system, 'eventID')),
      host: own(system, 'computer'),
      record: own(system, 'eventRecordID'),
      loggerPid: own(system, 'processID'),
      time: { system: own(system, 'systemTime') },
    },
    fields,
    place,
    content,
  );
}

/** The rendered message stands in quotes. */
function messageIn(system: Tree): unknown {
  const message = own(system, 'message');
  return typeof message === 'string' ? message.replace(/^"([^]*)"$/, '$1') : undefined;
}

/** The element in `UserData` stands beside `system`, under its own name: `logFileCleared` of Security 1102. */
function userDataIn(win: Tree): unknown {
  return Object.entries(win).find(([name, value]) => name !== 'system' && isTree(value))?.[1];
}

/** A backslash that neither doubles another nor escapes a quote: such a record was not escaped. */
const LONE_BACKSLASH = /(?:^|[^\\])(?:\\\\)*\\(?![\\"])/;
const ESCAPED = /\\([\\"])/g;
const ENTITY = /&(amp|lt|gt|quot|apos);/g;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function unescapeValues(fields: Record<string, unknown>): void {
  const names = Object.keys(fields);
  const isEscaped = !names.some((name) => typeof fields[name] === 'string' && LONE_BACKSLASH.test(fields[name]));
  for (const name of names) {
    const value = fields[name];
    if (typeof value !== 'string') continue;
    const plain = isEscaped ? value.replace(ESCAPED, '$1') : value;
    fields[name] = plain.replace(ENTITY, (whole, entity: string) => ENTITIES.get(entity) ?? whole);
  }
}
