/** Records of one host as tests of its stream need them: number, event time, receive time. */

import type { HostStream } from '../../src/app/completeness/host-stream.js';
import type { Event } from '../../src/engine/event/event.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const STREAM_START_MS = Date.UTC(2026, 0, 5, 9);
export const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

export interface NumberedRecord {
  readonly number: number;
  /** Event time, after the start; a second a record where absent. */
  readonly atMs?: number;
  /** When it came; at once where absent. */
  readonly cameMs?: number;
  readonly about?: Partial<Event>;
}

export function recordEvent({ number, atMs = number * 1000, about = {} }: NumberedRecord): Event {
  return {
    idHigh: number,
    idLow: atMs,
    host: 'ws1.corp.example',
    computer: 'WS1.corp.example',
    timeMs: STREAM_START_MS + atMs,
    timeSource: 'utc',
    sensor: 'sysmon',
    provider: 'Microsoft-Windows-Sysmon',
    channel: SYSMON,
    eventId: 1,
    recordNumber: number,
    loggerPid: 0,
    action: undefined,
    fields: {},
    file: undefined,
    line: 0,
    ...about,
  };
}

export function show(stream: HostStream, ...records: readonly NumberedRecord[]): HostStream {
  for (const record of records) {
    const { number, atMs = number * 1000, cameMs = atMs } = record;
    stream.seen(recordEvent(record), STREAM_START_MS + cameMs);
  }
  return stream;
}

/** Numbers `first` to `last`. */
export function run(
  first: number,
  last: number,
  change: (number: number) => Partial<NumberedRecord> = () => ({}),
): NumberedRecord[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({ number: first + index, ...change(first + index) }));
}
