import { describe, expect, test } from 'vitest';
import { bareEvent } from '../../../../../test/support/sigma-trial.js';
import type { Event } from '../../../event/event.js';
import { eventView } from './event-view.js';

const envelope = {
  provider: 'Service Control Manager',
  channel: 'System',
  host: 'ws5.corp.local',
  computer: 'WS5.corp.local',
  eventId: 7045,
} as const;
const event = (fields: Record<string, unknown>, about: Partial<Event> = {}): Event => ({
  ...bareEvent(fields),
  ...about,
});

describe('value', () => {
  test.each<{ name: string; field: string; event: Event; value: unknown }>([
    { name: 'as the event has it', field: 'Image', event: event({ Image: 'C:\\A.exe' }), value: 'C:\\A.exe' },
    { name: 'a number stays one', field: 'ProcessId', event: event({ ProcessId: 12 }), value: 12 },
    { name: 'any case', field: 'IMAGE', event: event({ Image: 'x' }), value: 'x' },
    { name: 'a name that no table knows', field: 'paramx', event: event({ ParamX: 'x' }), value: 'x' },
    { name: 'a name with spaces', field: 'DetectionUser', event: event({ 'Detection User': 'x' }), value: 'x' },
    { name: 'underscores for spaces', field: 'Feature_Name', event: event({ 'Feature Name': 'x' }), value: 'x' },
    { name: 'an underscore for nothing', field: 'Feature_Name', event: event({ FeatureName: 'x' }), value: undefined },
    { name: 'the first of two spellings', field: 'odd', event: event({ Odd: 1, odd: 2 }), value: 1 },
    { name: 'missing', field: 'Image', event: event({}), value: undefined },
    { name: 'null', field: 'Image', event: event({ Image: null }), value: null },
    { name: 'event id', field: 'EventID', event: event({}, envelope), value: 7045 },
    { name: 'event id of a record without', field: 'EventID', event: event({}), value: undefined },
    { name: 'provider', field: 'Provider_Name', event: event({}, envelope), value: 'Service Control Manager' },
    { name: 'channel', field: 'channel', event: event({}, envelope), value: 'System' },
    { name: 'computer', field: 'Computer', event: event({}, envelope), value: 'WS5.corp.local' },
    { name: 'computer by another name', field: 'ComputerName', event: event({}, envelope), value: 'WS5.corp.local' },
    {
      name: 'a field of the record before the envelope',
      field: 'Source',
      event: event({ Source: 'disk' }, envelope),
      value: 'disk',
    },
    {
      name: 'a look-alike of a name of a sensor',
      field: 'ProcessId',
      event: event({ ProcessID: 4 }, { sensor: 'sysmon' }),
      value: undefined,
    },
    { name: 'one of several hashes', field: 'md5', event: event({ Hashes: 'SHA1=AA,MD5=BB' }), value: 'BB' },
    { name: 'the hash of a stream', field: 'Imphash', event: event({ Hash: 'MD5=BB, IMPHASH=00' }), value: '00' },
    {
      name: 'a hash of its own before that',
      field: 'sha1',
      event: event({ SHA1: 'aa', Hashes: 'SHA1=BB' }),
      value: 'aa',
    },
    { name: 'a hash that was not taken', field: 'sha256', event: event({ Hashes: 'SHA1=SHA256=' }), value: undefined },
    { name: 'no hashes at all', field: 'md5', event: event({ Hashes: null }), value: undefined },
    {
      name: 'data without names, in the message',
      field: 'Data',
      event: event({ Message: 'Engine state is changed' }, { channel: 'Windows PowerShell' }),
      value: 'Engine state is changed',
    },
    {
      name: 'data without names, of the applications',
      field: 'Data',
      event: event({ Message: 'ntds.dit' }, { channel: 'application' }),
      value: 'ntds.dit',
    },
    {
      name: 'data of its own before that',
      field: 'Data',
      event: event({ Data: 'x', Message: 'y' }, { channel: 'Windows PowerShell' }),
      value: 'x',
    },
    {
      name: 'no data',
      field: 'Data',
      event: event({ user: 'x' }, { channel: 'Windows PowerShell' }),
      value: undefined,
    },
    { name: 'a message of another channel', field: 'Data', event: event({ Message: 'x' }, envelope), value: undefined },
    { name: 'inside a map', field: 'a.b.c', event: event({ A: { b: { C: 1 } } }), value: 1 },
    { name: 'a map with dots in its names', field: 'a.b.c', event: event({ 'a.b': { c: 1 } }), value: 1 },
    { name: 'inside a list of maps', field: 'a.b', event: event({ a: [{ b: 1 }, { c: 2 }, { b: 3 }] }), value: [1, 3] },
    { name: 'nothing inherited', field: 'constructor', event: event({}), value: undefined },
    { name: 'nothing inherited inside a map', field: 'a.constructor', event: event({ a: {} }), value: undefined },
  ])('$name', ({ field, event: one, value }) => {
    expect(eventView(one).value(field)).toEqual(value);
  });
});

test('texts are all values of the record, nested ones and the message included, and those of its envelope', () => {
  const one = event({ a: 'x', b: [1, { c: true, d: null }], Message: 'a message' }, envelope);
  expect([...eventView(one).texts()]).toEqual([
    'x',
    '1',
    'true',
    'a message',
    'Service Control Manager',
    'System',
    'WS5.corp.local',
    '7045',
  ]);
});
