import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HostTable } from '../process/host-table.js';
import { Chain } from '../chain/chain.js';
import { isProfileReached, techniquesMet, countsFor } from '../rule/profile-match.js';
import type { Profile } from '../rule/rule.js';
import type { Evidence } from './evidence.js';
import { reachedProfiles } from './profiles.js';

const TITLE = { en: 'x', zh: 'x' };
const technique = fc.constantFrom('T1', 'T1.001', 'T1.002', 'T2', 'T3', 'T3.001', 'T4');
const nothing = (): void => undefined;
const host = new HostTable('ws1', 'ws1', {
  processAdded: nothing,
  processAbsorbed: nothing,
  processDivided: nothing,
  processWithdrawn: nothing,
  timelineChanged: nothing,
  referenceMoved: nothing,
});

function profileOf(asked: readonly string[], atLeast: number, at: number): Profile {
  return { id: `p${at}`, title: TITLE, points: 1, techniques: asked, atLeast } as unknown as Profile;
}

function evidenceOf(shown: string, timeMs: number): Evidence {
  return {
    kind: 'technique',
    key: `technique:${shown}`,
    title: TITLE,
    points: 1,
    techniques: [shown],
    rule: 'r',
    rulesVersion: 'v',
    policy: 1,
    event: { id: String(timeMs), timeMs, action: undefined, file: undefined, line: 0 },
    matched: [],
  };
}

test('a chain reaches the profiles that its techniques reach, by the event that completes the number', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.array(technique, { maxLength: 5 }), fc.integer({ min: 1, max: 4 })), { maxLength: 4 }),
      fc.uniqueArray(technique, { maxLength: 6 }),
      fc.boolean(),
      (asked, shown, firstOnly) => {
        const profiles = asked.map(([techniques, atLeast], at) => profileOf(techniques, atLeast, at));
        const chain = new Chain(host.hostEvents);
        for (const [at, each] of shown.entries())
          chain.offer({ evidence: evidenceOf(each, at + 1), process: host.hostEvents, exception: undefined });
        const reached = reachedProfiles(profiles, chain, firstOnly);
        const expected = profiles.filter((profile) => isProfileReached(profile, shown));
        expect(reached.map(({ profile }) => profile)).toEqual(firstOnly ? expected.slice(0, 1) : expected);
        for (const { profile, techniques, deciding } of reached) {
          expect(techniques).toEqual(techniquesMet(profile, new Set(shown.flatMap(countsFor))));
          const before = shown.slice(0, deciding.evidence.event.timeMs - 1);
          expect(isProfileReached(profile, before)).toBe(false);
          expect(isProfileReached(profile, shown.slice(0, deciding.evidence.event.timeMs))).toBe(true);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
