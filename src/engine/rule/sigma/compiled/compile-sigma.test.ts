import { describe, expect, test } from 'vitest';
import { plainRule } from '../../../../../test/support/rules.js';
import { bareEvent } from '../../../../../test/support/sigma-trial.js';
import { ruleText, theRule } from '../../../../../test/support/sigma.js';
import type { Event } from '../../../event/event.js';
import { createRuleSet } from '../../matcher.js';
import type { Rule } from '../../rule.js';
import type { SigmaFilter, SigmaRule } from '../document.js';
import { explainSigma } from './compile-sigma.js';

const SYSMON = {
  provider: 'Microsoft-Windows-Sysmon',
  channel: 'Microsoft-Windows-Sysmon/Operational',
  sensor: 'sysmon',
} as const;

function create(fields: Record<string, unknown>): Event {
  return { ...bareEvent(fields), ...SYSMON, action: 'processcreate', eventId: 1 };
}

function ruleOf(document: SigmaRule, filters: readonly SigmaFilter[] = []): Rule {
  return plainRule(document.id, { set: 'sigma', level: 'high', sigma: { document, filters } });
}

const document = theRule(
  ruleText("sel:\n  Image|endswith: '\\cmd.exe'\n  CommandLine|contains: whoami\ncondition: sel"),
);
const { kind: _, ...about } = theRule(ruleText('sel:\n  User|startswith: CORP\ncondition: sel'));
const filter: SigmaFilter = { ...about, kind: 'filter', rules: 'any' };

describe('a Sigma rule in the matcher', () => {
  const hit = { Image: 'C:\\Windows\\CMD.EXE', CommandLine: 'cmd /c WhoAmI', User: 'corp\\li' };

  test('hits events of its log source only', () => {
    const set = createRuleSet([ruleOf(document)], []);
    expect(set.match(create(hit))).toHaveLength(1);
    expect(
      set.match({
        ...create(hit),
        sensor: 'security',
        provider: 'Microsoft-Windows-Security-Auditing',
        channel: 'Security',
        eventId: 4688,
      }),
    ).toHaveLength(1);
    expect(set.match({ ...create(hit), action: 'processterminal', eventId: 5 })).toHaveLength(0);
    expect(set.match({ ...create(hit), provider: 'Linux-Sysmon', channel: 'Linux-Sysmon/Operational' })).toHaveLength(
      0,
    );
    expect(set.match(create({ ...hit, CommandLine: 'x' }))).toHaveLength(0);
  });

  test('does not hit what a filter takes out', () => {
    const set = createRuleSet([ruleOf(document, [filter])], []);
    expect(set.match(create(hit))).toHaveLength(0);
    expect(set.match(create({ ...hit, User: 'other\\li' }))).toHaveLength(1);
    expect(set.match(create({ Image: hit.Image, CommandLine: hit.CommandLine }))).toHaveLength(1);
  });

  test('shows the values that made it hit, with their places', () => {
    const rule = ruleOf(document);
    expect(createRuleSet([rule], []).explain(rule, create(hit))).toEqual([
      { field: 'Image', value: 'C:\\Windows\\CMD.EXE', start: 10, end: 18 },
      { field: 'CommandLine', value: 'cmd /c WhoAmI', start: 7, end: 13 },
    ]);
    expect(createRuleSet([rule], []).explain(rule, create({}))).toEqual([]);
  });

  test('shows a part of a long value, and a keyword without a field', () => {
    const rule = ruleOf(theRule(ruleText('keys:\n  - needle\ncondition: keys')));
    const [matched] = createRuleSet([rule], []).explain(rule, create({ Payload: `${'x'.repeat(50_000)}Needle` }));
    expect(matched!.field).toBe('*');
    expect(matched!.value.length).toBeLessThan(5_000);
    expect(matched!.value.slice(matched!.start, matched!.end)).toBe('Needle');
  });

  test('is explained part by part, whatever its log source', () => {
    const explained = explainSigma(document, create({ ...hit, CommandLine: 'x' }));
    expect(explained.isTrue).toBe(false);
    expect(explained.parts.map(({ text, isTrue }) => [text, isTrue])).toEqual([
      ['Image', true],
      ['CommandLine', false],
    ]);
  });

  test('is filed anew when its witness turns out to be common, and still hits', () => {
    const rules = Array.from({ length: 20 }, (_value, index) =>
      ruleOf({
        ...theRule(
          ruleText(
            `sel:\n  Image|endswith: '\\odd${index % 2}.exe'\n  CommandLine|contains: rare${index}x\ncondition: sel`,
          ),
        ),
        id: `rule ${index}`,
      }),
    );
    const set = createRuleSet(rules, []);
    for (let count = 0; count < 5000; count++) {
      const index = count % 20;
      const rare = count % 7 === 0 ? `rare${index}x` : 'nothing';
      const hits = set.match(create({ Image: `c:\\odd${index % 2}.exe`, CommandLine: `${rare} ` }));
      expect(hits.map(({ id }) => id)).toEqual(count % 7 === 0 ? [`rule ${index}`] : []);
    }
  });
});
