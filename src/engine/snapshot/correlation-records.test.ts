/** What stands by correlations that are in force no more, which random worlds seldom put to the test. */

import { expect, test } from 'vitest';
import { correlation, loaded, sigmaRule } from '../../../test/support/correlations.js';
import { HostTable } from '../process/host-table.js';
import { Process } from '../process/process.js';
import { correlationPlan } from '../rule/sigma/correlation/correlation-plan.js';
import { Group } from '../rule/sigma/correlation/group.js';
import type { Occurrence } from '../rule/sigma/correlation/occurrence.js';
import { Standing } from '../rule/sigma/correlation/standing.js';
import type { Rule } from '../rule/rule.js';
import { readStanding, writeStanding } from './correlation-records.js';
import { RecordReader } from './record-reader.js';
import { RecordWriter } from './record-writer.js';
import { StateReader, StateWriter } from './state-records.js';

const BASE = loaded(sigmaRule('a'));
const RULE: Rule = loaded(correlation({ id: 'c', type: 'event_count', rules: ['a'], timespanMs: 1000 }), { points: 7 });
const [PLANNED] = correlationPlan([BASE, RULE]).correlations;

const host = new HostTable('ws1', 'ws1', {
  processAdded: () => undefined,
  processAbsorbed: () => undefined,
  processDivided: () => undefined,
  processWithdrawn: () => undefined,
  timelineChanged: () => undefined,
  referenceMoved: () => undefined,
});

function occurrence(process: Process, timeMs: number): Occurrence {
  const at = { id: String(timeMs).padStart(16, '0'), timeMs, action: undefined, file: undefined, line: 0 };
  const group = new Group(PLANNED!, 'k', ['ws1'], {});
  const sighting = { at, hostKey: 'ws1', process, kept: [], occurrences: [] };
  return { sighting, group, value: '', amount: 0, sources: [{ step: 0, inner: undefined }], holds: true };
}

function standing(): { standing: Standing; said: unknown[] } {
  const said: unknown[] = [];
  return {
    said,
    standing: new Standing({
      derive: (_process, rule, _timeMs, finding) => said.push([rule.id, rule.points, finding?.event.timeMs]),
      count: () => undefined,
    }),
  };
}

test.each([
  { name: 'in force no more, comes back when what outdid it is taken back', isSettled: false, last: 10 },
  { name: 'forgotten for want of room, does not', isSettled: true, last: undefined },
])('an event of a correlation that is $name', ({ isSettled, last }) => {
  const process = new Process('0'.repeat(32), host, '', 9, 0);
  const before = standing();
  const old = occurrence(process, 10);
  before.standing.began(old);
  if (isSettled) before.standing.settled(old);

  const records = new RecordWriter();
  const state = new StateWriter(records, []);
  state.addHost(host);
  state.define(process);
  // Neither the rule nor the event is known any more.
  expect([...writeStanding(state, before.standing, [], new Map())]).toEqual([]);

  const reader = new RecordReader();
  reader.give(records.take());
  const read = new StateReader(reader, []);
  read.hosts.push(host);
  const back = read.define(host);
  const after = standing();
  expect(readStanding(read, after.standing, [], []).next().done).toBe(true);

  for (const [one, its] of [
    [before, process],
    [after, back],
  ] as const) {
    const earlier = occurrence(its, 5);
    one.said.length = 0;
    one.standing.began(earlier);
    one.standing.ceased(earlier);
    expect(one.said).toEqual([
      ['c', 7, 5],
      ['c', 7, last],
    ]);
  }
});
