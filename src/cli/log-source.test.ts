/** The policy that commands judge a log by: the log's own, or what the options name, and never silently none. */

import { expect, test } from 'vitest';
import type { StoredRecord } from '../app/ports.js';
import type { ReadableLog } from '../app/replay/joined-log.js';
import { lastPolicy, policyInstead } from './log-source.js';

function logOf(...records: readonly StoredRecord['record'][]): ReadableLog {
  return {
    lastPosition: records.length,
    cut: undefined,
    damage: [],
    async *read() {
      yield records.map((record, at) => ({ position: at + 1, record }));
    },
    readAt: () => Promise.resolve(new Map()),
  };
}

const event = { kind: 'event', raw: Buffer.from('{}'), receivedMs: 1, eventMs: 1, sensor: 's' } as const;
const rules = { kind: 'policy', receivedMs: 1, change: { kind: 'rules', version: 'v', packs: [] } } as const;

test('a log that tells its rules, and one that is empty', async () => {
  expect((await lastPolicy(logOf(rules, event))).policy.rules.rules).toEqual([]);
  expect((await lastPolicy(logOf())).policy.rules.rules).toEqual([]);
});

test('rules that are lost are asked for; other lists do not stand for them', async () => {
  const damaged = logOf(event);
  await expect(lastPolicy(damaged)).rejects.toMatchObject({ code: 'RULES_LOST' });
  await expect(policyInstead(damaged, { policy: 'stricter.yml' })).rejects.toMatchObject({ code: 'RULES_LOST' });
  expect(await policyInstead(damaged, { bundled: false })).toMatchObject({ diagnostics: [] });
});

test('no option, no other policy', async () => {
  expect(await policyInstead(logOf(rules, event), {})).toBeUndefined();
});
