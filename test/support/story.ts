/** Small random worlds for property tests: processes that start, act and end on a few hosts, told by one or two sensors. */

import fc from 'fast-check';
import type { Event } from '../../src/engine/event/event.js';
import { act, actor, create, create4688, end, event, EXPLORER, type Actor } from './events.js';

export interface Told {
  readonly events: readonly Event[];
}

interface Step {
  readonly parent: number;
  readonly image: number;
  readonly gapMs: number;
  readonly deeds: readonly number[];
  readonly sysmon: boolean;
  readonly security: boolean;
  readonly zoneHours: number;
  readonly pidReuse: boolean;
  readonly ends: boolean;
  readonly host: number;
}

const IMAGES = ['evil', 'cmd', 'powershell', 'word', 'agent'].map((name) => `C:\\Tools\\${name}.exe`);
const HOSTS = ['ws1.corp.example', 'ws2.corp.example', 'WS3'];
const DEEDS = ['filecreate', 'networkconnect', 'imageload', 'registryvalueset'] as const;

const step = fc.record<Step>({
  parent: fc.integer({ min: -2, max: 12 }),
  image: fc.integer({ min: 0, max: IMAGES.length - 1 }),
  gapMs: fc.integer({ min: 1, max: 4000 }),
  deeds: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
  sysmon: fc.boolean(),
  security: fc.boolean(),
  zoneHours: fc.constantFrom(0, 0, 0, -4, 5.5),
  pidReuse: fc.boolean(),
  ends: fc.boolean(),
  host: fc.integer({ min: 0, max: HOSTS.length - 1 }),
});

/** @returns a world whose events lie in the order of time */
export const story: fc.Arbitrary<Told> = fc
  .array(step, { minLength: 1, maxLength: 14 })
  .map((steps) => ({ events: tell(steps) }));

function tell(steps: readonly Step[]): Event[] {
  const events: Event[] = [];
  const actors: Actor[] = [];
  let atMs = 1000;
  for (const [index, each] of steps.entries()) {
    atMs += each.gapMs;
    const host = { host: HOSTS[each.host]! };
    // A pid is reused only after its first run is known to have ended; otherwise no one could tell the two apart.
    const pid = each.pidReuse && each.ends ? 500 : 10_000 + index;
    const self = actor(`p${index}`, atMs, { image: IMAGES[each.image]!, pid });
    const parent = each.parent === -2 ? undefined : each.parent === -1 ? EXPLORER : (actors[each.parent] ?? EXPLORER);
    if (each.sysmon) events.push(create(self, parent, {}, host));
    if (each.security)
      events.push(create4688(self, parent, {}, { ...host, atMs: atMs + each.zoneHours * 3_600_000 + 300 }));
    for (const [turn, deed] of each.deeds.entries()) {
      const when = atMs + 20 + turn * 10;
      if (deed < DEEDS.length) events.push(act(DEEDS[deed]!, self, when, { Turn: turn }, host));
      else
        events.push(
          event(undefined, when, { ProcessId: pid, Turn: turn }, { ...host, eventId: 4663, sensor: 'security' }),
        );
    }
    if (each.ends) {
      atMs += 5000;
      events.push(end(each.sysmon ? self : { ...self, guid: '' }, atMs, host));
      atMs += 5000;
    }
    actors.push(self);
  }
  return events;
}
