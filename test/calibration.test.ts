/** What the bundled pack finds, and what it leaves alone: recorded attacks, and an ordinary day. How it was calibrated: docs/reference/bundled-pack.md */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scan, type ScanInput, type ScanOptions } from '../src/app/scan/scan.js';
import { scanEach } from '../src/app/scan/scan-each.js';
import { simulate } from '../src/app/simulate/simulate.js';
import { inProcessPlugins } from '../src/cli/judges.js';
import { policyFromOptions } from '../src/cli/policy-options.js';
import { findInputs } from '../src/files/index.js';
import { createDecoder } from '../src/sources/index.js';
import { recordings } from './support/recordings.js';

const page = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const otrf = recordings('otrf');
const evtx = recordings('evtx');

async function options(): Promise<ScanOptions> {
  const { policy, diagnostics } = await policyFromOptions({ rules: [], bundled: true });
  return { policy, diagnostics, plugins: inProcessPlugins(), keepHits: false, nowMs: () => performance.now() };
}

function asInput(lines: Iterable<string>): ScanInput {
  return {
    name: 'simulated',
    async decode(sink) {
      const decoder = createDecoder('json', sink);
      for (const line of lines) decoder.push(Buffer.from(`${line}\n`));
      decoder.end();
    },
  };
}

test.skipIf(otrf === undefined)(
  'at least 60 % of the recorded attacks give a threat, at most a third of their chains are threats, and the pages say how many',
  { timeout: 300_000 },
  async () => {
    const { inputs } = await findInputs([otrf!]);
    const { files, summary } = await scanEach(inputs, await options());
    expect(files).toHaveLength(73);
    expect(
      summary.detectedShare,
      files
        .filter((file) => file.threats === 0)
        .map((file) => file.name)
        .join(' '),
    ).toBeGreaterThanOrEqual(0.6);
    expect(summary.threatShare).toBeLessThanOrEqual(1 / 3);
    const percent = (share: number): string => `${Math.round(share * 100)} %`;
    const { detected, withCreations, threats, chains } = summary;
    expect(page('README.md')).toContain(`| ${detected}; ${percent(summary.threatShare)} of the chains in them`);
    expect(page('docs/reference/bundled-pack.md')).toContain(
      `${detected} of ${withCreations} (${percent(summary.detectedShare)})`,
    );
    expect(page('docs/reference/bundled-pack.md')).toContain(
      `${threats} of ${chains.toLocaleString('en')} (${percent(summary.threatShare)})`,
    );
  },
);

test.skipIf(evtx === undefined)(
  'all event logs scan, and the records read are those that libevtx counts',
  { timeout: 300_000 },
  async () => {
    const { inputs } = await findInputs([evtx!]);
    const { report } = await scan(inputs, await options());
    const rows = readFileSync(`${evtx!}/evtx.tsv`, 'utf8').trim().split('\n').slice(1);
    const counted = rows.reduce((sum, row) => sum + Number(row.split('\t')[2]), 0);
    expect(report.summary.files).toBe(rows.length);
    expect(report.summary.events).toBe(counted);
    expect(report.summary.skipped).toEqual({});
  },
);

test.each(['1', '2'])(
  'an ordinary day on 20 hosts gives at most 2 threats (seed %s)',
  { timeout: 300_000 },
  async (seed) => {
    const { report } = await scan(
      [asInput(simulate({ hosts: 20, hours: 24, seed, attacks: [], noise: 1 }).lines)],
      await options(),
    );
    expect(report.summary.events).toBeGreaterThan(100_000);
    expect(report.threats.map((threat) => `${threat.score} ${threat.start.commandLine}`).slice(2)).toEqual([]);
  },
);

test('every simulated attack is a threat', { timeout: 300_000 }, async () => {
  const { truth, lines } = simulate({ hosts: 5, hours: 8, seed: '3', attacks: ['all'], noise: 0.5 });
  const { report } = await scan([asInput(lines)], await options());
  const found = new Set(report.threats.map((threat) => threat.start.guid.toLowerCase()));
  const names = new Set(truth.map((each) => each.attack));
  const missed = [...names].filter(
    (name) => !truth.some((each) => each.attack === name && found.has(each.startProcessGuid.toLowerCase())),
  );
  expect(missed).toEqual([]);
});
