/** Events for `rules eval` and `rules test`: whatever a line holds, as an event that conditions can be asked about. */

import { hash64 } from '../../../engine/base/hash.js';
import type { Event, Fields } from '../../../engine/event/event.js';
import type { Rule } from '../../../engine/rule/index.js';
import { createJsonDecoder } from '../../../sources/json/json.js';
import { chooseTime, type TimeReading } from '../../../sources/normalise/time.js';

export interface ReadEvent {
  readonly event: Event;
  /** False for a record that does not say what kind of event it is: only its fields can be judged. */
  readonly isKnownKind: boolean;
  /** False for a text, a number or null, where there are no fields at all. */
  readonly isObject: boolean;
}

/** @throws SyntaxError where the line is not JSON */
export function readEventLine(line: string, lineNumber: number): readonly ReadEvent[] {
  const value: unknown = JSON.parse(line);
  const records = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return records.map((record) => readRecord(record, lineNumber));
}

/** A text without fields, as devices write them to syslog: keywords are sought in it. */
export function textEvent(text: string, file: string, line: number): Event {
  return { ...fieldsEvent({ Message: text }, line), file };
}

function readRecord(record: unknown, line: number): ReadEvent {
  const events: Event[] = [];
  const decoder = createJsonDecoder({ event: (event) => void events.push(event), skip: () => undefined });
  decoder.push(Buffer.from(`${JSON.stringify(record)}\n`));
  decoder.end();
  const [event] = events;
  const isMap = typeof record === 'object' && record !== null && !Array.isArray(record);
  const fields = isMap ? (record as Fields) : { value: record };
  if (event === undefined) return { event: fieldsEvent(fields, line), isKnownKind: false, isObject: isMap };
  const time = event.timeSource === 'none' ? timeIn(fields) : undefined;
  return { event: { ...event, ...time, line }, isKnownKind: saysWhatItIs(event), isObject: true };
}

function saysWhatItIs({ action, eventId, channel, provider }: Event): boolean {
  return action !== undefined || (eventId !== 0 && (channel !== '' || provider !== ''));
}

/** Of a record that says nothing but its fields. Those that Sigma has of an event's envelope stand for it. */
export function fieldsEvent(fields: Fields, line: number): Event {
  const { high, low } = hash64(JSON.stringify([line, fields]));
  const host = textNamed(fields, 'computer');
  const eventId = Number(textNamed(fields, 'eventid'));
  return {
    idHigh: high,
    idLow: low,
    host,
    computer: host,
    ...timeIn(fields),
    sensor: 'other',
    provider: textNamed(fields, 'provider_name'),
    channel: textNamed(fields, 'channel'),
    eventId: Number.isSafeInteger(eventId) ? eventId : 0,
    recordNumber: 0,
    loggerPid: 0,
    action: undefined,
    fields,
    file: undefined,
    line,
  };
}

const TIMES: readonly string[] = ['utctime', 'systemtime', 'timecreated', '@timestamp', 'timestamp', '_time', 'time'];

/** Only correlations ask for it. */
function timeIn(fields: Fields): TimeReading {
  const names = Object.keys(fields);
  const stamps = TIMES.flatMap((time) => names.filter((name) => name.toLowerCase() === time));
  const readings = stamps.map((name) => chooseTime({ stamp: fields[name] }));
  return readings.find(({ timeSource }) => timeSource !== 'none') ?? chooseTime({});
}

/** @param lower  the name in lower case */
function textNamed(fields: Fields, lower: string): string {
  const name = Object.keys(fields).find((each) => each.toLowerCase() === lower);
  const value = name === undefined ? undefined : fields[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The rule as it judges records that do not say where they come from. */
export function withoutLogSource(rule: Rule): Rule {
  if (rule.sigma?.document.kind !== 'rule') return rule;
  const { document, filters } = rule.sigma;
  const logSource = { ...document.logSource, product: undefined, category: undefined, service: undefined };
  return { ...rule, sigma: { document: { ...document, logSource }, filters } };
}
