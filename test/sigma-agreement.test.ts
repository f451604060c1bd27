/**
 * The matcher with every rule of the public collection says of recorded events what the plain evaluator says, rule by rule.
 * `CHAINSIGHT_SIGMA_EVENTS` sets of how many events in each recording; all 633,733 were compared when this was written, without a difference.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { techniqueById } from '../src/engine/attack/technique.js';
import type { Event } from '../src/engine/event/event.js';
import { createRuleSet, loadPack } from '../src/engine/rule/index.js';
import { plainRuleHits } from '../src/engine/rule/sigma/plain/plain-rule.js';
import { createJsonDecoder } from '../src/sources/json/json.js';
import { recordings } from './support/recordings.js';
import { readTarGz } from './support/tar.js';

const EVENTS = Number(process.env['CHAINSIGHT_SIGMA_EVENTS'] ?? 8);
/** Of one kind no more than this part: recordings are full of a few kinds. */
const OF_A_KIND = Math.max(1, Math.floor(EVENTS / 8));

const archive = recordings('sigma-rules.tar.gz');
const attacks = recordings('otrf');

/** Some recordings end before their gzip stream does; the content is whole. */
function eventsOf(path: string): Event[] {
  const text = gunzipSync(readFileSync(path), { finishFlush: constants.Z_SYNC_FLUSH });
  const taken: Event[] = [];
  const ofKind = new Map<string, number>();
  const decoder = createJsonDecoder({
    event(event) {
      const kind = `${event.channel} ${event.eventId}`;
      const count = ofKind.get(kind) ?? 0;
      ofKind.set(kind, count + 1);
      if (count < OF_A_KIND && taken.length < EVENTS) taken.push(event);
    },
    skip() {},
  });
  decoder.push(text);
  decoder.end();
  return taken;
}

describe.skipIf(archive === undefined || attacks === undefined)('all rules on recorded events', () => {
  test('the matcher agrees with the plain evaluator', { timeout: 3_600_000 }, () => {
    const files = readTarGz(archive!).filter(({ path }) => /(?:^|\/)rules(?:-[a-z-]+)?\/.*\.yml$/.test(path));
    const { rules } = loadPack(files, { technique: techniqueById, name: 'sigma', ruleProfiles: ['all'] });
    const set = createRuleSet(rules, []);
    let hits = 0;
    for (const name of readdirSync(attacks!).filter((file) => file.endsWith('.gz'))) {
      for (const event of eventsOf(`${attacks}/${name}`)) {
        const plain = rules.flatMap(({ id, sigma }) =>
          sigma?.document.kind === 'rule' && plainRuleHits(sigma.document, sigma.filters, event) ? [id] : [],
        );
        hits += plain.length;
        expect({ name, line: event.line, rules: set.match(event).map(({ id }) => id) }).toEqual({
          name,
          line: event.line,
          rules: plain,
        });
      }
    }
    expect(rules.length).toBeGreaterThan(3_000);
    expect(hits).toBeGreaterThan(EVENTS);
  });
});
