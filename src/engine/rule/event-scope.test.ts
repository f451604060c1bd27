import { describe, expect, test } from 'vitest';
import type { Event } from '../event/event.js';
import { EventScope } from './event-scope.js';

function eventOf(fields: Record<string, unknown>, about: Partial<Event> = {}): Event {
  return {
    idHigh: 0,
    idLow: 0,
    host: 'pc1',
    computer: 'PC1',
    timeMs: 0,
    timeSource: 'none',
    sensor: 'sysmon',
    provider: 'Microsoft-Windows-Sysmon',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    eventId: 10,
    recordNumber: 0,
    loggerPid: 0,
    action: 'processaccess',
    fields,
    file: undefined,
    line: 0,
    ...about,
  };
}

describe('EventScope', () => {
  test.each<{ name: string; fields: Record<string, unknown>; field: string; value: unknown }>([
    { name: 'a text', fields: { Image: 'C:\\Windows\\CMD.EXE' }, field: 'image', value: 'c:\\windows\\cmd.exe' },
    { name: 'an absent field', fields: {}, field: 'image', value: undefined },
    { name: 'a null', fields: { Image: null }, field: 'image', value: null },
    { name: 'a text beyond ASCII', fields: { Image: 'ÜBER ΣΑΣ İ' }, field: 'image', value: 'über σας i̇' },
    { name: 'a long text', fields: { Message: 'X'.repeat(10_000) }, field: 'message', value: 'x'.repeat(10_000) },
    { name: 'a mask in hexadecimal', fields: { GrantedAccess: '0x1410' }, field: 'grantedaccess', value: 0x1410 },
    { name: 'a mask that is a number', fields: { GrantedAccess: 5136 }, field: 'grantedaccess', value: 5136 },
    { name: 'a mask that is neither', fields: { GrantedAccess: 'All' }, field: 'grantedaccess', value: 'all' },
    { name: 'a process id in decimal', fields: { ProcessId: '4711' }, field: 'processid', value: 4711 },
    { name: 'a logon id', fields: { LogonId: '0x3e7' }, field: 'logonid', value: 999 },
    { name: 'a port', fields: { DestinationPort: '445' }, field: 'destinationport', value: 445 },
    { name: 'digits in a field that is a text', fields: { Details: '0x10' }, field: 'details', value: '0x10' },
    { name: 'a truth value written as text', fields: { Initiated: 'True' }, field: 'initiated', value: true },
    { name: 'a truth value', fields: { Initiated: false }, field: 'initiated', value: false },
    { name: 'a truth value that is neither', fields: { Initiated: 'maybe' }, field: 'initiated', value: 'maybe' },
    { name: 'a name the table does not know', fields: { SomeOddName: 'X' }, field: 'someoddname', value: 'x' },
    { name: 'a look-alike is not the field', fields: { ProcessID: 4 }, field: 'processid', value: undefined },
    { name: 'a name with capitals is never there', fields: { Image: 'x' }, field: 'Image', value: undefined },
    { name: 'nothing from the prototype', fields: {}, field: 'constructor', value: undefined },
    { name: 'nothing from the prototype in any spelling', fields: {}, field: 'tostring', value: undefined },
    {
      name: 'a field named like the prototype',
      fields: JSON.parse('{"__proto__": "X"}') as Record<string, unknown>,
      field: '__proto__',
      value: 'x',
    },
    { name: 'a list', fields: { Data: ['A', 1, null, ['B']] }, field: 'data', value: ['a', 1, null, ['b']] },
    { name: 'the action', fields: { Action: 'ALLOW' }, field: 'action', value: 'processaccess' },
    { name: 'the event id', fields: {}, field: 'eventid', value: 10 },
    { name: 'the channel', fields: {}, field: 'channel', value: 'microsoft-windows-sysmon/operational' },
    { name: 'the host', fields: { host: 'collector' }, field: 'host', value: 'pc1' },
  ])('$name', ({ fields, field, value }) => {
    const scope = new EventScope().turnTo(eventOf(fields));
    expect(scope.get(field)).toEqual(value);
    expect(scope.get(field)).toEqual(value);
  });

  test('a map keeps its own names, in lower case, the first of two that fall together', () => {
    const fields = { UserData: JSON.parse('{"Name": "A", "NAME": "B", "__proto__": {"X": "Y"}}') as unknown };
    const value = new EventScope().turnTo(eventOf(fields)).get('userdata') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['name', '__proto__']);
    expect(value['name']).toBe('a');
  });

  test('nesting without end is cut', () => {
    let deep: unknown = 'X';
    for (let depth = 0; depth < 10_000; depth++) deep = [deep];
    expect(() => new EventScope().turnTo(eventOf({ Data: deep })).get('data')).not.toThrow();
  });

  test('an event without an action has an empty one', () => {
    expect(new EventScope().turnTo(eventOf({}, { action: undefined })).get('action')).toBe('');
  });

  test('answers for the event it was turned to last', () => {
    const scope = new EventScope();
    for (let round = 0; round < 10_000; round++) {
      expect(scope.turnTo(eventOf({ Image: `X${round}` })).get('image')).toBe(`x${round}`);
    }
    expect(scope.turnTo(eventOf({})).get('image')).toBeUndefined();
  });
});
