import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainRule } from '../../../test/support/rules.js';
import { createJsonDecoder } from '../../sources/json/json.js';
import { techniqueById } from '../attack/technique.js';
import { assert } from '../base/assert.js';
import type { Action } from '../event/action.js';
import type { Event } from '../event/event.js';
import { EventScope } from './event-scope.js';
import { compileExpression, type Expression } from './expression/index.js';
import { createRuleSet } from './matcher.js';
import { caseEvent } from './pack/cases-file.js';
import { loadPack } from './pack/pack.js';
import type { Rule } from './rule.js';

const rule = (id: string, about: Partial<Rule>): Rule => plainRule(id, { conditions: ['true'], ...about });

function event(text: Record<string, unknown>): Event {
  return caseEvent(text, 'test', 1);
}

/** Every condition of every rule, one after another, without any index: what the matcher must agree with. */
class PlainConditions {
  readonly #rules: readonly { readonly rule: Rule; readonly expressions: readonly Expression[] }[];
  readonly #scope = new EventScope();

  constructor(rules: readonly Rule[]) {
    const ordered = [...rules.filter(({ set }) => set === 'ioa'), ...rules.filter(({ set }) => set !== 'ioa')];
    this.#rules = ordered.map((each) => ({
      rule: each,
      expressions: each.conditions.map((condition) => {
        const compiled = compileExpression(condition);
        assert(compiled.ok, condition);
        return compiled.value;
      }),
    }));
  }

  match(one: Event): string[] {
    const { nowMs } = this.#scope.turnTo(one);
    // Without what the matcher's scope keeps from event to event.
    const scope = { nowMs, get: (name: string) => this.#scope.get(name) };
    return this.#rules
      .filter(({ rule: { actions, eventIds }, expressions }) => {
        if (actions.length > 0 && (one.action === undefined || !actions.includes(one.action))) return false;
        if (eventIds.length > 0 && !eventIds.includes(one.eventId)) return false;
        return expressions.some((expression) => expression.evaluate(scope) === true);
      })
      .map(({ rule: { id } }) => id);
  }
}

function plainMatch(rules: readonly Rule[], one: Event): string[] {
  return new PlainConditions(rules).match(one);
}

const ids = (rules: readonly Rule[]): string[] => rules.map(({ id }) => id);

describe('match', () => {
  test.each<{ name: string; rule: Partial<Rule>; event: Record<string, unknown>; matches: boolean }>([
    {
      name: 'a part of a text',
      rule: { conditions: ['"mimikatz" in commandline'] },
      event: { action: 'processcreate', CommandLine: 'x MimiKatz y' },
      matches: true,
    },
    {
      name: 'the end of a path',
      rule: { conditions: ['image =~ ".*cmd.exe$"'] },
      event: { action: 'processcreate', Image: 'C:\\CMD.exe' },
      matches: true,
    },
    {
      name: 'an exact text',
      rule: { conditions: ['user == "corp\\\\li"'] },
      event: { action: 'processcreate', User: 'CORP\\Li' },
      matches: true,
    },
    {
      name: 'an exact number in hexadecimal',
      rule: { conditions: ['grantedaccess == 0x1410'] },
      event: { action: 'processaccess', GrantedAccess: '0x1410' },
      matches: true,
    },
    {
      name: 'bits of a mask',
      rule: { conditions: ['grantedaccess & 0x10'] },
      event: { action: 'processaccess', GrantedAccess: '0x1410' },
      matches: true,
    },
    {
      name: 'a truth value',
      rule: { conditions: ['initiated and destinationport == 445'] },
      event: { action: 'networkconnect', Initiated: 'true', DestinationPort: '445' },
      matches: true,
    },
    {
      name: 'the second condition',
      rule: { conditions: ['image == "a"', 'image == "b"'] },
      event: { action: 'processcreate', Image: 'B' },
      matches: true,
    },
    {
      name: 'a condition without anything to look up',
      rule: { conditions: ['commandline.length > 3'] },
      event: { action: 'processcreate', CommandLine: 'abcd' },
      matches: true,
    },
    {
      name: 'a negation',
      rule: { conditions: ['not ("a" in image)'] },
      event: { action: 'processcreate', Image: 'b' },
      matches: true,
    },
    {
      name: 'a choice of fields',
      rule: { conditions: ['"a" in image or "a" in commandline'] },
      event: { action: 'processcreate', Image: 'b', CommandLine: 'a' },
      matches: true,
    },
    {
      name: 'another action',
      rule: { actions: ['imageload'], conditions: ['"a" in image'] },
      event: { action: 'processcreate', Image: 'a' },
      matches: false,
    },
    {
      name: 'an action in the condition',
      rule: { conditions: ['action == "imageload" and "a" in image'] },
      event: { action: 'imageload', Image: 'a' },
      matches: true,
    },
    {
      name: 'another action in the condition',
      rule: { conditions: ['action == "imageload" and "a" in image'] },
      event: { action: 'processcreate', Image: 'a' },
      matches: false,
    },
    {
      name: 'an event id',
      rule: { eventIds: [4104], conditions: ['"x" in scriptblocktext'] },
      event: { eventId: 4104, ScriptBlockText: 'X' },
      matches: true,
    },
    {
      name: 'another event id',
      rule: { eventIds: [4104], conditions: ['"x" in scriptblocktext'] },
      event: { eventId: 4103, ScriptBlockText: 'X' },
      matches: false,
    },
    {
      name: 'an event id in the condition',
      rule: { conditions: ['eventid in [1102, 104]'] },
      event: { eventId: 1102, channel: 'Security' },
      matches: true,
    },
    {
      name: 'the channel',
      rule: { conditions: ['channel == "security" and eventid == 1102'] },
      event: { eventId: 1102, channel: 'Security' },
      matches: true,
    },
    {
      name: 'a rule for every event',
      rule: { conditions: ['host == "host"'] },
      event: { eventId: 9999, channel: 'Other' },
      matches: true,
    },
    {
      name: 'a field that the table does not know',
      rule: { conditions: ['oddname == "x"'] },
      event: { eventId: 5, channel: 'Other', OddName: 'X' },
      matches: true,
    },
    {
      name: 'an error before the answer',
      rule: { conditions: ['missing == 1 or image == "a"'] },
      event: { action: 'processcreate', Image: 'a' },
      matches: false,
    },
    {
      name: 'an answer before the error',
      rule: { conditions: ['image == "a" or missing == 1'] },
      event: { action: 'processcreate', Image: 'a' },
      matches: true,
    },
  ])('$name', ({ rule: about, event: text, matches }) => {
    const one = rule('r', about);
    const set = createRuleSet([one], []);
    expect(ids(set.match(event(text)))).toEqual(matches ? ['r'] : []);
    expect(plainMatch([one], event(text))).toEqual(matches ? ['r'] : []);
  });

  test('gives ioa before technique, each in load order, each rule once', () => {
    const conditions = ['"a" in image', 'image == "a"', 'true'];
    const rules = [
      rule('t1', { set: 'technique', conditions }),
      rule('i1', { conditions }),
      rule('t2', { set: 'technique', conditions: ['true'] }),
      rule('i2', { conditions: ['"a" in commandline', '"a" in image'] }),
      rule('i3', { conditions: ['"b" in image'] }),
    ];
    const set = createRuleSet(rules, []);
    expect(ids(set.rules)).toEqual(['i1', 'i2', 'i3', 't1', 't2']);
    expect(ids(set.match(event({ action: 'processcreate', Image: 'a', CommandLine: 'a' })))).toEqual([
      'i1',
      'i2',
      't1',
      't2',
    ]);
  });

  test('a later rule of the same id takes the place of the earlier one', () => {
    const set = createRuleSet(
      [rule('a', { points: 1 }), rule('b', {}), rule('a', { points: 2, conditions: ['false'] })],
      [],
    );
    expect(set.rules.map(({ id, points }) => [id, points])).toEqual([
      ['a', 2],
      ['b', 10],
    ]);
    expect(ids(set.match(event({ action: 'processcreate' })))).toEqual(['b']);
  });

  test('times what is evaluated for an event and nothing else, and changes no answer and no count', () => {
    const rules = ['"a" in image', '"b" in image', 'image == "a" and missing == 1'].map((text, at) =>
      rule(`r${at}`, { conditions: [text] }),
    );
    const set = createRuleSet(rules, []);
    const one = event({ action: 'processcreate', Image: 'a' });
    const before = ids(set.match(one));
    const errors = set.errors();
    let nowMs = 0;
    const took = new Map<string, number>();
    set.timed(
      one,
      () => ++nowMs,
      ({ id }, ms) => took.set(id, ms),
    );
    expect(Object.fromEntries(took)).toEqual({ r0: 1, r2: 1 });
    expect(set.errors()).toEqual(errors);
    expect(ids(set.match(one))).toEqual(before);
  });

  test('no rules match nothing', () => {
    expect(createRuleSet([], []).match(event({ action: 'processcreate' }))).toEqual([]);
  });

  test('refuses a condition that does not compile: loading lets none through', () => {
    expect(() => createRuleSet([rule('r', { conditions: ['('] })], [])).toThrow('the conditions of rule r compile');
  });
});

describe('answers kept from event to event', () => {
  const create = (fields: Record<string, unknown>): Event => ({
    ...event({ action: 'processcreate', ...fields }),
    timeMs: Date.UTC(2026, 0),
    timeSource: 'utc',
  });

  test.each([
    ['image == "a.exe" and "x" in commandline', [true, false, true]],
    ['not (image == "a.exe") or "x" in commandline', [true, false, true]],
    ['image =~ "(.).exe" and $re_groups[0] == "a" and "x" in commandline', [true, false, true]],
    ['(image == "a.exe" and $now > d"2026-06-01") or commandline == "never"', [false, false, true]],
    ['[part for part in [image] if part == "a.exe"].length == 1 and "x" in commandline', [true, false, true]],
  ])('%s', (condition, answers) => {
    const rules = createRuleSet([rule('one', { conditions: [condition] })], []);
    const events = [
      create({ Image: 'A.exe', CommandLine: 'x' }),
      create({ Image: 'A.exe', CommandLine: 'y' }),
      { ...create({ Image: 'A.exe', CommandLine: 'x' }), timeMs: Date.UTC(2026, 11) },
    ];
    for (const _ of [1, 2]) expect(events.map((each) => rules.match(each).length === 1)).toEqual(answers);
  });

  test('are each rule set’s own, though their rules are the same objects', () => {
    const shared = [1, 2].map((at) => rule(`r${at}`, { conditions: [`image == "${at}.exe" and user == "li"`] }));
    const sets = [createRuleSet(shared, []), createRuleSet([...shared].reverse(), [])];
    const events = [1, 2].map((at) => create({ Image: `${at}.exe`, User: 'li' }));
    for (const set of [...sets, ...sets]) {
      for (const [at, each] of events.entries()) expect(ids(set.match(each))).toEqual([`r${at + 1}`]);
    }
  });
});

describe('errors', () => {
  test('are counted on their rule and disturb no other', () => {
    const set = createRuleSet(
      [rule('bad', { conditions: ['image > 1'] }), rule('good', { conditions: ['"a" in image'] })],
      [],
    );
    for (let round = 0; round < 3; round++) {
      expect(ids(set.match(event({ action: 'processcreate', Image: 'a' })))).toEqual(['good']);
    }
    expect(set.errors()).toMatchObject([{ rule: 'bad', count: 3 }]);
    expect(set.errors()[0]!.lastMessage).not.toBe('');
  });

  test('are none where a condition is not asked', () => {
    const set = createRuleSet([rule('r', { actions: ['imageload'], conditions: ['missing == 1'] })], []);
    set.match(event({ action: 'processcreate' }));
    expect(set.errors()).toEqual([]);
  });
});

describe('explain', () => {
  const one = rule('r', {
    conditions: ['"nothing" in image', '"lsass" in targetimage and grantedaccess & 0x10'],
  });
  const set = createRuleSet([one], []);

  test('shows the values of the condition that held, as the event has them', () => {
    const text = { action: 'processaccess', Image: 'x', TargetImage: 'C:\\LSASS.exe', GrantedAccess: '0x1410' };
    const shown = set.explain(one, event(text));
    expect(shown).toContainEqual({ field: 'TargetImage', value: 'C:\\LSASS.exe', start: 3, end: 8 });
    expect(set.explain(one, event({ action: 'processaccess', TargetImage: 'x' }))).toEqual([]);
  });

  test('knows nothing of a rule that is not in the set', () => {
    expect(set.explain(rule('other', {}), event({ action: 'processaccess' }))).toEqual([]);
  });
});

describe('version', () => {
  const base = rule('r', { conditions: ['"a" in image'] });
  const version = (...rules: Rule[]): string => createRuleSet(rules, []).version;

  test.each<{ name: string; change: Partial<Rule>; isNew: boolean }>([
    { name: 'a condition', change: { conditions: ['"b" in image'] }, isNew: true },
    { name: 'points', change: { points: 11 }, isNew: true },
    { name: 'the set', change: { set: 'technique' }, isNew: true },
    { name: 'techniques', change: { techniques: ['T1059'] }, isNew: true },
    { name: 'actions', change: { actions: ['imageload'] }, isNew: true },
    { name: 'event ids', change: { eventIds: [1] }, isNew: true },
    { name: 'the title', change: { title: { en: 'x', zh: 'x' } }, isNew: false },
    { name: 'the place', change: { file: 'y.yml', line: 9 }, isNew: false },
  ])('a change of $name: new $isNew', ({ change, isNew }) => {
    expect(version({ ...base, ...change }) !== version(base)).toBe(isNew);
  });

  test('order and profiles count', () => {
    const other = rule('s', {});
    expect(version(base, other)).not.toBe(version(other, base));
    const profile = { ...base, techniques: ['T1059'], atLeast: 1 };
    expect(createRuleSet([base], [profile]).version).not.toBe(version(base));
    expect(version(base)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the index', () => {
  const field = fc.constantFrom('image', 'commandline', 'grantedaccess', 'payload', 'oddname', 'missing');
  const word = fc.constantFrom('a', 'b', 'ab', 'ba', 'cmd', '16', '中');
  const action = fc.constantFrom<Action>('processcreate', 'processaccess', 'imageload');
  const leaf = fc.oneof(
    fc.tuple(word, field).map(([text, name]) => `"${text}" in ${name}`),
    fc
      .tuple(field, fc.constantFrom('==', '!=', '=~', '=~~', '!~'), word)
      .map(([name, operator, text]) => `${name} ${operator} "${text}"`),
    fc.tuple(field, word).map(([name, text]) => `${name} =~ ".*${text}$"`),
    fc
      .tuple(field, fc.array(word, { minLength: 1, maxLength: 3 }))
      .map(([name, texts]) => `${name} =~~ "(${texts.join('|')})"`),
    fc
      .tuple(field, fc.array(word, { minLength: 1, maxLength: 3 }))
      .map(([name, texts]) => `${name} in [${texts.map((text) => `"${text}"`).join(', ')}]`),
    fc.constantFrom(
      'grantedaccess == 16',
      'grantedaccess & 16',
      'grantedaccess in [16, 0x20]',
      'eventid == 1',
      'eventid in [10, 4104]',
      'image.length > 1',
      'true',
    ),
    action.map((name) => `action == "${name}"`),
    fc.constantFrom('action =~ "process"', 'action != "imageload"', 'action =~ ".*load"'),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc
        .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
        .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
      tie('condition').map((inner) => `not (${inner})`),
      fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
    ),
  }));
  const anyRule = fc.record({
    set: fc.constantFrom('ioa' as const, 'technique' as const),
    actions: fc.uniqueArray(action, { maxLength: 2 }),
    eventIds: fc.uniqueArray(fc.constantFrom(1, 10, 4104), { maxLength: 1 }),
    conditions: fc.array(condition, { minLength: 1, maxLength: 3 }),
  });
  const value = fc.oneof(
    word,
    fc.tuple(word, word, word).map((words) => words.join('').toUpperCase()),
    fc.constantFrom(16, '0x10', 32, null, true, 'x'.repeat(300) + 'CMD', ['a', 'b']),
  );
  const anyEvent = fc.record(
    {
      Image: value,
      CommandLine: value,
      GrantedAccess: value,
      Payload: value,
      OddName: value,
      action,
      eventId: fc.constantFrom(1, 10, 4104, 5),
    },
    { requiredKeys: [] },
  );

  test('gives what every condition evaluated one by one gives', () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { minLength: 1, maxLength: 8 }),
        fc.array(anyEvent, { minLength: 1, maxLength: 16 }),
        (abouts, texts) => {
          const rules = abouts.map((about, index) => rule(`r${index}`, about));
          const compiles = rules.every(({ conditions }) => conditions.every((text) => compileExpression(text).ok));
          fc.pre(compiles);
          const set = createRuleSet(rules, []);
          const plain = new PlainConditions(rules);
          for (const text of texts) {
            const one = event(text);
            expect(ids(set.match(one))).toEqual(plain.match(one));
            expect(ids(set.match(one))).toEqual(plain.match(one));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the bundled pack over recorded events', () => {
  const folder = new URL('../../../../shared/data/otrf/', import.meta.url);

  test('matches what its conditions match one by one', () => {
    if (!existsSync(folder)) {
      console.warn('SKIPPED: ../shared/data/otrf is not here, so the matcher was not compared on recorded events.');
      return;
    }
    const packFolder = new URL('../../../rules/chainsight/', import.meta.url);
    const files = readdirSync(packFolder).map((path) => ({
      path,
      text: readFileSync(new URL(path, packFolder), 'utf8'),
    }));
    const { rules } = loadPack(files, { technique: techniqueById });
    const conditions = new PlainConditions(rules);
    const set = createRuleSet(rules, []);
    let compared = 0;
    let hits = 0;
    for (const one of recordedEvents(folder)) {
      const found = ids(set.match(one));
      expect(found).toEqual(conditions.match(one));
      for (const hit of set.match(one)) {
        hits++;
        for (const { value, start, end } of set.explain(hit, one)) {
          expect(start === undefined || (start <= end! && end! <= value.length)).toBe(true);
        }
      }
      compared++;
    }
    expect(compared).toBeGreaterThan(2_000);
    expect(hits).toBeGreaterThan(20);
  });

  /** Of the smaller recordings every eighth line; the order of the directory does not matter, since each event is judged alone. */
  function* recordedEvents(from: URL): Iterable<Event> {
    const names = readdirSync(from).filter(
      (name) => name.endsWith('.gz') && statSync(new URL(name, from)).size < 250_000,
    );
    for (const name of names) {
      const lines = gunzipSync(readFileSync(new URL(name, from)), { finishFlush: constants.Z_SYNC_FLUSH })
        .toString('utf8')
        .split('\n');
      const found: Event[] = [];
      const decoder = createJsonDecoder({ event: (one) => void found.push(one), skip: () => undefined });
      decoder.push(Buffer.from(lines.filter((_, line) => line % 8 === 0).join('\n')));
      decoder.end();
      yield* found;
    }
  }
});
