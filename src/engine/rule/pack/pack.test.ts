import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { techniqueById } from '../../attack/technique.js';
import { formatDiagnostic } from '../../base/diagnostic.js';
import { RULE_CODES } from '../diagnostic-codes.js';
import { SIGMA_CODES } from '../sigma/sigma-codes.js';
import { loadPack, type Pack } from './pack.js';
import type { PackFile } from './pack-file.js';

const MANIFEST = "name: mine\nversion: '1.0.0'\ntitle: Mine\n";
const RULE = [
  'rules:',
  '  - id: one',
  '    title: One',
  '    set: ioa',
  '    points: 10',
  '    actions: [processcreate]',
  `    conditions: ['"a" in image']`,
  '',
].join('\n');

function load(files: Record<string, string>): Pack {
  const list: PackFile[] = Object.entries(files).map(([path, text]) => ({ path, text }));
  return loadPack(list, { technique: techniqueById, name: 'folder', withCases: true });
}

/** A pack with one good rule and, around or in place of it, what is to be tried. */
function withRules(text: string): Pack {
  return load({ 'pack.yml': MANIFEST, 'x.yml': text });
}

function rule(lines: readonly string[]): string {
  const defaults: Record<string, string> = {
    id: 'two',
    title: 'Two',
    set: 'ioa',
    points: '10',
    actions: '[processcreate]',
    conditions: `['"a" in image']`,
  };
  const given = new Set(lines.map((line) => line.split(':')[0]!));
  const rest = Object.entries(defaults)
    .filter(([key]) => !given.has(key))
    .map(([key, value]) => `${key}: ${value}`);
  return `${RULE}  - ${[...lines, ...rest].join('\n    ')}\n`;
}

const seenCodes = new Set<string>();

function lines(pack: Pack): string[] {
  for (const { code } of pack.diagnostics) seenCodes.add(code);
  return pack.diagnostics.map(formatDiagnostic);
}

describe('a good pack', () => {
  test('loads with everything in it', () => {
    const pack = load({
      'p/pack.yml':
        "name: mine\nversion: '1.2.3'\ntitle: {en: Mine, zh: 我的}\nauthor: me\nlicense: MIT\ndescription: {en: D, zh: 述}\n",
      'p/b.yml': [
        'rules:',
        '  - id: two',
        '    title: {en: Two, zh: 二}',
        '    description: {en: More, zh: 更多}',
        '    set: technique',
        '    points: 5',
        '    techniques: [T1059.001]',
        '    eventIds: [4104]',
        `    conditions: ['"a" in scriptblocktext', 'eventid == 4104 and "b" in scriptblocktext']`,
        '    references: [https://example.org]',
        '    falsePositives: [{en: Tests, zh: 测试}]',
        '    author: you',
        'profiles:',
        '  - {id: tool, title: {en: Tool, zh: 工具}, techniques: [T1059, T1003], atLeast: 2, points: 50}',
      ].join('\n'),
      'p/a.yml': RULE.replace('title: One', 'title: {en: One, zh: 一}'),
      'p/a.cases.yml': 'one: {match: [{name: yes, event: {action: processcreate, Image: A}}]}\n',
    });
    expect(lines(pack)).toEqual([]);
    expect(pack.manifest).toEqual({
      name: 'mine',
      version: '1.2.3',
      title: { en: 'Mine', zh: '我的' },
      description: { en: 'D', zh: '述' },
      author: 'me',
      license: 'MIT',
      file: 'p/pack.yml',
    });
    expect(pack.rules.map(({ id, line, file, author, pack: name }) => [id, file, line, author, name])).toEqual([
      ['one', 'p/a.yml', 2, 'me', 'mine'],
      ['two', 'p/b.yml', 2, 'you', 'mine'],
    ]);
    expect(pack.rules[1]).toMatchObject({
      falsePositives: [{ en: 'Tests', zh: '测试' }],
      set: 'technique',
      points: 5,
      techniques: ['T1059.001'],
      eventIds: [4104],
      actions: [],
    });
    expect(pack.profiles).toMatchObject([{ id: 'tool', atLeast: 2, points: 50, line: 14, pack: 'mine' }]);
    expect(pack.cases.map(({ id, cases }) => [id, cases.length])).toEqual([['one', 1]]);
    expect([pack.ruleCount, pack.profileCount]).toEqual([2, 1]);
  });

  test('does not depend on the order in which its files come', () => {
    const files = { 'x/b.yml': RULE.replace('one', 'b'), 'x/pack.yml': MANIFEST, 'x/a.yml': RULE.replace('one', 'a') };
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    expect(load(files)).toEqual(load(reversed));
    expect(load(files).rules.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('in one language has its texts in both', () => {
    expect(withRules(RULE).rules[0]!.title).toEqual({ en: 'One', zh: 'One' });
  });
});

describe('faults, each with its place', () => {
  test.each<{ name: string; text: string; said: string[] }>([
    {
      name: 'an unknown key',
      text: rule(['titel: x', 'title: x']),
      said: ['x.yml:8:5  PACK_KEY_UNKNOWN  "titel" is not a key that can stand here. (Did you mean "title"?)'],
    },
    {
      name: 'a missing key',
      text: 'rules:\n  - {id: two, title: x, set: ioa, points: 1}\n' + RULE.replace('rules:\n', ''),
      said: ['x.yml:2:5  PACK_KEY_MISSING  "conditions" is missing.'],
    },
    {
      name: 'a text where a list belongs',
      text: rule(['conditions: image == "a"']),
      said: ['x.yml:8:17  PACK_VALUE_INVALID  "conditions" must be a list, not "image == "a"".'],
    },
    {
      name: 'a set that is none',
      text: rule(['set: iao']),
      said: ['x.yml:8:10  PACK_VALUE_INVALID  "set" must be ioa or technique, not "iao". (Did you mean "ioa"?)'],
    },
    {
      name: 'an empty title',
      text: rule(["title: ''"]),
      said: ['x.yml:8:12  PACK_VALUE_INVALID  "title" must not be empty.'],
    },
    {
      name: 'a title in a third language',
      text: rule(['title: {en: x, fr: y}']),
      said: ['x.yml:8:20  PACK_KEY_UNKNOWN  "fr" is not a key that can stand here. (Known keys: en, zh.)'],
    },
    {
      name: 'an id that is not one',
      text: rule(['id: Two Words']),
      said: [
        'x.yml:8:9  PACK_VALUE_INVALID  "id" must be a text of this form: Unique within the pack: lower-case words joined by hyphens, not "Two Words".',
      ],
    },
    {
      name: 'the id of another rule',
      text: rule(['id: one']),
      said: ['x.yml:8:9  RULE_ID_DUPLICATE  "one" is the id of another rule of this pack. (The first one is kept.)'],
    },
    {
      name: 'points that are a text',
      text: rule(['points: many']),
      said: ['x.yml:8:13  RULE_POINTS_RANGE  "points" must be a whole number from 0 to 10000, not "many".'],
    },
    {
      name: 'points below 0',
      text: rule(['points: -1']),
      said: ['x.yml:8:13  RULE_POINTS_RANGE  "points" must be a whole number from 0 to 10000, not -1.'],
    },
    {
      name: 'points beyond the limit',
      text: rule(['points: 10001']),
      said: ['x.yml:8:13  RULE_POINTS_RANGE  "points" must be a whole number from 0 to 10000, not 10001.'],
    },
    {
      name: 'half a point',
      text: rule(['points: 1.5']),
      said: ['x.yml:8:13  RULE_POINTS_RANGE  "points" must be a whole number from 0 to 10000, not 1.5.'],
    },
    {
      name: 'an unknown action',
      text: rule(['actions: [procescreate]']),
      said: [
        'x.yml:8:15  RULE_ACTION_UNKNOWN  "actions" must be one of the known words, not "procescreate". (Did you mean "processcreate"?)',
      ],
    },
    {
      name: 'an action twice',
      text: rule(['actions: [imageload, imageload]']),
      said: ['x.yml:8:14  PACK_VALUE_INVALID  "actions" holds something twice.'],
    },
    {
      name: 'a technique of another form',
      text: rule(['techniques: [T10591]']),
      said: [
        'x.yml:8:18  RULE_TECHNIQUE_INVALID  "techniques" must be a text of this form: ATT&CK technique id: T1059 or T1059.001, not "T10591".',
      ],
    },
    {
      name: 'no condition',
      text: rule(['conditions: []']),
      said: ['x.yml:8:17  PACK_VALUE_INVALID  "conditions" must not be empty.'],
    },
    {
      name: 'an event id in quotes',
      text: rule(["eventIds: ['4104']"]),
      said: [expect.stringMatching(/^x\.yml:8:\d+ {2}PACK_VALUE_INVALID .*\(Write it without quotes\.\)$/) as string],
    },
    {
      name: 'an expression with an open bracket',
      text: rule([`conditions: ['(image == "a"']`]),
      said: [expect.stringMatching(/^x\.yml:8:\d+ {2}RULE_EXPRESSION_INVALID {2}syntax error: /) as string],
    },
    {
      name: 'a rule that is a text',
      text: `${RULE}  - just a text\n`,
      said: ['x.yml:8:5  PACK_VALUE_INVALID  This must be a map, not "just a text".'],
    },
    {
      name: 'a key at the top that is none',
      text: `rule: []\n${RULE}`,
      said: ['x.yml:1:1  PACK_KEY_UNKNOWN  "rule" is not a key that can stand here. (Did you mean "rules"?)'],
    },
  ])('$name', ({ text, said }) => {
    const pack = withRules(text);
    expect(lines(pack)).toEqual(said);
    expect(pack.rules.map(({ id }) => id)).toEqual(['one']);
  });

  test.each<{ name: string; text: string; said: string[] }>([
    {
      name: 'a technique that ATT&CK lacks',
      text: rule(['techniques: [T1059.999]']),
      said: ['x.yml:8:18  RULE_TECHNIQUE_UNKNOWN  ATT&CK has no technique "T1059.999". ("T1059" exists.)'],
    },
    {
      name: 'a technique that was replaced',
      text: rule(['techniques: [T1002]']),
      said: ['x.yml:8:18  RULE_TECHNIQUE_RETIRED  ATT&CK has retired "T1002". (It is "T1560" now.)'],
    },
    {
      name: 'a field with capitals',
      text: rule([`conditions: ['"a" in ParentImage']`]),
      said: [
        'x.yml:8:26  RULE_FIELD_CASE  "ParentImage" is never there: events reach rules with the names of their fields in lower case. (Write "parentimage".)',
      ],
    },
    {
      name: 'a field that is mistyped',
      text: rule([`conditions: ['"a" in parentimge']`]),
      said: [
        'x.yml:8:26  RULE_FIELD_UNKNOWN  "parentimge" is not a field of these events. (Did you mean "parentimage"?)',
      ],
    },
    {
      name: 'a field of other events',
      text: rule([`conditions: ['"a" in frobnication']`]),
      said: ['x.yml:8:26  RULE_FIELD_UNKNOWN  "frobnication" is not a field of these events.'],
    },
    {
      name: 'a text in capitals',
      text: rule([`conditions: ['image == "CMD.EXE"']`]),
      said: [
        'x.yml:8:28  RULE_TEXT_CASE  "CMD.EXE" is never found: "image" reaches rules in lower case. (Write "cmd.exe".)',
      ],
    },
    {
      name: 'a number in quotes',
      text: rule([`conditions: ['processid == "4"']`]),
      said: [
        'x.yml:8:32  RULE_TEXT_TYPE  "processid" is a number, which never equals a text. (Write 4 without quotes.)',
      ],
    },
    {
      name: 'a backslash written once',
      text: rule([String.raw`conditions: ['"c:\temp" in image']`]),
      said: [
        String.raw`x.yml:8:19  RULE_TEXT_ESCAPE  "\t" stands for a control character in this text. (A backslash is written twice: "\\t".)`,
      ],
    },
    {
      name: 'an attribute that is mistyped',
      text: rule(["conditions: ['image.lenght > 9']"]),
      said: ['x.yml:8:25  RULE_ATTRIBUTE_UNKNOWN  No value has the attribute "lenght". (Did you mean "length"?)'],
    },
    {
      name: 'a condition without a field',
      text: rule(["conditions: ['false']"]),
      said: [
        'x.yml:8:18  RULE_CONDITION_CONSTANT  The condition is always false: the rule never matches. (It reads no field of the event.)',
      ],
    },
    {
      name: 'an action that no event has',
      text: rule(['actions: []', `conditions: ['action == "processcreat"']`]),
      said: ['x.yml:9:29  RULE_NEVER_MATCHES  No event has the action "processcreat". (Did you mean "processcreate"?)'],
    },
    {
      name: 'an action that the rule excludes',
      text: rule([`conditions: ['action == "imageload" and "a" in image']`]),
      said: [
        'x.yml:8:18  RULE_NEVER_MATCHES  The condition asks for an action or event id that the rule itself excludes.',
      ],
    },
  ])('$name is a warning, and the rule loads', ({ text, said }) => {
    const pack = withRules(text);
    expect(lines(pack)).toEqual(said);
    expect(pack.rules.map(({ id }) => id)).toEqual(['one', 'two']);
  });

  test('a rule for channels of their own may read any field', () => {
    const text = rule(['actions: []', 'eventIds: [1116]', `conditions: ['"a" in frobnication']`]);
    expect(lines(withRules(text))).toEqual([]);
  });

  test.each<{ name: string; files: Record<string, string>; said: string[] }>([
    { name: 'no file', files: {}, said: ['folder  PACK_EMPTY  There is no YAML file in the folder.'] },
    {
      name: 'no manifest',
      files: { 'x.yml': RULE },
      said: [
        'pack.yml  PACK_MANIFEST_MISSING  The pack has no pack.yml. (Its name, version and title belong there; see docs/reference/rule-format.md.)',
      ],
    },
    {
      name: 'a version without quotes',
      files: { 'pack.yml': 'name: a\nversion: 1.0\ntitle: x\n', 'x.yml': RULE },
      said: [
        'pack.yml:2:10  PACK_VALUE_INVALID  "version" must be a text of this form: Version in quotes: \'1.0.0\', not 1. (Put it in quotes.)',
      ],
    },
    {
      name: 'an empty manifest',
      files: { 'pack.yml': '', 'x.yml': RULE },
      said: [
        'pack.yml:1:1  PACK_KEY_MISSING  "name" is missing.',
        'pack.yml:1:1  PACK_KEY_MISSING  "version" is missing.',
        'pack.yml:1:1  PACK_KEY_MISSING  "title" is missing.',
      ],
    },
    {
      name: 'a file that is not YAML',
      files: { 'pack.yml': MANIFEST, 'a.yml': 'rules: [', 'x.yml': RULE },
      said: [expect.stringMatching(/^a\.yml:1:9 {2}PACK_YAML_INVALID /) as string],
    },
    {
      name: 'a file that is a list',
      files: { 'pack.yml': MANIFEST, 'a.yml': '- x\n', 'x.yml': RULE },
      said: ['a.yml:1:1  PACK_VALUE_INVALID  This must be a map, not a list.'],
    },
    {
      name: 'a file too large',
      files: { 'pack.yml': MANIFEST, 'a.yml': '#'.repeat(1024 * 1024 + 1), 'x.yml': RULE },
      said: [
        'a.yml  PACK_TOO_LARGE  The file has 1048577 characters; 1048576 are allowed. (Split it into several files.)',
      ],
    },
    {
      name: 'brackets without end',
      files: { 'pack.yml': MANIFEST, 'a.yml': '['.repeat(1000), 'x.yml': RULE },
      said: ['a.yml:1:33  PACK_YAML_TOO_DEEP  Collections are nested too deep here.'],
    },
    {
      name: 'an alias inside of itself',
      files: { 'pack.yml': MANIFEST, 'a.yml': 'rules: &a [*a]', 'x.yml': RULE },
      said: ['a.yml:1:12  PACK_YAML_EXPANDS  "*a" stands inside of what it stands for.'],
    },
    {
      name: 'a Chinese text left out',
      files: { 'pack.yml': MANIFEST.replace('Mine', '{en: Mine, zh: 我的}'), 'x.yml': RULE },
      said: [
        'x.yml:3:12  PACK_TRANSLATION_MISSING  "title" is in one language only; the pack has two. (Write {en: …, zh: …}.)',
      ],
    },
    {
      name: 'a known false alarm in English alone',
      files: {
        'pack.yml': MANIFEST.replace('Mine', '{en: Mine, zh: 我的}'),
        'x.yml': `${RULE.replace('title: One', 'title: {en: One, zh: 一}')}    falsePositives:\n      - {en: Tests, zh: 测试}\n      - Set-up\n`,
      },
      said: [
        'x.yml:10:9  PACK_TRANSLATION_MISSING  "falsePositives" is in one language only; the pack has two. (Write {en: …, zh: …}.)',
      ],
    },
    {
      name: 'a profile that cannot be reached',
      files: {
        'pack.yml': MANIFEST,
        'x.yml': `${RULE}profiles:\n  - {id: p, title: P, techniques: [T1059], atLeast: 2, points: 1}\n`,
      },
      said: ['x.yml:9:53  RULE_PROFILE_UNREACHABLE  The profile wants 2 techniques and lists 1.'],
    },
    {
      name: 'cases of an unknown rule',
      files: { 'pack.yml': MANIFEST, 'x.yml': RULE, 'x.cases.yml': 'ones: {match: []}\n' },
      said: ['x.cases.yml:1:1  CASE_RULE_UNKNOWN  The pack has no rule or profile "ones". (Did you mean "one"?)'],
    },
    {
      name: 'a case of a rule without event',
      files: { 'pack.yml': MANIFEST, 'x.yml': RULE, 'x.cases.yml': 'one: {match: [{name: a, techniques: [T1059]}]}\n' },
      said: ['x.cases.yml:1:15  CASE_KIND_WRONG  A case of a rule has an "event".'],
    },
    {
      name: 'a case with an unknown action',
      files: {
        'pack.yml': MANIFEST,
        'x.yml': RULE,
        'x.cases.yml': 'one: {match: [{name: a, event: {action: imagelaod}}]}\n',
      },
      said: ['x.cases.yml:1:15  RULE_ACTION_UNKNOWN  No event has the action "imagelaod". (Did you mean "imageload"?)'],
    },
    {
      name: 'cases that are a list',
      files: { 'pack.yml': MANIFEST, 'x.yml': RULE, 'x.cases.yml': '- one\n' },
      said: ['x.cases.yml:1:1  PACK_VALUE_INVALID  A file of cases must be a map from rule ids to cases.'],
    },
  ])('$name', ({ files, said }) => {
    const pack = load(files);
    expect(lines(pack)).toEqual(said);
    if ('x.yml' in files) expect(pack.rules.map(({ id }) => id)).toEqual(['one']);
  });

  test('ten broken rules are ten reports, and the good one between them loads', () => {
    const broken = Array.from(
      { length: 10 },
      (_, index) => `  - {id: b${index}, title: x, set: ioa, points: bad, conditions: [image]}`,
    );
    const pack = withRules(
      `rules:\n${[...broken.slice(0, 5), RULE.replace('rules:\n', '').trimEnd(), ...broken.slice(5)].join('\n')}\n`,
    );
    expect(pack.diagnostics.map(({ rule: id }) => id)).toEqual(broken.map((_, index) => `b${index}`));
    expect(pack.rules.map(({ id }) => id)).toEqual(['one']);
    expect(pack.ruleCount).toBe(11);
  });

  test('points at the character of an expression', () => {
    const pack = withRules(rule(['conditions:', '  - image == "a" and and image == "b"']));
    const [fault] = pack.diagnostics;
    expect([fault!.line, fault!.column]).toEqual([9, '      - image == "a" and '.length + 1]);
  });
});

test('any files give a pack or reasons, never a throw', () => {
  const piece = fc.constantFrom(
    'rules:',
    '\n',
    '  - id: a\n',
    '    points: ',
    '1',
    '[',
    ']',
    '{',
    '}',
    ': ',
    '- ',
    '"',
    "'",
    'conditions: ',
    'a == ',
    '&x ',
    '*x',
    'title: ',
    '|\n',
    '#',
    '\t',
    'name: ',
    'T1059',
    '\0',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.array(piece, { maxLength: 40 }), (a, b) => {
      const pack = load({ 'pack.yml': a.join(''), 'x.yml': b.join(''), 'x.cases.yml': b.join('') });
      expect(pack.diagnostics.every(({ code }) => code in RULE_CODES || code in SIGMA_CODES)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

describe('docs/reference/error-codes.md', () => {
  const page = readFileSync(new URL('../../../../docs/reference/error-codes.md', import.meta.url), 'utf8');
  const entries = [...page.matchAll(/^### ([A-Z]+_[A-Z_]+)\n(Error|Warning)\. /gm)].map(([, code, severity]) => [
    code,
    severity?.toLowerCase(),
  ]);

  test.each(Object.entries(RULE_CODES))('has an entry for %s', (code, { severity }) => {
    expect(entries).toContainEqual([code, severity]);
  });

  test('the tests above cause each code that loading a pack can give', () => {
    // Whoever reads folders gives the first; the others are in sigma-pack.test.ts.
    const elsewhere = new Set(['PACK_FILE_UNREADABLE', 'PACK_FILE_FOREIGN', 'PACK_SIGMA_RULE_UNKNOWN']);
    const expected = Object.keys(RULE_CODES).filter((code) => !code.startsWith('RMEYE_') && !elsewhere.has(code));
    expect([...seenCodes].sort()).toEqual(expected.sort());
  });
});
