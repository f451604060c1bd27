/** Small random worlds in which few pids are given to many processes within minutes, told by two sensors that do not quite agree, with much left out. */

import fc from 'fast-check';
import type { Action } from '../../src/engine/event/action.js';
import type { Event, Fields } from '../../src/engine/event/event.js';
import { event, guidOf } from './events.js';

/** The sensors' tolerances lie at some of these, so gaps are at, just below and just past them. */
const GAPS = [0, 0, 1, 50, 300, 700, 999, 1000, 1001, 1500, 2000, 2001, 2500, 3000, 5000, 5001, 8000, 20_000, 40_000];
const BEFORE_AND_AFTER = [-1500, -1000, -500, 0, 0, 1, 20, 500, 1000, 2000, 3000, 5000, 9000, 30_000];
const LIVES = [0, 1, 100, 1000, 2000, 3000, 6000, 10_000, 30_000];
const SECURITY_CLOCK = [0, 0, 1, 300, -1, -300, 1000, 3_600_000, -4 * 3_600_000];
const SECURITY_END = [0, 1, 200, -200];
const PIDS = [500, 600, 700];
const HOSTS = ['ws1.corp.example', 'WS2'];
const IMAGES = ['cmd', 'evil', 'powershell', 'word', 'agent', 'explorer', 'svchost'];
const ACTIONS: readonly Action[] = ['filecreate', 'networkconnect', 'imageload', 'registryvalueset'];
const BEGIN_MS = 5 * 3_600_000;

const pick = <Value>(values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const often = (percent: number): fc.Arbitrary<boolean> => fc.integer({ min: 0, max: 99 }).map((each) => each < percent);

const deed = fc.record({
  afterMs: pick(BEFORE_AND_AFTER),
  kind: pick(['action', 'action', 'object', 'access'] as const),
  action: pick(ACTIONS),
  byGuid: often(60),
  showsImage: often(70),
  showsUser: often(20),
});

/** `parent` counts back among the processes so far; past them it is somebody that nobody saw. */
const step = fc.record({
  gapMs: pick(GAPS),
  pid: fc.nat(),
  host: often(15),
  image: pick(IMAGES),
  sysmon: often(65),
  security: often(50),
  createIsSeen: often(85),
  parent: fc.integer({ min: 0, max: 9 }),
  parentByGuid: often(75),
  showsParentImage: often(80),
  securityNamesParent: often(60),
  clockMs: pick(SECURITY_CLOCK),
  isListed: often(20),
  showsUser: often(30),
  deeds: fc.array(deed, { maxLength: 3 }),
  lifeMs: pick(LIVES),
  sysmonEnds: often(50),
  endByGuid: often(85),
  securityEnds: often(40),
  endClockMs: pick(SECURITY_END),
  waitsForEnd: often(50),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Run {
  readonly name: string;
  readonly pid: number;
  readonly guid: string | undefined;
  readonly image: string;
  readonly host: string;
}

/** The hash of every process of which a step says so. */
export const LISTED_HASH = 'b'.repeat(64);

/** @returns events, in no order that means anything */
export const reusedPids: fc.Arbitrary<readonly Event[]> = fc
  .tuple(fc.integer({ min: 1, max: PIDS.length }), fc.array(step, { minLength: 2, maxLength: 8 }))
  .map(([pidCount, steps]) => tell(PIDS.slice(0, pidCount), steps));

function tell(pids: readonly number[], steps: readonly Step[]): Event[] {
  const events = new Map<string, Event>();
  const runs: Run[] = [];
  let atMs = BEGIN_MS;
  const say = (action: Action | undefined, timeMs: number, run: Run, fields: Fields, eventId?: number): void => {
    const { host, pid } = run;
    const security = { sensor: 'security', provider: 'Microsoft-Windows-Security-Auditing' } as const;
    const told = event(action, timeMs, fields, { host, ...(eventId === undefined ? {} : { ...security, eventId }) });
    // One pid is not given twice in a millisecond; of one sensor that gives no GUID the two could not be told apart.
    const key = eventId === 4688 ? `${host} ${pid} ${timeMs}` : `${events.size}`;
    if (!events.has(key)) events.set(key, told);
  };
  for (const [index, each] of steps.entries()) {
    atMs += Math.max(1, each.gapMs);
    const run: Run = {
      name: `p${index}`,
      pid: pids[each.pid % pids.length]!,
      guid: each.sysmon ? guidOf(`p${index}`, atMs) : undefined,
      image: path(each.image),
      host: HOSTS[Number(each.host)]!,
    };
    const parent = parentOf(runs, run, each, pids);
    const self = (byGuid: boolean, image = true, user = false): Fields => ({
      ...(byGuid && run.guid !== undefined ? { ProcessGuid: run.guid } : {}),
      ProcessId: run.pid,
      ...(image ? { Image: run.image } : {}),
      ...(user ? { User: run.name } : {}),
    });
    const CommandLine = `"${run.image}"`;
    if (each.createIsSeen && each.sysmon) {
      const Hashes = `SHA256=${each.isListed ? LISTED_HASH : 'a'.repeat(64)}`;
      say('processcreate', atMs, run, { ...self(true, true, each.showsUser), CommandLine, Hashes, ...parent(true) });
    }
    if (each.createIsSeen && each.security) {
      const named = each.securityNamesParent ? parent(false) : {};
      say('processcreate', atMs + each.clockMs, run, { ...self(false), CommandLine, ...named }, 4688);
    }
    for (const [turn, { afterMs, kind, action, byGuid, showsImage, showsUser }] of each.deeds.entries()) {
      const fields = { ...self(byGuid && kind !== 'object', showsImage, showsUser), Turn: turn };
      if (kind === 'object') say(undefined, atMs + afterMs, run, fields, 4663);
      else if (kind === 'access') say('processaccess', atMs + afterMs, run, asSource(fields));
      else say(action, atMs + afterMs, run, fields);
    }
    const endMs = atMs + each.lifeMs;
    if (each.sysmonEnds && each.sysmon) say('processterminal', endMs, run, self(each.endByGuid));
    if (each.securityEnds) say('processterminal', endMs + each.endClockMs, run, self(false, each.showsUser), 4689);
    if (each.waitsForEnd) atMs = endMs;
    runs.push(run);
  }
  return [...events.values()];
}

/** How its create events name the parent, by GUID or without. */
function parentOf(runs: readonly Run[], run: Run, each: Step, pids: readonly number[]): (byGuid: boolean) => Fields {
  const fellows = runs.filter(({ host }) => host === run.host);
  const known = fellows.at(-1 - each.parent);
  if (known === undefined && each.parent > 8) return () => ({});
  const stranger = each.parent % pids.length;
  const { pid, guid, image } = known ?? {
    pid: pids[stranger]!,
    guid: guidOf(`stranger ${stranger}`, 1000),
    image: path(IMAGES[stranger]!),
  };
  return (byGuid) => ({
    ...(byGuid && each.parentByGuid && guid !== undefined ? { ParentProcessGuid: guid } : {}),
    ParentProcessId: pid,
    ...(each.showsParentImage ? { ParentImage: image } : {}),
  });
}

function asSource({ ProcessGuid, ProcessId, Image, ...others }: Fields): Fields {
  return {
    ...others,
    SourceProcessId: ProcessId!,
    ...(ProcessGuid === undefined ? {} : { SourceProcessGuid: ProcessGuid }),
    ...(Image === undefined ? {} : { SourceImage: Image }),
  };
}

function path(name: string): string {
  if (name === 'explorer') return 'C:\\Windows\\explorer.exe';
  return name === 'svchost' ? 'C:\\Windows\\System32\\svchost.exe' : `C:\\Tools\\${name}.exe`;
}
