/**
 * Data fields beside the envelope's, in one map: NXLog, exports of PowerShell scripts, Sentinel's SecurityEvent, CSV. The hot path: the parsed
 * map itself becomes the event's fields, and nothing is copied. Plain property access throughout: the map was just parsed, and no prototype
 * has these names.
 */

import type { Event, Sensor } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, nameIn, sensorOf, type Place } from './build.js';
import { isIndexed, timeOf } from './graylog.js';
import { completePowerShell } from './powershell.js';
import { processInMessage } from './rendered.js';
import { fieldsOfMessage, restoreProcessId } from './sysmon.js';
import type { TimeClaims } from './time.js';
import type { Tree } from './tree.js';

/** A flat record under the names that nearly all of them use; each further look-up would be paid a million times. */
export function readCommonFlat(
  tree: Tree,
  provider: string,
  host: string,
  place: Place,
  content: Uint8Array | object,
): Event {
  const fields = tree as Record<string, unknown>;
  const channel = fields['Channel'];
  const id = fields['EventID'];
  return build(
    fields,
    provider,
    typeof channel === 'string' ? channel : '',
    eventIdOf(id),
    host,
    fields['RecordNumber'] ?? fields['EventRecordID'],
    place,
    content,
  );
}

export function readFlat(tree: Tree, place: Place, content: Uint8Array | object): Event {
  const fields = tree as Record<string, unknown>;
  const eventId = eventIdOf(fields['EventID'] ?? fields['EventId'] ?? fields['Id']);
  if (eventId === 4688 || eventId === 4689) addProcessInMessage(fields, eventId);
  return build(
    fields,
    nameIn(
      // Sigma's name means nothing else; the next may be the data's own, as in Defender's records.
      fields['Provider_Name'] ??
        fields['SourceName'] ??
        fields['ProviderName'] ??
        fields['Provider'] ??
        fields['EventSourceName'] ??
        fields['Source'],
    ),
    nameIn(fields['Channel'] ?? fields['LogName']),
    eventId,
    fields['Hostname'] ??
      fields['Computer'] ??
      fields['MachineName'] ??
      fields['ComputerName'] ??
      (isIndexed(tree) ? fields['source'] : undefined),
    fields['EventRecordId'] ?? fields['RecordNumber'] ?? fields['EventRecordID'] ?? fields['RecordId'],
    place,
    content,
  );
}

function build(
  fields: Record<string, unknown>,
  provider: string,
  channel: string,
  eventId: number,
  host: unknown,
  record: unknown,
  place: Place,
  content: Uint8Array | object,
): Event {
  const sensor = sensorOf(provider, channel);
  if (sensor === 'other') completePowerShell(fields, provider, eventId, fields['Message']);
  const loggerPid = fields['ExecutionProcessID'] ?? processIdOfLogger(fields, sensor);
  return buildEvent(
    { provider, sensor, channel, eventId, host, record, loggerPid, time: timeClaims },
    fields,
    place,
    content,
  );
}

/**
 * `ProcessID` without an `ExecutionProcessID`. Sysmon has no such field, so there it is the logger's, as it is wherever the logger's thread is
 * named too; else it may be the subject of one of the filtering platform's records.
 */
function processIdOfLogger(fields: Record<string, unknown>, sensor: Sensor): unknown {
  if (sensor === 'sysmon' && fields['UtcTime'] === undefined) addMessageFields(fields);
  const processId = fields['ProcessID'];
  if (processId === undefined) return undefined;
  if (sensor === 'sysmon') restoreProcessId(fields);
  return sensor === 'sysmon' || fields['ThreadID'] !== undefined ? processId : undefined;
}

/** Only read where the data have no `UtcTime`. */
function timeClaims(fields: Record<string, unknown>): TimeClaims {
  const local = fields['EventTime'];
  const stamp = fields['@timestamp'];
  if (local === undefined) {
    return {
      system: fields['SystemTime'],
      stamp:
        fields['TimeCreated'] ?? stamp ?? fields['TimeGenerated'] ?? (isIndexed(fields) ? timeOf(fields) : undefined),
    };
  }
  // Beside NXLog's `EventTime`, `@timestamp` is when Logstash had it: minutes late where a forwarder waited.
  return {
    system: fields['SystemTime'],
    stamp: fields['TimeCreated'],
    local,
    localReceived: fields['EventReceivedTime'],
    forwarded: stamp,
  };
}

/** An export that holds the rendered message only. */
function addMessageFields(fields: Record<string, unknown>): void {
  const message = fields['Message'] ?? fields['Description'];
  if (typeof message !== 'string' || fields['Image'] !== undefined || fields['SourceImage'] !== undefined) return;
  const found = fieldsOfMessage(message);
  // Get-WinEvent's own `ProcessId` is the logger, so what the message says wins.
  if (found !== undefined && found['UtcTime'] !== undefined) Object.assign(fields, found);
}

/** The same of Security. Get-WinEvent's own `ProcessId` is the logger here, too. */
function addProcessInMessage(fields: Record<string, unknown>, eventId: number): void {
  const message = fields['Message'];
  if (typeof message !== 'string' || (fields['NewProcessName'] ?? fields['ProcessName']) !== undefined) return;
  Object.assign(fields, processInMessage(message, eventId));
}
