/** Invented rules for the stand-in server: of every kind, one that fails, one in the shadow, and files that did not load. */

import type { Diagnostic, Rule } from '../../../src/contract/index.js';
import { HOSTILE } from './hostile.js';

const PLAIN: Rule = {
  id: '',
  kind: 'ioa',
  titles: { en: '', zh: '' },
  descriptions: {
    en: 'Looks for a program that is used in a way in which it hardly ever is.',
    zh: '查找以罕见方式使用的程序。',
  },
  points: 120,
  shadow: false,
  level: null,
  status: null,
  techniques: ['T1059'],
  atLeast: 0,
  actions: ['processcreate'],
  conditions: ['originalfilename == "rundll32.exe" and commandline =~ ".*comsvcs.*minidump.*"'],
  text: null,
  references: [],
  falsePositives: [],
  author: 'Chainsight',
  pack: 'windows',
  file: 'windows/credential-access.yml',
  line: 14,
  errors: 0,
  lastError: null,
};

/** The rule behind evidence of the invented threats; any id has one. */
export function ruleOf(id: string): Rule {
  return { ...PLAIN, id, titles: { en: `Rule ${id}`, zh: `规则 ${id}` } };
}

const WRITTEN: readonly Partial<Rule>[] = [
  {
    id: 'office-starts-shell',
    titles: { en: 'Office program starts a command shell', zh: 'Office 程序启动命令行解释器' },
    techniques: ['T1059.003', 'T1204.002', 'T1566.001'],
    conditions: [
      'parentimage =~ ".*#(winword|excel|powerpnt|outlook)\\.exe" and image =~ ".*#(cmd|powershell|wscript)\\.exe"',
      '"macro" in commandline',
    ],
    references: [
      'https://attack.mitre.org/techniques/T1566/001/',
      'https://attack.mitre.org@evil.example/',
      'Internal wiki, page 12',
    ],
    falsePositives: [
      { en: 'Templates of the accounting department', zh: '财务部门的模板' },
      { en: 'Add-ins that install themselves', zh: '自行安装的加载项' },
    ],
  },
  {
    id: 'lsass-dump',
    titles: { en: 'Memory of LSASS dumped through comsvcs.dll', zh: '通过 comsvcs.dll 转储 LSASS 内存' },
    points: 300,
    techniques: ['T1003.001'],
    errors: 1204,
    lastError: 'grantedaccess: 0x1fffff is text here, and >= wants a number (column 31)',
  },
  {
    id: 'net-discovery',
    kind: 'technique',
    titles: { en: 'Accounts and groups listed with net.exe', zh: '使用 net.exe 枚举账户与组' },
    points: 25,
    techniques: ['T1087.002'],
    file: 'windows/discovery.yml',
    line: 3,
  },
  {
    id: 'loader',
    kind: 'profile',
    titles: { en: 'Script loader', zh: '脚本加载器' },
    points: 110,
    techniques: ['T1059', 'T1105', 'T1027', 'T1547'],
    atLeast: 3,
    actions: [],
    conditions: [],
    author: '',
    file: 'windows/profiles.yml',
    line: 8,
  },
  {
    id: '6f1c9a0e-52b7-4d3e-9d2f-0b8f2f5f7a11',
    kind: 'sigma',
    titles: { en: 'Shadow Copies Deleted With Built-In Tools', zh: '' },
    points: 90,
    level: 'high',
    status: 'test',
    techniques: ['T1490'],
    actions: [],
    conditions: [],
    text: [
      'title: Shadow Copies Deleted With Built-In Tools',
      'status: test',
      'logsource:',
      '  product: windows',
      '  category: process_creation',
      'detection:',
      '  selection:',
      "    Image|endswith: '\\vssadmin.exe'",
      '    CommandLine|contains|all: [delete, shadows]',
      '  condition: selection',
      'level: high',
    ].join('\n'),
    author: 'An Author, Another One',
    pack: 'community',
    file: 'community/shadow_copies.yml',
    line: 1,
  },
  {
    id: '0c4b6a55-9a8e-4c0b-8a3b-7d9e6a1f2c33',
    kind: 'sigma',
    titles: { en: 'Rare Parent Of A Shell', zh: '' },
    points: 0,
    level: 'informational',
    status: 'experimental',
    shadow: true,
    techniques: [],
    pack: 'community',
    file: 'community/rare_parent.yml',
    line: 1,
  },
  {
    id: '0c4b6a55-9a8e-4c0b-8a3b-7d9e6a1f2c34',
    kind: 'sigma',
    titles: { en: 'Known Malicious Driver Loaded', zh: '' },
    points: 170,
    level: 'critical',
    status: 'stable',
    techniques: ['T1068'],
    pack: 'community',
    file: 'community/driver.yml',
    line: 1,
  },
];

const PROBLEMS: readonly Diagnostic[] = [
  {
    code: 'RULE_EXPRESSION_INVALID',
    severity: 'error',
    message: '")" is missing: the bracket of column 12 is never closed.',
    file: 'own/beacon.yml',
    line: 17,
    column: 44,
    rule: 'beacon-by-interval',
    hint: 'Close it, or take it away.',
  },
  {
    code: 'PACK_YAML_INVALID',
    severity: 'error',
    message: 'This is not YAML: a tab stands where blanks must.',
    file: 'own/notes.yml',
    line: 2,
    column: 1,
    rule: null,
    hint: null,
  },
  {
    code: 'RULE_FIELD_UNKNOWN',
    severity: 'warning',
    message: 'No event has the field "comandline".',
    file: 'windows/credential-access.yml',
    line: 14,
    column: 9,
    rule: 'lsass-dump',
    hint: 'Did you mean "commandline"?',
  },
];

/** @param count  of rules in all, where the list shall be long */
export function rulesOf(count: number | undefined, isHostile: boolean): { rules: Rule[]; ruleProblems: Diagnostic[] } {
  const rules = WRITTEN.map((rule): Rule => ({ ...PLAIN, ...rule }));
  for (let index = rules.length; index < (count ?? 40); index += 1) {
    const family = ['service', 'task', 'driver', 'archive', 'proxy'][index % 5];
    rules.push({
      ...PLAIN,
      id: `${family}-${index}`,
      titles: { en: `Unusual ${family} number ${index}`, zh: `异常 ${family} 第 ${index} 号` },
      points: 10 + ((index * 7) % 150),
      techniques: [`T1${String(100 + (index % 90)).padStart(3, '0')}`],
      file: 'windows/more.yml',
      line: index * 12,
    });
  }
  if (!isHostile) return { rules, ruleProblems: [...PROBLEMS] };
  const hostile = HOSTILE.map((text, index): Rule => ({
    ...PLAIN,
    id: `hostile-${index}`,
    kind: 'sigma',
    level: index % 2 === 0 ? 'high' : text,
    status: text,
    titles: { en: text, zh: text },
    descriptions: { en: text, zh: text },
    techniques: [text.slice(0, 20)],
    actions: [text],
    conditions: [text],
    text: `title: ${text}\n    ${text}\n${' '.repeat(90)}${text}`,
    references: [...HOSTILE, 'https://evil.example\u202e/', 'https://good.example@evil.example/'],
    falsePositives: [{ en: text, zh: text }],
    author: text,
    pack: text,
    file: text,
    errors: 1,
    lastError: text,
  }));
  const problems = HOSTILE.map((text, index): Diagnostic => ({
    code: 'RULE_SHAPE',
    severity: index % 2 === 0 ? 'error' : 'warning',
    message: text,
    file: text,
    line: index,
    column: null,
    rule: text,
    hint: text,
  }));
  return { rules: [...hostile, ...rules], ruleProblems: problems };
}
