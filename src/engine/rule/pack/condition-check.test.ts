import { describe, expect, test } from 'vitest';
import type { Action } from '../../event/action.js';
import { readExpression } from '../expression/index.js';
import { checkCondition } from './condition-check.js';

interface About {
  readonly actions?: readonly Action[];
  readonly eventIds?: readonly number[];
}

function faults(text: string, { actions = [], eventIds = [] }: About = {}): readonly string[] {
  const read = readExpression(text);
  if (!read.ok) throw new Error(read.error.message);
  return checkCondition(text, { actions, eventIds }, read.value).map(
    ({ code, hint, at }) => `${at ?? 'all'} ${code}${hint === undefined ? '' : ` ${hint}`}`,
  );
}

const of = (...actions: Action[]): About => ({ actions });

describe('fields go by the events that the condition can be about', () => {
  test.each<[string, About, string[]]>([
    ['"a" in scriptblocktext', of('processcreate'), ['7 RULE_FIELD_UNKNOWN']],
    ['"a" in commandline', of('networkconnect'), ['7 RULE_FIELD_UNKNOWN Events with it: processcreate.']],
    ['"a" in commandline', of('networkconnect', 'processcreate'), []],
    ['"a" in commandline', {}, []],
    ['action == "networkconnect" and "a" in commandline', {}, ['38 RULE_FIELD_UNKNOWN Events with it: processcreate.']],
    ['"a" in commandline', { eventIds: [4104] }, ['7 RULE_FIELD_UNKNOWN Events with it: processcreate.']],
    ['eventid == 4104 and "a" in scriptblocktext', {}, []],
    ['"a" in commandline', { eventIds: [4104, 1116] }, []],
    ['"a" in image', of('processaccess'), ['7 RULE_FIELD_UNKNOWN Did you mean "sourceimage" or "targetimage"?']],
    ['"a" in parentimge', of('processcreate'), ['7 RULE_FIELD_UNKNOWN Did you mean "parentimage"?']],
  ])('%s of %o', (text, about, said) => {
    expect(faults(text, about)).toEqual(said);
  });

  test.each<[string, Action]>([
    ['targetimage == "a" and targetprocessid == 4 and sourceuser == "a" and targetuser == "a"', 'processaccess'],
    ['targetprocessid == 4 and sourceprocessguid == "a" and startfunction == "a"', 'createremotethread'],
    ['parentimage == "a" and parentuser == "a" and originalfilename == "a" and hashes == "a"', 'processcreate'],
    [
      'newprocessname == "a" and subjectlogonid == 1 and mandatorylabel == "a" and parentprocessname == "a"',
      'processcreate',
    ],
    ['subjectusername == "a" and processname == "a" and status == "a" and image == "a"', 'processterminal'],
    ['action == "" or host == "a" or provider == "a" or channel == "a" or eventid == 1', 'driverload'],
    ['eventtype == "a" and details == "a" and user == "a"', 'registryvalueset'],
  ])('%s is known of %s', (text, action) => {
    expect(faults(text, of(action))).toEqual([]);
  });
});

describe('texts in capitals are never there', () => {
  test.each<[string, string[]]>([
    ['image == "CMD.EXE"', ['9 RULE_TEXT_CASE Write "cmd.exe".']],
    ['"CMD.EXE" != image', ['0 RULE_TEXT_CASE Write "cmd.exe".']],
    ['"MimiKatz" not in scriptblocktext', ['0 RULE_TEXT_CASE Write "mimikatz".']],
    ['image in ["a", "B"]', ['15 RULE_TEXT_CASE Write "b".']],
    ['image in {"B"}', ['10 RULE_TEXT_CASE Write "b".']],
    ['image[-3:] == "EXE"', ['14 RULE_TEXT_CASE Write "exe".']],
    ['action == "ProcessCreate"', ['10 RULE_TEXT_CASE Write "processcreate".']],
    ['image.as_upper == "CMD.EXE"', []],
    ['[x for x in ["A"] if x == "A"].length > 0 and image == "a"', []],
    ['image =~ ".*CMD.exe"', ['9 RULE_TEXT_CASE Write its letters in lower case.']],
    ['image =~~ "(?:cmd|PowerShell)"', ['10 RULE_TEXT_CASE Write its letters in lower case.']],
    ['image !~ "[A-Z]:"', ['9 RULE_TEXT_CASE Write its letters in lower case.']],
    ['image =~ "(?i).*CMD.exe"', []],
    ['image =~ ".*(?i:CMD).exe"', []],
    ['image =~ "[A-Za-z]:\\\\S+\\\\W\\\\D"', []],
    ['image =~ "(?!CMD).*"', []],
  ])('%s', (text, said) => {
    expect(faults(text)).toEqual(said);
  });
});

describe('numbers and booleans are no texts', () => {
  test.each<[string, string[]]>([
    ['destinationport == "445"', ['19 RULE_TEXT_TYPE Write 445 without quotes.']],
    ['destinationport in ["445", 80]', ['20 RULE_TEXT_TYPE Write 445 without quotes.']],
    ['grantedaccess == "0x1410"', ['17 RULE_TEXT_TYPE Write 0x1410 without quotes.']],
    ['destinationport =~ "445"', ['19 RULE_TEXT_TYPE Compare it with ==, in or <.']],
    ['"4" in processid', ['0 RULE_TEXT_TYPE Compare it with ==, in or <.']],
    ['initiated == "True"', ['13 RULE_TEXT_TYPE Write true without quotes.']],
    ['initiated =~ "true"', ['13 RULE_TEXT_TYPE Write initiated or not initiated.']],
    ['eventid == "4104"', ['11 RULE_TEXT_TYPE Write 4104 without quotes.']],
    ['ipport == "-"', []],
    ['processid == 4 and initiated == true', []],
  ])('%s', (text, said) => {
    expect(faults(text)).toEqual(said);
  });
});

describe('an escape where a folder is meant', () => {
  test.each<[string, string[]]>([
    [String.raw`"c:\temp" in image`, [String.raw`0 RULE_TEXT_ESCAPE A backslash is written twice: "\\t".`]],
    [String.raw`"C:\Temp" in image`, ['0 RULE_TEXT_CASE Write "c:\\temp".']],
    [String.raw`image =~ "\bcmd"`, [String.raw`9 RULE_TEXT_ESCAPE A backslash is written twice: "\\b".`]],
    [String.raw`"c:\\temp" in image`, []],
    [String.raw`commandline =~~ "[ \t\n]x"`, []],
    ['"a\tb" in commandline', []],
  ])('%s', (text, said) => {
    expect(faults(text)).toEqual(said);
  });
});

describe('attributes', () => {
  test.each<[string, string[]]>([
    ['image.lenght > 3', ['6 RULE_ATTRIBUTE_UNKNOWN Did you mean "length"?']],
    ['image&.lenght > 3', ['7 RULE_ATTRIBUTE_UNKNOWN Did you mean "length"?']],
    ['image.path == "a"', ['6 RULE_ATTRIBUTE_UNKNOWN']],
    ['data.path == "a"', []],
    ['image.length > 3', []],
  ])('%s', (text, said) => {
    expect(faults(text)).toEqual(said);
  });
});

describe('conditions that no event decides', () => {
  test.each<[string, About, string[]]>([
    ['false', of('processcreate'), ['all RULE_CONDITION_CONSTANT It reads no field of the event.']],
    ['1 + 1 == 2', of('processcreate'), ['all RULE_CONDITION_CONSTANT It reads no field of the event.']],
    ['true', { eventIds: [1102] }, []],
    ['false', { eventIds: [1102] }, ['all RULE_CONDITION_CONSTANT It reads no field of the event.']],
    ['action == "processcreat"', {}, ['10 RULE_NEVER_MATCHES Did you mean "processcreate"?']],
    ['action in ["filecreate", "nothing-like-it"]', {}, ['25 RULE_NEVER_MATCHES']],
    ['action == "imageload"', of('processcreate'), ['all RULE_NEVER_MATCHES']],
    ['action == "imageload" and action == "filecreate"', {}, ['all RULE_NEVER_MATCHES']],
  ])('%s of %o', (text, about, said) => {
    expect(faults(text, about)).toEqual(said);
  });
});
