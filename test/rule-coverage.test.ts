/** The coverage analysis on recorded attacks: a rule that matches one of the events is never said to be unable to. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { techniqueById } from '../src/engine/attack/technique.js';
import { createRuleSet, loadPack } from '../src/engine/rule/index.js';
import { CoverageReport } from '../src/engine/rule/sigma/rule-coverage/coverage.js';
import { createDecoder } from '../src/sources/index.js';
import { collect } from '../src/sources/testing/collect.js';
import { recordings } from './support/recordings.js';
import { readTarGz } from './support/tar.js';

const archive = recordings('sigma-rules.tar.gz');
const folder = recordings('otrf');
const SAMPLE_BYTES = 200_000;

describe.skipIf(archive === undefined || folder === undefined)('coverage on recorded attacks', () => {
  test('excludes no rule that matches', { timeout: 300_000 }, () => {
    const files = readTarGz(archive!).filter(({ path }) => /(?:^|\/)rules(?:-[a-z-]+)?\/.*\.yml$/.test(path));
    const rules = createRuleSet(loadPack(files, { technique: techniqueById, name: 'sigma' }).rules, []);
    const report = new CoverageReport(rules.rules);
    const matched = new Set<string>();
    const names = readdirSync(folder!).filter((each) => each.endsWith('.jsonl.gz'));
    for (const name of names.filter((_, index) => index % 4 === 0)) {
      const bytes = gunzipSync(readFileSync(join(folder!, name)), { finishFlush: constants.Z_SYNC_FLUSH });
      const end = bytes.length <= SAMPLE_BYTES ? bytes.length : bytes.indexOf('\n', SAMPLE_BYTES) + 1;
      const { events } = collect((sink) => createDecoder('json', sink, { file: name }), bytes.subarray(0, end), 65_536);
      for (const event of events) {
        report.add(event);
        for (const rule of rules.match(event)) matched.add(rule.id);
      }
    }
    const coverage = report.result();
    const wrong = coverage.rules.filter(({ rule, verdict }) => matched.has(rule.id) && verdict !== 'possible');
    expect(wrong.map(({ rule, reason }) => `${rule.id} ${reason?.message}`)).toEqual([]);
    expect(matched.size).toBeGreaterThan(10);
    // The recordings are of Windows alone: most other rules have to be told apart.
    const { verdicts } = coverage;
    expect(verdicts.unseen + verdicts.never).toBeGreaterThan(500);
    expect(verdicts.possible).toBeGreaterThan(matched.size);
  });
});
