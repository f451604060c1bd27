/** Rules that change while events flow: none is lost, each is judged by the rules that held at its place in the log, and its evidence says which these were. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  attack,
  guid,
  incoming,
  openLive,
  PLAIN_RULES,
  plainPack,
  sysmon,
  type Live,
  type LiveOptions,
} from '../../../test/support/live-kit.js';
import type { PackSource } from '../policy/compile-packs.js';

let folder: string;
let live: Live;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-reload-'));
});
afterEach(async () => {
  await live.close();
  await rm(folder, { recursive: true, force: true });
});

const ROUNDS = 12;
const EVENTS_A_ROUND = 25;
const SENDERS = 3;

test('reloading while three senders send loses nothing, and every hit names the rules of its place', async () => {
  let version = 0;
  // Points tell the version that gave them: 200 + version.
  const packs = (): PackSource[] => [plainPack({ id: 'evil', image: 'evil.exe', points: 200 + version })];
  live = await openLive(folder, { parts: { readPacks: () => Promise.resolve(packs()) } });
  await live.service.start();
  const versions = new Map<string, number>([[live.service.currentPolicy.rules.version, 200]]);
  let isSending = true;
  const reloading = (async () => {
    while (isSending) {
      version++;
      const inForce = await live.service.policy.reloadRules();
      versions.set(inForce.version, 200 + version);
    }
  })();
  const send = async (sender: number): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      const first = (sender * ROUNDS + round) * EVENTS_A_ROUND + 1;
      const records = Array.from({ length: EVENTS_A_ROUND }, (_, at) =>
        sysmon({ number: first + at, host: `ws${sender}`, guid: guid(first + at), image: 'evil.exe' }),
      );
      const answer = await live.service.intake.take(incoming(...records), 's');
      expect(answer).toEqual({ kind: 'taken', duplicates: 0 });
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
  isSending = false;
  await reloading;
  await live.service.intake.settled();

  const sent = SENDERS * ROUNDS * EVENTS_A_ROUND;
  const threats = live.service.threats();
  expect(live.state.queries.eventCounts().events).toBe(sent);
  expect(threats).toHaveLength(sent);
  const seen = new Set<string>();
  for (const { evidence } of threats) {
    for (const { rulesVersion, points } of evidence) {
      seen.add(rulesVersion!);
      expect(points).toBe(versions.get(rulesVersion!));
    }
  }
  expect(seen.size).toBeGreaterThan(2);

  await live.close();
  live = await openLive(folder, { parts: { readPacks: () => Promise.resolve(packs()) } });
  await live.service.start();
  expect(live.service.threats()).toEqual(threats);
});

test('reloaded rules hold for what comes; an empty set is only reported', async () => {
  let packs: PackSource[] = [plainPack(...PLAIN_RULES)];
  const options: LiveOptions = { parts: { readPacks: () => Promise.resolve(packs) } };
  live = await openLive(folder, options);
  await live.service.start();
  await live.service.intake.take(incoming(...attack('ws1', 1)), 's');
  packs = [plainPack({ id: 'evil', image: 'evil.exe', points: 500 })];
  const inForce = await live.service.policy.reloadRules();
  expect(inForce.rules.map(({ id }) => id)).toEqual(['evil']);
  await live.service.intake.take(incoming(...attack('ws2', 11)), 's');
  await live.service.intake.settled();
  const before = live.service.threats();
  expect(before.map(({ host, score }) => [host, score])).toEqual([
    ['ws2', 500],
    ['ws1', 360],
  ]);
  packs = [];
  expect((await live.service.policy.reloadRules()).rules).toHaveLength(1);
  expect(await live.service.policy.reloadRules()).toEqual(await live.service.policy.reloadRules());
  packs = [plainPack({ id: 'evil', image: 'evil.exe', points: 500 })];
  await live.close();
  live = await openLive(folder, options);
  await live.service.start();
  expect(live.service.threats()).toEqual(before);
});
