import { describe, expect, test } from 'vitest';
import type { Action } from '../event/action.js';
import { conditionReach, isReached, isUnreachable } from './condition-reach.js';
import type { Requirement } from './index/requirement.js';

const says = (field: string, kind: Requirement['kind'], ...texts: string[]): Requirement => ({ field, kind, texts });

const condition = (
  requirements: readonly Requirement[],
): { fields: string[]; requirements: readonly Requirement[] } => ({
  fields: requirements.map(({ field }) => field),
  requirements,
});

describe('conditionReach', () => {
  test.each<{
    name: string;
    actions?: Action[];
    eventIds?: number[];
    says?: Requirement[];
    action: Action | undefined;
    eventId: number;
    reached: boolean;
  }>([
    { name: 'no limit', action: 'imageload', eventId: 7, reached: true },
    { name: 'no limit, no action', action: undefined, eventId: 4104, reached: true },
    { name: 'listed action', actions: ['imageload'], action: 'imageload', eventId: 7, reached: true },
    { name: 'another action', actions: ['imageload'], action: 'filecreate', eventId: 11, reached: false },
    { name: 'listed action, event without one', actions: ['imageload'], action: undefined, eventId: 7, reached: false },
    { name: 'listed id', eventIds: [4104], action: undefined, eventId: 4104, reached: true },
    { name: 'another id', eventIds: [4104], action: undefined, eventId: 4103, reached: false },
    {
      name: 'both must fit',
      actions: ['processcreate'],
      eventIds: [4688],
      action: 'processcreate',
      eventId: 1,
      reached: false,
    },
    {
      name: 'the condition names an action',
      says: [says('action', 'equals', 'pipecreate')],
      action: 'imageload',
      eventId: 7,
      reached: false,
    },
    {
      name: 'the condition describes actions',
      says: [says('action', 'prefix', 'registry')],
      action: 'registryadd',
      eventId: 12,
      reached: true,
    },
    {
      name: 'the condition describes actions by a part',
      says: [says('action', 'contains', 'create'), says('action', 'suffix', 'thread')],
      action: 'createremotethread',
      eventId: 8,
      reached: true,
    },
    {
      name: 'the condition names an id',
      says: [says('eventid', 'equals', '7045')],
      action: undefined,
      eventId: 7045,
      reached: true,
    },
    {
      name: 'the condition names another id',
      says: [says('eventid', 'equals', '7045')],
      action: undefined,
      eventId: 7036,
      reached: false,
    },
    { name: 'an empty action', says: [says('action', 'equals', '')], action: undefined, eventId: 1, reached: true },
  ])('$name', ({ actions = [], eventIds = [], says: requirements = [], action, eventId, reached }) => {
    const kind = { action, eventId, channel: '', system: 'windows' } as const;
    expect(isReached(conditionReach({ actions, eventIds }, condition(requirements)), kind)).toBe(reached);
  });

  test('leaves what is about the event itself', () => {
    const image = says('image', 'suffix', 'x.exe');
    expect(
      conditionReach({ actions: [], eventIds: [] }, condition([says('action', 'equals', 'imageload'), image])).clauses,
    ).toEqual([[image]]);
  });

  test('notices a rule and a condition that exclude each other', () => {
    expect(
      isUnreachable(
        conditionReach({ actions: ['imageload'], eventIds: [] }, condition([says('action', 'equals', 'pipecreate')])),
      ),
    ).toBe(true);
    expect(
      isUnreachable(conditionReach({ actions: [], eventIds: [1] }, condition([says('eventid', 'equals', '7')]))),
    ).toBe(true);
    expect(isUnreachable(conditionReach({ actions: ['imageload'], eventIds: [7] }, condition([])))).toBe(false);
  });
});
