/** Events for crash tests: made anew from a batch's number, so that a killed sender can send the same again. */

import { guid, sysmon } from '../support/live-kit.js';

export const EVENTS_IN_BATCH = 5;
const HOSTS = 4;
const IMAGES = ['shell.exe', 'word.exe', 'odd.exe', 'evil.exe', 'worse.exe', 'agent.exe', 'a.exe'];

/** Batch `index`: processes that start, act and end on some hosts, children now and then before their parents, and each tenth event told twice. */
export function batch(index: number): object[] {
  const events = Array.from({ length: EVENTS_IN_BATCH }, (_, at) => storyEvent(index * EVENTS_IN_BATCH + at));
  return index % 2 === 0 ? [...events, events[0]!] : events;
}

function storyEvent(number: number): object {
  const host = number % HOSTS;
  const step = Math.floor(number / HOSTS);
  // Of eight steps, six start a process, one ends and one acts.
  const kind = step % 8;
  const process = kind < 6 ? step : step - kind;
  const id = host * 100_000 + process;
  const common = {
    number: number + 1,
    host: `ws${host}.corp.example`,
    guid: guid(id),
    pid: pidOf(process),
    image: IMAGES[(process * 5 + host) % IMAGES.length]!,
  };
  if (kind === 6) return sysmon({ ...common, eventId: 5 });
  if (kind === 7) return sysmon({ ...common, eventId: 11 });
  if (process % 7 === 0) return sysmon(common);
  const parent = parentOf(process);
  const told = sysmon({
    ...common,
    parent: { guid: guid(host * 100_000 + parent), image: IMAGES[(parent * 5 + host) % IMAGES.length]! },
  });
  return { ...told, ParentProcessId: String(pidOf(parent)) };
}

/** One pid for one process, whoever tells of it: records that contradict each other would make the order count. */
function pidOf(process: number): number {
  return 4_000 + process;
}

/** Mostly an earlier process; for each fifth, one that has not been told yet. Never in a circle: where it would be cut depends on the order. */
function parentOf(process: number): number {
  if (process % 5 === 0) return process + 3;
  return Math.max(0, process % 5 === 3 ? process - 5 : process - 1 - (process % 3));
}
