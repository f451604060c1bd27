import { describe, expect, test } from 'vitest';
import { techniqueById } from '../../attack/technique.js';
import { formatDiagnostic } from '../../base/diagnostic.js';
import { createRuleSet } from '../matcher.js';
import { caseEvent } from '../pack/cases-file.js';
import { loadPack, type Pack } from '../pack/pack.js';
import { importRmeye } from './rule-folder.js';

const IOA_PROCESS = String.raw`
# behaviour
rule = [
    {
        'rules': [
            'originalfilename =~ ".*whoami.exe" and commandline =~ ".*/all.*"',
            'commandline =~ ".*net (user|group).*" '
            'and parentimage =~ ".*cmd\.exe"',
        ],
        'score': 30,
        'name': 'Looks around',
        'attck_hit': ['T1033', 'T1087'],
    },
    {"rules": ["image =~ \".*\\\\\\\\temp\\\\\\\\.*\""], "score": 50, "name": "从临时目录启动", "attck_hit": []},
]
`;

const IOA_ACTION = `
rule = [
    {'rules': ['action == "processaccess" and targetimage =~ ".*lsass.exe" and grantedaccess & 0x10'], 'score': 60, 'name': 'Reads LSASS', 'attck_hit': ['T1003.001']},
    {'rules': ['processid == 4'], 'score': 1, 'name': 'Any action of process 4'},
]
`;

const ATTCK_PROCESS = `
rule = [{'rules': ['commandline =~ ".*-enc.*"'], 'name': 'Encoded', 'attck_hit': ['T1059.001']}]
`;

const PROFILES = `
rule = [{'name': 'APT tool', 'rules': ['T1059', 'T1003', 'T1033',], 'hit_num': 2, 'score': 80}]
`;

const FOLDER = {
  'rules/py/ioa/process.py': IOA_PROCESS,
  'rules/py/ioa/action.py': IOA_ACTION,
  'rules/py/attck/process.py': ATTCK_PROCESS,
  'rules/py/attck/attck.py': PROFILES,
  'rules/py/ioa/__init__.py': 'import os\n',
};

function bring(files: Record<string, string>) {
  return importRmeye(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    'mine',
  );
}

function loaded(files: Record<string, string>): Pack {
  return loadPack(bring(files).files, { technique: techniqueById });
}

describe('importRmeye', () => {
  test('gives a pack that loads without an error', () => {
    const imported = bring(FOLDER);
    expect(imported.diagnostics).toEqual([]);
    expect([imported.ruleCount, imported.profileCount]).toEqual([5, 1]);
    const pack = loaded(FOLDER);
    expect(pack.diagnostics.map(formatDiagnostic)).toEqual([]);
    expect(pack.rules.map(({ id, title, set, points, techniques }) => [id, title.zh, set, points, techniques])).toEqual(
      [
        ['encoded', 'Encoded', 'technique', 5, ['T1059.001']],
        ['reads-lsass', 'Reads LSASS', 'ioa', 60, ['T1003.001']],
        ['any-action-of-process-4', 'Any action of process 4', 'ioa', 1, []],
        ['looks-around', 'Looks around', 'ioa', 30, ['T1033', 'T1087']],
        ['ioa-process-1', '从临时目录启动', 'ioa', 50, []],
      ],
    );
    expect(pack.rules.find(({ id }) => id === 'looks-around')!.conditions).toEqual([
      'originalfilename =~ ".*whoami.exe" and commandline =~ ".*/all.*"',
      'commandline =~ ".*net (user|group).*" and parentimage =~ ".*cmd\\.exe"',
    ]);
    expect(pack.profiles).toMatchObject([
      { id: 'apt-tool', atLeast: 2, points: 80, techniques: ['T1059', 'T1003', 'T1033'] },
    ]);
  });

  test.each<{ name: string; event: Record<string, unknown>; rules: string[] }>([
    {
      name: 'a creation',
      event: { action: 'processcreate', OriginalFileName: 'WhoAmI.exe', CommandLine: 'whoami /ALL' },
      rules: ['looks-around'],
    },
    {
      name: 'a creation, second expression',
      event: {
        action: 'processcreate',
        OriginalFileName: 'net.exe',
        CommandLine: 'net user x -enc',
        ParentImage: 'C:\\cmd.exe',
      },
      rules: ['looks-around', 'encoded'],
    },
    {
      name: 'escapes of both languages',
      event: { action: 'processcreate', Image: 'C:\\Temp\\a.exe', OriginalFileName: '', CommandLine: '' },
      rules: ['ioa-process-1'],
    },
    {
      name: 'an action',
      event: { action: 'processaccess', TargetImage: 'C:\\lsass.exe', GrantedAccess: '0x1010', ProcessId: 1 },
      rules: ['reads-lsass'],
    },
    {
      name: 'a process rule is not asked about actions',
      event: { action: 'imageload', Image: 'C:\\Temp\\a.exe', CommandLine: '-enc', ProcessId: 1 },
      rules: [],
    },
    {
      name: 'an action rule is asked about every action',
      event: { action: 'filedeletedetected', ProcessId: 4 },
      rules: ['any-action-of-process-4'],
    },
    {
      name: 'but not about creations',
      event: { action: 'processcreate', ProcessId: 4, OriginalFileName: '', CommandLine: '', Image: '' },
      rules: [],
    },
    { name: 'nor about ends', event: { action: 'processterminal', ProcessId: 4 }, rules: [] },
    { name: 'nor about events that the original did not know', event: { eventId: 4104, ProcessId: 4 }, rules: [] },
  ])('hits what the original hit: $name', ({ event, rules }) => {
    const pack = loaded(FOLDER);
    const hits = createRuleSet(pack.rules, pack.profiles).match(caseEvent(event, 'x', 1));
    expect(hits.map(({ id }) => id)).toEqual(rules);
  });

  test('reads the older form: flat files, a score always, no techniques', () => {
    const pack = loaded({
      'process.py': `rule = [{'rules': ['"x" in image'], 'score': 40, 'name': 'Old process'}]`,
      'action.py': `rule = [{'rules': ['action == "imageload" and "x" in imageloaded'], 'score': 20, 'name': 'Old action'}]`,
    });
    expect(pack.rules.map(({ id, set, points, actions }) => [id, set, points, actions.length])).toEqual([
      ['old-action', 'ioa', 20, 24],
      ['old-process', 'ioa', 40, 1],
    ]);
  });

  test('says in the new file where each rule stood', () => {
    const text = bring(FOLDER).files.find(({ path }) => path === 'ioa-process.yml')!.text;
    expect(text).toContain('# rules/py/ioa/process.py:4\n  - id: looks-around\n');
    expect(text).toContain(`- 'originalfilename =~ ".*whoami.exe" and commandline =~ ".*/all.*"'\n`);
  });

  test.each<{ name: string; files: Record<string, string>; said: string[]; kept: number }>([
    {
      name: 'nothing to bring over',
      files: { 'x.py': 'rule = []' },
      kept: 0,
      said: [
        '<text>  RMEYE_EMPTY  There is no process.py, action.py or attck.py here. (Name the folder that holds them, or one above it.)',
      ],
    },
    {
      name: 'Python that is run',
      files: { 'ioa/process.py': '\nrule = load()\n' },
      kept: 0,
      said: ['ioa/process.py:2:1  RMEYE_SYNTAX  "load" is not a plain value.'],
    },
    {
      name: 'no list',
      files: { 'ioa/process.py': 'rule = {}' },
      kept: 0,
      said: ['ioa/process.py:1:1  RMEYE_SYNTAX  "rule" is not a list.'],
    },
    {
      name: 'an entry that is no dictionary',
      files: { 'ioa/process.py': `rule = ['x']` },
      kept: 0,
      said: ['ioa/process.py:1:1  RMEYE_ENTRY_INVALID  An entry is not a dictionary; it is left out.'],
    },
    {
      name: 'no score',
      files: { 'ioa/process.py': `rule = [{'name': 'A', 'rules': ['true']}]` },
      kept: 0,
      said: ['ioa/process.py:1:1  RMEYE_ENTRY_INVALID  "A" has no score; it is left out.'],
    },
    {
      name: 'no expression',
      files: { 'ioa/process.py': `rule = [{'name': 'A', 'score': 1}]` },
      kept: 0,
      said: ['ioa/process.py:1:1  RMEYE_ENTRY_INVALID  "A" has no expression; it is left out.'],
    },
    {
      name: 'no name',
      files: { 'ioa/process.py': `rule = [{'score': 1, 'rules': ['true']}]` },
      kept: 1,
      said: ['ioa/process.py:1:1  RMEYE_ENTRY_INVALID  An entry has no name; it gets one from its file.'],
    },
    {
      name: 'one bad expression of two',
      files: { 'ioa/process.py': `rule = [{'name': 'A', 'score': 1, 'rules': ['true',\n'(']}]` },
      kept: 1,
      said: [
        expect.stringMatching(
          /^ioa\/process\.py:2:1 {2}RMEYE_EXPRESSION_INVALID {2}"A": .*; this expression is left out\.$/,
        ) as string,
      ],
    },
    {
      name: 'an expression longer than a pack may hold',
      files: {
        'ioa/process.py': `rule = [{'name': 'A', 'score': 1, 'rules': ['true', 'image == "${'x'.repeat(20_000)}"']}]`,
      },
      kept: 1,
      said: [
        'ioa/process.py:1:1  RMEYE_EXPRESSION_INVALID  "A": an expression of 20011 characters, of which 20000 are allowed; this expression is left out.',
      ],
    },
    {
      name: 'a score with a fraction',
      files: { 'ioa/process.py': `rule = [{'name': 'A', 'score': 2.5, 'rules': ['true']}]` },
      kept: 1,
      said: ['ioa/process.py:1:1  RMEYE_VALUE_CHANGED  "A" scores 2.5; it becomes 3.'],
    },
    {
      name: 'a score below 0',
      files: { 'ioa/process.py': `rule = [{'name': 'A', 'score': -5, 'rules': ['true']}]` },
      kept: 1,
      said: ['ioa/process.py:1:1  RMEYE_VALUE_CHANGED  "A" scores -5; it becomes 0.'],
    },
    {
      name: 'a word that is no technique',
      files: { 'ioa/process.py': `rule = [{'name': 'A', 'score': 5, 'rules': ['true'], 'attck_hit': ['t1059', 'x']}]` },
      kept: 1,
      said: ['ioa/process.py:1:1  RMEYE_VALUE_CHANGED  "A": "x" is not a technique; it is left out.'],
    },
    {
      name: 'a profile beyond reach',
      files: { 'attck/attck.py': `rule = [{'name': 'A', 'score': 5, 'rules': ['T1059'], 'hit_num': 2}]` },
      kept: 0,
      said: [
        'attck/attck.py:1:1  RMEYE_ENTRY_INVALID  "A" wants 2 of 1 techniques and cannot be reached; it is left out.',
      ],
    },
    {
      name: 'one bad file of two',
      files: { 'ioa/process.py': 'rule = [', 'ioa/action.py': `rule = [{'name': 'A', 'score': 1, 'rules': ['true']}]` },
      kept: 1,
      said: ['ioa/process.py:1:1  RMEYE_SYNTAX  The value ends too early.'],
    },
  ])('$name', ({ files, said, kept }) => {
    const imported = bring(files);
    expect(imported.diagnostics.map(formatDiagnostic)).toEqual(said);
    expect(imported.ruleCount + imported.profileCount).toBe(kept);
    expect(
      loadPack(imported.files, { technique: techniqueById }).diagnostics.filter(({ severity }) => severity === 'error'),
    ).toEqual([]);
  });

  test('keeps rules that share a name', () => {
    const pack = loaded({
      'ioa/process.py': `rule = [{'name': 'A b', 'score': 1, 'rules': ['true']}, {'name': 'a  B', 'score': 2, 'rules': ['true']}]`,
    });
    expect(pack.rules.map(({ id }) => id)).toEqual(['a-b', 'a-b-2']);
  });
});
