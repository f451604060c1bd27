/** The public collection of Sigma rules as a pack, and the records that its authors keep for it. */

import { describe, expect, test } from 'vitest';
import { readRegressionData } from '../src/cli/commands/rules/regression-cases.js';
import { runRegression } from '../src/cli/commands/rules/regression.js';
import { techniqueById } from '../src/engine/attack/technique.js';
import { loadPack, type Pack, type RuleProfile } from '../src/engine/rule/index.js';
import { recordings } from './support/recordings.js';
import { readTarGz } from './support/tar.js';

const archive = recordings('sigma-rules.tar.gz');
const regression = recordings('sigma-regression');

/** Rules that their authors have taken out of use lie beside the others. */
const ACTIVE = /(?:^|\/)rules(?:-[a-z-]+)?\/.*\.yml$/;

describe.skipIf(archive === undefined)('the public collection of Sigma rules', () => {
  const files = archive === undefined ? [] : readTarGz(archive).filter(({ path }) => ACTIVE.test(path));
  const load = (ruleProfiles?: readonly RuleProfile[]): Pack =>
    loadPack(files, { technique: techniqueById, name: 'sigma', ruleProfiles });

  test('loads as a pack without a manifest: every rule, or the reason why not', () => {
    const pack = load();
    expect(pack.ruleCount).toBe(files.length);
    const broken = new Set(pack.diagnostics.filter(({ severity }) => severity === 'error').map(({ file }) => file));
    expect(pack.rules.length + pack.leftOut.length + broken.size).toBe(files.length);
    expect(pack.diagnostics.every(({ file, line }) => file !== undefined && line !== undefined)).toBe(true);
    expect(new Set(pack.diagnostics.map(({ code }) => code))).not.toContain('PACK_MANIFEST_MISSING');
  });

  test('is parted by profiles', () => {
    const ids = (...profiles: RuleProfile[]): Set<string> => new Set(load(profiles).rules.map(({ id }) => id));
    const [core, plus, all] = [ids('core'), ids('core+'), ids('all')];
    expect(core.size).toBeGreaterThan(0);
    expect([...core].filter((id) => !plus.has(id))).toEqual([]);
    expect([...plus].filter((id) => !all.has(id))).toEqual([]);
    expect(plus.size).toBeGreaterThan(core.size);
    expect(ids('emerging-threats').size + ids('threat-hunting').size).toBeLessThan(all.size);
  });

  test.skipIf(regression === undefined)(
    'matches the records that were kept for it, as EVTX and as JSON',
    { timeout: 300_000 },
    async () => {
      const { cases, diagnostics } = readRegressionData([regression!]);
      expect(diagnostics).toEqual([]);
      expect(cases.length).toBeGreaterThanOrEqual(140);
      const report = await runRegression(cases, load().rules);
      expect(report.failed).toEqual([]);
      for (const form of ['evtx', 'json']) {
        expect(report.forms[form]!.passed).toBe(report.forms[form]!.files);
        expect(report.forms[form]!.files).toBeGreaterThanOrEqual(139);
      }
    },
  );
});
