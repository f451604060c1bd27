/**
 * The tree that Windows' own XML describes, as the XML and EVTX readers here give it and as most converters write it as JSON:
 *
 *     { Event: {
 *         System: {
 *           Provider: { '#attributes': { Name, Guid } }, EventID, Version, Level, Task, Opcode, Keywords,
 *           TimeCreated: { '#attributes': { SystemTime } }, EventRecordID,
 *           Execution: { '#attributes': { ProcessID, ThreadID } }, Channel, Computer, Security: { '#attributes': { UserID } } },
 *         EventData: { Name: value, … }          (what has no name: `Data`, a text or a list; what is null is left out)
 *      or UserData: { Element: { Name: value, … } } } }
 *
 * Also without `Event` around it (Velociraptor), with attributes beside the text, and in the lower-camel names of Wazuh.
 */

import type { Event } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, nameIn, sensorOf, type Place } from './build.js';
import { addEnvelope } from './envelope-fields.js';
import { readEventData, readUserData, type EventData } from './event-data.js';
import { nameValues } from './layouts.js';
import { attributeIn, bag, firstOf, isTree, own, textIn, type Tree } from './tree.js';

/** @param tree  has `System`, and `EventData` or `UserData` where the record has data */
export function readEventTree(tree: Tree, place: Place, content: Uint8Array | object): Event {
  const systemValue = own(tree, 'System');
  const system: Tree = isTree(systemValue) ? systemValue : bag();
  const providerName =
    attributeIn(system, 'Provider', 'Name') ?? own(system, 'Provider') ?? own(system, 'ProviderName');
  const provider = nameIn(providerName) || nameIn(attributeIn(system, 'Provider', 'Guid') ?? own(system, 'Guid'));
  const channel = textIn(own(system, 'Channel')) ?? '';
  const eventId = eventIdOf(firstOf(system, ['EventID', 'ID']));
  const sensor = sensorOf(provider, channel);
  const data = readData(tree);
  const fields =
    data.fields !== undefined && data.values === undefined
      ? data.fields
      : positional(data, provider, sensor === 'sysmon', eventId);
  if (sensor !== 'sysmon') addEnvelope(fields, system, attributeIn(system, 'Security', 'UserID'));
  return buildEvent(
    {
      provider,
      sensor,
      channel,
      eventId,
      host: textIn(own(system, 'Computer')),
      record: textIn(own(system, 'EventRecordID')),
      loggerPid: attributeIn(system, 'Execution', 'ProcessID') ?? own(system, 'ProcessID'),
      time: {
        system: attributeIn(system, 'TimeCreated', 'SystemTime'),
        stamp: firstOf(system, ['TimeCreated', 'TimeStamp']) ?? firstOf(tree, ['Timestamp', '@timestamp']),
      },
    },
    fields,
    place,
    content,
  );
}

function readData(tree: Tree): EventData {
  const event = own(tree, 'EventData');
  if (event !== undefined && event !== null) {
    const data = readEventData(event);
    if (data.fields !== undefined || data.values !== undefined) return data;
  }
  return readUserData(own(tree, 'UserData'));
}

function positional(data: EventData, provider: string, isSysmon: boolean, eventId: number): Record<string, unknown> {
  const fields = data.fields ?? bag();
  if (data.values === undefined) return fields;
  const names = nameValues(provider, isSysmon, eventId, data.values);
  if (names !== undefined) for (const [name, value] of names) fields[name] = value;
  else if (fields['Data'] === undefined && data.values.length > 0) {
    fields['Data'] = data.values.length === 1 ? data.values[0] : data.values;
  }
  return fields;
}
