import { describe, expect, test } from 'vitest';
import { BOOLEAN_FIELDS, canonicalName, FIELD_NAMES, LOOK_ALIKES, NUMBER_FIELDS } from './field-names.js';

describe('canonicalName', () => {
  test.each([
    ['commandline', 'CommandLine'],
    ['sourceprocessguid', 'SourceProcessGuid'],
    ['processid', 'ProcessId'],
    ['logonid', 'LogonId'],
    ['ipaddress', 'IpAddress'],
    ['message', 'Message'],
    ['newprocessname', 'NewProcessName'],
  ])('%s is spelled %s', (lower, name) => expect(canonicalName(lower)).toBe(name));

  test.each(['nosuchfield', '__proto__', 'constructor', 'CommandLine', ''])('%j is not a name of the table', (name) =>
    expect(canonicalName(name)).toBeUndefined(),
  );
});

test('no two names differ in case only, so lower-casing a name loses nothing', () => {
  expect(new Set(FIELD_NAMES.map((name) => name.toLowerCase())).size).toBe(FIELD_NAMES.length);
});

test('a look-alike is never a name of the table itself', () => {
  expect([...LOOK_ALIKES].filter((name) => FIELD_NAMES.includes(name))).toEqual([]);
});

test('numbers and booleans are names of the table, lower-cased', () => {
  expect([...NUMBER_FIELDS, ...BOOLEAN_FIELDS].filter((name) => canonicalName(name) === undefined)).toEqual([]);
});
