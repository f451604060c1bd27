/** Large chains: what one more event costs when the chain is 10,000 deep or 50,000 wide. The original: 473 ms at 4,000 children. */

import { Engine } from '../../engine/engine.js';
import type { Event } from '../../engine/event/event.js';
import type { Policy } from '../../engine/policy.js';
import { normalise } from '../../sources/normalise/normalise.js';
import { median, type BenchCase } from './cases.js';

const DEPTH = 10_000;
const WIDTH = 50_000;
const UPDATES = 200;
const OPTIONS = { recordEvents: true, maxProcessesPerHost: WIDTH * 2 };
const BASELINE_MS = 473;
const START_MS = Date.UTC(2026, 0, 5, 9);

export function chainCases(policy: Policy): BenchCase[] {
  const deep = new Engine(policy, OPTIONS);
  for (let index = 0; index < DEPTH; index++) deep.apply(creation(index, index - 1));
  const wide = new Engine(policy, OPTIONS);
  for (let index = 0; index < WIDTH; index++) wide.apply(creation(index, index === 0 ? -1 : 0));
  return [
    updateCase(`threat update in a chain of ${DEPTH} nested processes`, deep, DEPTH - 1),
    updateCase(`threat update under a parent of ${WIDTH} children`, wide, 0),
  ];
}

/** The chain gains one more process that opens LSASS and the effects are taken, as live detection does it. */
function updateCase(name: string, engine: Engine, parent: number): BenchCase {
  engine.drain();
  const times: number[] = [];
  for (let update = 0; update < UPDATES; update++) {
    const child = 100_000 + update;
    const events = [creation(child, parent), lsassRead(child)];
    const started = performance.now();
    for (const event of events) engine.apply(event);
    engine.drain();
    times.push(performance.now() - started);
  }
  const value = median(times);
  return {
    name,
    value: Number(value.toFixed(3)),
    unit: 'ms',
    of: `the original with 4,000 children: ${BASELINE_MS} ms`,
    ratio: BASELINE_MS / value,
  };
}

function creation(index: number, parent: number): Event {
  return eventOf({
    ...base(index, 1),
    ProcessGuid: guid(index),
    ProcessId: 1000 + index,
    Image: 'C:\\Tools\\worker.exe',
    CommandLine: `worker.exe ${index}`,
    ParentProcessGuid: guid(parent),
    ParentProcessId: 1000 + parent,
    ParentImage: parent < 0 ? 'C:\\Windows\\explorer.exe' : 'C:\\Tools\\worker.exe',
  });
}

function lsassRead(index: number): Event {
  return eventOf({
    ...base(index, 10),
    SourceProcessGuid: guid(index),
    SourceProcessId: 1000 + index,
    SourceImage: 'C:\\Tools\\worker.exe',
    TargetImage: 'C:\\Windows\\System32\\lsass.exe',
    GrantedAccess: '0x1010',
    CallTrace: 'C:\\Windows\\SYSTEM32\\ntdll.dll+9d1e4|UNKNOWN(000001A2B3C4D5E6)',
  });
}

function base(index: number, eventId: number): Record<string, unknown> {
  return {
    SourceName: 'Microsoft-Windows-Sysmon',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: eventId,
    Hostname: 'bench.example',
    UtcTime: new Date(START_MS + index * 10).toISOString().replace('T', ' ').replace('Z', ''),
    RecordNumber: index * 100 + eventId,
  };
}

function guid(index: number): string {
  const seconds = Math.floor((START_MS + Math.max(index, 0) * 10) / 1000).toString(16);
  return `{0badcafe-${seconds.slice(4)}-${seconds.slice(0, 4)}-0000-${(index + 1).toString(16).padStart(12, '0')}}`;
}

function eventOf(record: Record<string, unknown>): Event {
  const event = normalise(record, { file: undefined, line: 0 });
  if ('reason' in event) throw new Error(`The benchmark's own event is not one: ${event.message}`);
  return event;
}
