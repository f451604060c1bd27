/** Events for `rules eval` and `rules test`: whatever a line holds, as an event that conditions can be asked about. */

import { hash64 } from '../../../engine/base/hash.js';
import type { Event, Fields } from '../../../engine/event/event.js';
import type { Rule } from '../../../engine/rule/index.js';
import { createJsonDecoder } from '../../../sources/json/json.js';

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
  if (event !== undefined) return { event: { ...event, line }, isKnownKind: true, isObject: true };
  const isMap = typeof record === 'object' && record !== null && !Array.isArray(record);
  const fields = isMap ? (record as Fields) : { value: record };
  return { event: fieldsEvent(fields, line), isKnownKind: false, isObject: isMap };
}

/** Of a record that says nothing but its fields. */
export function fieldsEvent(fields: Fields, line: number): Event {
  const { high, low } = hash64(JSON.stringify([line, fields]));
  return {
    idHigh: high,
    idLow: low,
    host: '',
    timeMs: 0,
    timeSource: 'none',
    sensor: 'other',
    provider: '',
    channel: '',
    eventId: 0,
    recordNumber: 0,
    loggerPid: 0,
    action: undefined,
    fields,
    file: undefined,
    line,
  };
}

/** The rule as it judges records that do not say where they come from. */
export function withoutLogSource(rule: Rule): Rule {
  if (rule.sigma?.document.kind !== 'rule') return rule;
  const { document, filters } = rule.sigma;
  const logSource = { ...document.logSource, product: undefined, category: undefined, service: undefined };
  return { ...rule, sigma: { document: { ...document, logSource }, filters } };
}
