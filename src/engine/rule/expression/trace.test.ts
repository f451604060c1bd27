import { describe, expect, test } from 'vitest';
import type { TracedMatch } from './index.js';
import { compileExpression } from './index.js';

const EVENT: Readonly<Record<string, unknown>> = {
  action: 'processaccess',
  targetimage: 'c:\\windows\\system32\\lsass.exe',
  sourceimage: 'c:\\temp\\a.exe',
  grantedaccess: 5136,
  emoji: '😀cmd',
  nul: null,
  tags: ['c2', 'x'],
};

function traced(text: string): string {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(compiled.error.message);
  const found = compiled.value.trace({ get: (name) => (Object.hasOwn(EVENT, name) ? EVENT[name] : undefined) });
  return found.map(written).join(' ');
}

/** `field` or `field[matched text]` */
function written({ field, start, end }: TracedMatch): string {
  const value = EVENT[field];
  return start === undefined || typeof value !== 'string' ? field : `${field}[${value.slice(start, end)}]`;
}

describe('what made a rule true', () => {
  test.each([
    ['action == "processaccess"', 'action[processaccess]'],
    ['action == "other"', ''],
    ['targetimage =~ ".*\\\\\\\\lsass"', 'targetimage[c:\\windows\\system32\\lsass]'],
    ['targetimage =~~ "lsass\\\\.exe"', 'targetimage[lsass.exe]'],
    ['"system32" in targetimage', 'targetimage[system32]'],
    ['emoji =~~ "cmd"', 'emoji[cmd]'],
    ['grantedaccess & 0x10', 'grantedaccess'],
    ['grantedaccess in [16, 5136]', 'grantedaccess'],
    ['grantedaccess > 4096', 'grantedaccess'],
    ['"c2" in tags', 'tags'],
    ['action == "processaccess" and grantedaccess & 0x10', 'action[processaccess] grantedaccess'],
    ['action == "processaccess" and grantedaccess & 0x1', ''],
    ['action == "x" or sourceimage =~ "c:"', 'sourceimage[c:]'],
    ['(action == "processaccess" and grantedaccess & 1) or sourceimage =~ "c:"', 'sourceimage[c:]'],
    ['action == "processaccess" or sourceimage =~ "c:"', 'action[processaccess]'],
    ['action == "processaccess" and not sourceimage =~ ".*cmd"', 'action[processaccess]'],
    ['action != "x" and sourceimage =~ "c:"', 'sourceimage[c:]'],
    ['action !~ "x"', ''],
    ['action not in ["x"]', ''],
    ['(grantedaccess & 0x10) ? action == "processaccess" : false', 'grantedaccess action[processaccess]'],
    ['nul =~ null', 'nul'],
    ['action =~ "(process)(access)" and $re_groups[1] == "access"', 'action[processaccess]'],
    ['missing == 1', ''],
    ['action == "processaccess" and missing == 1', ''],
    ['true', ''],
  ])('%s', (text, expected) => {
    expect(traced(text)).toBe(expected);
  });
});
