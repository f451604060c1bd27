import { describe, expect, test } from 'vitest';
import { act, actor, create, event, EXPLORER } from '../../../../../test/support/events.js';
import { correlation, loaded, type CorrelationText } from '../../../../../test/support/correlations.js';
import type { Event } from '../../../event/event.js';
import type { Rule } from '../../rule.js';
import { readSigmaFile } from '../read/read-sigma-file.js';
import { coverageOf, type Coverage, type ReasonCode, type Verdict } from './coverage.js';
import { navigatorLayer } from './navigator-layer.js';

function sigma(text: string): Rule[] {
  const { documents, diagnostics } = readSigmaFile({ path: 'test.yml', text }, { placeholders: new Map() });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const filters = documents.filter((document) => document.kind === 'filter');
  return documents.flatMap((document) =>
    document.kind === 'filter' ? [] : [loaded(document, { level: document.level, sigma: { document, filters } })],
  );
}

/** A rule of one log source with this detection. */
const rule = (logSource: string, detection: string, more = ''): Rule[] =>
  sigma(`title: T
id: 11111111-1111-4111-8111-111111111111
level: high
${more}
logsource: { ${logSource} }
detection:
${detection.replaceAll(/^/gm, '  ')}
`);

const expression = (conditions: string[], about: Partial<Rule> = {}): Rule => ({
  ...loaded(correlation({ id: 'own', type: 'event_count', rules: [] })),
  id: 'own',
  set: 'ioa',
  sigma: undefined,
  level: undefined,
  conditions,
  ...about,
});

const word = actor('word', 10_000);
const CREATES = [create(word, EXPLORER, { OriginalFileName: 'Word' })];
const SERVICE: Event = event(
  undefined,
  1000,
  { ServiceName: 'x', ImagePath: 'C:\\x.exe' },
  { sensor: 'other', provider: 'Service Control Manager', eventId: 7045 },
);
const SYSTEM: Event = { ...SERVICE, channel: 'System' };

const only = (coverage: Coverage): { verdict: Verdict; code: ReasonCode | undefined; names: readonly string[] } => {
  const [first] = coverage.rules;
  return { verdict: first!.verdict, code: first!.reason?.code, names: first!.reason?.names ?? [] };
};

const PROCESS = 'product: windows, category: process_creation';

interface Case {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly events?: readonly Event[];
  readonly verdict: Verdict;
  readonly code?: ReasonCode;
  readonly names?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'without events nothing is excluded',
    rules: rule(PROCESS, "sel: { Image: 'x' }\ncondition: sel"),
    verdict: 'open',
  },
  {
    name: 'its events have its field',
    rules: rule(PROCESS, "sel: { Image: 'x' }\ncondition: sel"),
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'no event of its log source',
    rules: rule(PROCESS, "sel: { Image: 'x' }\ncondition: sel"),
    events: [SYSTEM],
    verdict: 'unseen',
    code: 'SOURCE_NEVER_SEEN',
  },
  { name: 'no event at all', rules: rule(PROCESS, "sel: { Image: 'x' }\ncondition: sel"), events: [], verdict: 'open' },
  {
    name: 'a service’s channel',
    rules: rule('product: windows, service: system', "sel: { EventID: 7045, ImagePath: 'x' }\ncondition: sel"),
    events: [SYSTEM],
    verdict: 'possible',
  },
  {
    name: 'another event id of the channel',
    rules: rule('product: windows, service: system', "sel: { EventID: 7036, ImagePath: 'x' }\ncondition: sel"),
    events: [SYSTEM],
    verdict: 'unseen',
    code: 'SOURCE_NEVER_SEEN',
  },
  {
    name: 'a product that no source gives',
    rules: rule('product: aws, service: cloudtrail', "sel: { eventName: 'x' }\ncondition: sel"),
    verdict: 'never',
    code: 'SOURCE_UNMAPPED',
  },
  {
    name: 'that product’s events after all',
    rules: rule('product: aws, service: cloudtrail', "sel: { eventName: 'x' }\ncondition: sel"),
    events: [event(undefined, 1, { eventName: 'y' }, { sensor: 'other', provider: 'cloudtrail' })].map((each) => ({
      ...each,
      channel: '',
    })),
    verdict: 'possible',
  },
  {
    name: 'category and service that exclude each other',
    rules: rule(
      'product: windows, category: ps_script, service: security',
      "sel: { ScriptBlockText: 'x' }\ncondition: sel",
    ),
    verdict: 'never',
    code: 'SOURCE_CONTRADICTORY',
  },
  {
    name: 'a field that no such event has',
    rules: rule(PROCESS, "sel: { GrandparentImage: 'x' }\ncondition: sel"),
    events: CREATES,
    verdict: 'unseen',
    code: 'FIELD_NEVER_PRESENT',
    names: ['GrandparentImage'],
  },
  {
    name: 'the field is another event’s',
    rules: rule(PROCESS, "sel: { ServiceName: 'x' }\ncondition: sel"),
    events: [...CREATES, SYSTEM],
    verdict: 'unseen',
    code: 'FIELD_NEVER_PRESENT',
    names: ['ServiceName'],
  },
  {
    name: 'letter case of the name does not matter',
    rules: rule(PROCESS, "sel: { originalfilename: 'x' }\ncondition: sel"),
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'one of two fields is enough',
    rules: rule(PROCESS, "a: { GrandparentImage: 'x' }\nb: { Image: 'x' }\ncondition: a or b"),
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'both fields are needed',
    rules: rule(PROCESS, "a: { GrandparentImage: 'x' }\nb: { Image: 'x' }\ncondition: a and b"),
    events: CREATES,
    verdict: 'unseen',
    code: 'FIELD_NEVER_PRESENT',
    names: ['GrandparentImage'],
  },
  {
    name: 'a field that must not hold may be missing',
    rules: rule(PROCESS, "a: { Image: 'x' }\nb: { GrandparentImage: 'x' }\ncondition: a and not b"),
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'null is fulfilled by a missing field',
    rules: rule(PROCESS, 'a: { GrandparentImage: null }\ncondition: a'),
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'not null is not',
    rules: rule(PROCESS, "a: { Image: 'x' }\nb: { GrandparentImage: null }\ncondition: a and not b"),
    events: CREATES,
    verdict: 'unseen',
    code: 'FIELD_NEVER_PRESENT',
    names: ['GrandparentImage'],
  },
  {
    name: 'exists: false is fulfilled by a missing field',
    rules: rule(PROCESS, 'a: { GrandparentImage|exists: false }\ncondition: a'),
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'neq is fulfilled by a missing field',
    rules: rule(PROCESS, "a: { GrandparentImage|neq: 'x' }\ncondition: a"),
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'fieldref needs both fields',
    rules: rule(PROCESS, 'a: { Image|fieldref: GrandparentImage }\ncondition: a'),
    events: CREATES,
    verdict: 'unseen',
    code: 'FIELD_NEVER_PRESENT',
    names: ['GrandparentImage'],
  },
  {
    name: 'keywords are sought in any event',
    rules: rule('product: windows', "keywords: ['x']\ncondition: keywords"),
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'several missing fields are named together',
    rules: rule(PROCESS, "a: { Aaa: 'x', Bbb: 'x' }\ncondition: a"),
    events: CREATES,
    verdict: 'unseen',
    code: 'FIELD_NEVER_PRESENT',
    names: ['Aaa', 'Bbb'],
  },
  {
    name: 'fields come from several events of a kind',
    rules: rule(PROCESS, "a: { OriginalFileName: 'x', Company: 'x' }\ncondition: a"),
    events: [...CREATES, create(actor('cmd', 20_000), word, { Company: 'c' })],
    verdict: 'possible',
  },
  {
    name: 'an expression of an action',
    rules: [expression(["'x' in commandline"], { actions: ['processcreate'] })],
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'an expression of another action',
    rules: [expression(["'x' in commandline"], { actions: ['imageload'] })],
    events: CREATES,
    verdict: 'unseen',
    code: 'SOURCE_NEVER_SEEN',
  },
  {
    name: 'an expression that asks for a field that is not there',
    rules: [expression(["'x' in servicename"], { actions: ['processcreate'] })],
    events: CREATES,
    verdict: 'unseen',
    code: 'FIELD_NEVER_PRESENT',
    names: ['servicename'],
  },
  {
    name: 'one of its conditions is enough',
    rules: [expression(["'x' in servicename", "'x' in image"], { actions: ['processcreate'] })],
    events: CREATES,
    verdict: 'possible',
  },
  {
    name: 'an expression that contradicts its rule’s list',
    rules: [expression(["action == 'imageload' and 'x' in image"], { actions: ['processcreate'] })],
    verdict: 'never',
    code: 'SOURCE_CONTRADICTORY',
  },
];

test.each(CASES)('$name', ({ rules, events, verdict, code, names }) => {
  expect(only(coverageOf(rules, events))).toEqual({ verdict, code, names: names ?? [] });
});

describe('correlations', () => {
  const base = (id: string, about: Partial<Rule>): Rule => ({ ...expression(["'x' in image"], about), id });
  const SEEN = base('seen', { actions: ['processcreate'] });
  const UNSEEN = base('unseen', { actions: ['imageload'] });
  const NEVER = { ...expression(["action == 'imageload'"], { actions: ['processcreate'] }), id: 'never' };

  test.each<{ name: string; of: Omit<CorrelationText, 'id'>; verdict: Verdict; code?: ReasonCode; names?: string[] }>([
    { name: 'all rules can match', of: { type: 'temporal', rules: ['seen'] }, verdict: 'possible' },
    {
      name: 'one of those it needs cannot',
      of: { type: 'temporal', rules: ['seen', 'unseen'] },
      verdict: 'unseen',
      code: 'REFERENCE_CANNOT_MATCH',
      names: ['unseen'],
    },
    {
      name: 'one of those it counts cannot',
      of: { type: 'event_count', rules: ['seen', 'unseen'], when: { gte: 2 } },
      verdict: 'possible',
    },
    {
      name: 'one can never',
      of: { type: 'temporal_ordered', rules: ['seen', 'never'] },
      verdict: 'never',
      code: 'REFERENCE_CANNOT_MATCH',
      names: ['never'],
    },
    {
      name: 'one is not there',
      of: { type: 'temporal', rules: ['seen', 'nobody'] },
      verdict: 'never',
      code: 'REFERENCE_MISSING',
      names: ['nobody'],
    },
    {
      name: 'it rests on itself',
      of: { type: 'event_count', rules: ['it'], when: { gte: 1 } },
      verdict: 'never',
      code: 'CORRELATION_CANNOT_HOLD',
    },
  ])('$name', ({ of, verdict, code, names }) => {
    const it = loaded(correlation({ ...of, id: 'it' }));
    const covered = coverageOf([it, SEEN, UNSEEN, NEVER], CREATES).rules[0]!;
    expect([covered.language, covered.verdict, covered.reason?.code, covered.reason?.names ?? []]).toEqual([
      'correlation',
      verdict,
      code,
      names ?? [],
    ]);
  });
});

describe('tables', () => {
  const rules = [
    ...rule(PROCESS, "sel: { Image: 'x', CommandLine: 'x' }\ncondition: sel", 'tags: [attack.t1059.001]'),
    ...rule(
      'product: windows, category: image_load',
      "sel: { Image: 'x' }\ncondition: sel",
      'tags: [attack.t1059]',
    ).map((each) => ({ ...each, id: 'second', level: 'low' as const })),
    expression(["'x' in commandline"], { actions: ['processcreate'], techniques: ['T1059.001'] }),
  ];

  test('techniques, log sources and fields, with levels and languages', () => {
    const coverage = coverageOf(rules, CREATES);
    expect(coverage.techniques.map(({ name, rules: count, possible }) => [name, count, possible])).toEqual([
      ['T1059', 1, 0],
      ['T1059.001', 2, 2],
    ]);
    expect(coverage.techniques[1]).toMatchObject({
      levels: { high: 1, none: 1 },
      languages: { sigma: 1, expression: 1, correlation: 0 },
    });
    expect(coverage.logSources.map(({ name }) => name)).toEqual([
      'action processcreate',
      'windows / image_load / -',
      'windows / process_creation / -',
    ]);
    expect(coverage.fields.map(({ name, rules: count }) => `${name} ${count}`)).toEqual(['commandline 2', 'image 2']);
    expect(coverage.verdicts).toEqual({ never: 0, unseen: 1, open: 0, possible: 2 });
    expect(coverage.data).toMatchObject({ events: 1, isPartial: false });
  });

  test('as a layer for the Navigator', () => {
    const layer = navigatorLayer(coverageOf(rules, CREATES), { name: 'Ours' });
    expect(layer).toMatchObject({
      name: 'Ours',
      versions: { attack: '18', layer: '4.5' },
      domain: 'enterprise-attack',
      sorting: 3,
      gradient: { minValue: 0, maxValue: 2 },
    });
    expect(layer.techniques).toEqual([
      {
        techniqueID: 'T1059',
        score: 1,
        comment: '1 rule',
        enabled: true,
        showSubtechniques: true,
        metadata: [{ name: 'low', value: '1' }],
      },
      {
        techniqueID: 'T1059.001',
        score: 2,
        comment: '2 rules',
        enabled: true,
        showSubtechniques: false,
        metadata: [{ name: 'high', value: '1' }],
      },
    ]);
    for (const color of layer.gradient.colors) expect(color).toMatch(/^#[0-9a-f]{8}$/);
  });

  test('a layer of what the data could satisfy leaves the rest out, but for parents', () => {
    const layer = navigatorLayer(coverageOf(rules, CREATES), { name: 'Ours', onlyPossible: true });
    expect(layer.techniques.map(({ techniqueID, score }) => [techniqueID, score])).toEqual([
      ['T1059', 0],
      ['T1059.001', 2],
    ]);
  });

  test('revoked techniques count for their successors, unknown ones for nothing', () => {
    const layer = navigatorLayer(
      coverageOf([expression(["'x' in image"], { techniques: ['T1002', 'T1560', 'T9999'] })]),
      { name: 'Ours' },
    );
    expect(layer.techniques.map(({ techniqueID, score }) => [techniqueID, score])).toEqual([['T1560', 1]]);
  });
});

test('kinds of events without end are not told apart, and then nothing is called unseen', () => {
  const flood = Array.from({ length: 6000 }, (_, index) => ({
    ...act('imageload', word, index, { Index: index }),
    channel: `Channel ${index}`,
    sensor: 'other' as const,
  }));
  const coverage = coverageOf(rule(PROCESS, "sel: { Image: 'x' }\ncondition: sel"), flood);
  expect(coverage.data?.isPartial).toBe(true);
  expect(coverage.rules[0]!.verdict).toBe('open');
});
