/** Recorded attacks in another order: files shuffled, lines moved by up to five minutes, hosts interleaved. The report stays, byte for byte. */

import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ReportThreat } from '../../src/app/report/report.js';
import { scan, type ScanInput } from '../../src/app/scan/scan.js';
import { Random } from '../../src/app/simulate/random.js';
import { simulate } from '../../src/app/simulate/simulate.js';
import { inProcessPlugins } from '../../src/cli/judges.js';
import { policyFromOptions } from '../../src/cli/policy-options.js';
import type { Event } from '../../src/engine/event/event.js';
import { createDecoder } from '../../src/sources/index.js';
import { firstDifference } from '../support/difference.js';
import { withReportChecked } from '../support/ledger.js';
import { recordings } from '../support/recordings.js';

const otrf = recordings('otrf');
const { policy } = await policyFromOptions({ rules: [], bundled: true });
const FIVE_MINUTES_MS = 5 * 60_000;
/** Small recordings of several hosts and several shippers, so that many orders can be tried. */
const RECORDINGS = readdirSync(otrf ?? '.').filter((name) =>
  /^(?:empire_(?:shell_reg|schtasks|launcher)|covenant_installutil|cmd_service|psh_lsass)/.test(name),
);

function eventsOf(name: string, text: Buffer): Event[] {
  const events: Event[] = [];
  const decoder = createDecoder(
    'json',
    { event: (event) => void events.push(event), skip: () => undefined },
    { file: name },
  );
  decoder.push(text);
  decoder.end();
  return events;
}

/** Each event takes a place up to five minutes from its own. */
function shaken(events: readonly Event[], random: Random): Event[] {
  return events
    .map((event) => ({ event, key: event.timeMs + (random.unit() - 0.5) * FIVE_MINUTES_MS * 2 }))
    .sort((one, other) => one.key - other.key)
    .map(({ event }) => event);
}

function input(events: readonly Event[]): ScanInput {
  return {
    name: '',
    async decode(sink) {
      for (const event of events) sink.event(event, undefined);
    },
  };
}

async function outcome(inputs: readonly ScanInput[]): Promise<string> {
  const { report } = await scan(inputs, {
    policy,
    diagnostics: [],
    plugins: inProcessPlugins(),
    keepHits: false,
    nowMs: () => 0,
  });
  const { summary, threats } = withReportChecked(report);
  return JSON.stringify({ ...summary, files: 0, threats }, undefined, 1);
}

function threatsIn(text: string): readonly ReportThreat[] {
  return (JSON.parse(text) as { threats: readonly ReportThreat[] }).threats;
}

function byScore(one: ReportThreat, other: ReportThreat): number {
  return other.score - one.score || (one.id < other.id ? -1 : 1);
}

test.skipIf(otrf === undefined)(
  'recorded attacks: files shuffled and events moved by up to five minutes',
  { timeout: 300_000 },
  async () => {
    const files = RECORDINGS.map((name) => eventsOf(name, gunzipSync(readFileSync(`${otrf!}/${name}`))));
    expect(files.length).toBeGreaterThan(4);
    // A copy that somebody forgot beside its original: which of the two evidence names must not hang on the order either.
    files.push(eventsOf(`copy of ${RECORDINGS[0]!}`, gunzipSync(readFileSync(`${otrf!}/${RECORDINGS[0]!}`))));
    const expected = await outcome(files.map(input));
    expect(JSON.parse(expected).threats.length).toBeGreaterThan(3);
    for (let seed = 1; seed <= 8; seed++) {
      const random = new Random(`order ${seed}`);
      const moved = files.map((events) => shaken(events, random)).sort(() => random.unit() - 0.5);
      expect(firstDifference(await outcome(moved.map(input)), expected), `seed ${seed}`).toBe('');
    }
  },
);

test('simulated hosts: interleaved in any way', { timeout: 120_000 }, async () => {
  const { lines } = simulate({
    hosts: 4,
    hours: 2,
    seed: '5',
    attacks: ['phishing-macro', 'service-exec', 'beacon'],
    noise: 0.3,
  });
  const events = eventsOf('simulated', Buffer.from([...lines].join('\n')));
  const expected = await outcome([input(events)]);
  const byHost = [...new Set(events.map((event) => event.host))].map((host) =>
    events.filter((event) => event.host === host),
  );
  expect(firstDifference(await outcome(byHost.map(input)), expected)).toBe('');
  // Hosts have nothing to do with each other: together they are what each is alone.
  const alone: ReportThreat[] = [];
  for (const events of byHost) alone.push(...threatsIn(await outcome([input(events)])));
  expect(new Set(alone.map(({ host }) => host)).size).toBeGreaterThan(1);
  expect(alone.sort(byScore)).toEqual(threatsIn(expected));
  for (let seed = 1; seed <= 8; seed++) {
    const random = new Random(`hosts ${seed}`);
    expect(firstDifference(await outcome([input(shaken(events, random))]), expected), `seed ${seed}`).toBe('');
  }
});
