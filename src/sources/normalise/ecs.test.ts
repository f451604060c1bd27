/** What Elastic's Sysmon module moves or rewrites, put back. Records after the expected output of its own tests. */

import { expect, test } from 'vitest';
import { isSkip, normalise } from './normalise.js';

function fieldsOf(eventId: string, ecs: Record<string, unknown>, event_data?: unknown): Record<string, unknown> {
  const winlog = {
    channel: 'Microsoft-Windows-Sysmon/Operational',
    provider_name: 'Microsoft-Windows-Sysmon',
    computer_name: 'ws5',
    event_id: eventId,
    event_data,
  };
  const result = normalise({ ...ecs, event: { code: eventId }, winlog }, { file: undefined, line: 1 });
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result.fields;
}

const value = (type: string, text: string): Record<string, unknown> => ({
  registry: { path: 'HKU\\Software\\Key 1', data: { type, strings: [text] } },
});
const hashed = { hash: { md5: '199e1cf5b2250bd515ecccf4ca686301' }, pe: { imphash: 'd90d' } };
const HASHES = 'MD5=199E1CF5B2250BD515ECCCF4CA686301,IMPHASH=D90D';

test.each([
  { name: 'a number of 32 bits', id: '13', ecs: value('SZ_DWORD', '4'), field: 'Details', text: 'DWORD (0x00000004)' },
  {
    name: 'a number of 64 bits',
    id: '13',
    ecs: value('SZ_QWORD', '5'),
    field: 'Details',
    text: 'QWORD (0x00000000-0x00000005)',
  },
  {
    name: 'a number that the module made of two halves',
    id: '13',
    ecs: value('SZ_QWORD', '4294967296'),
    field: 'Details',
    text: '4294967296',
  },
  { name: 'a text that is a number', id: '13', ecs: value('REG_SZ', '4'), field: 'Details', text: '4' },
  { name: 'hashes of a deleted file', id: '23', ecs: { process: hashed }, field: 'Hashes', text: HASHES },
  { name: 'hashes of a file noted as deleted', id: '26', ecs: { file: hashed }, field: 'Hashes', text: HASHES },
  { name: 'hashes of the clipboard', id: '24', ecs: { process: hashed }, field: 'Hashes', text: HASHES },
  { name: 'no hashes of the process that wrote', id: '11', ecs: { process: hashed }, field: 'Hashes', text: undefined },
  {
    name: 'what a consumer runs',
    id: '20',
    ecs: { process: { executable: 'cmd /c x' } },
    field: 'Destination',
    text: 'cmd /c x',
  },
  {
    name: 'how an image was replaced',
    id: '25',
    ecs: { message: 'Image is replaced' },
    field: 'Type',
    text: 'Image is replaced',
  },
  {
    name: 'a rendered message',
    id: '25',
    ecs: { message: 'Process Tampering:\nRuleName: -' },
    field: 'Type',
    text: undefined,
  },
  {
    name: 'a query that went well',
    id: '22',
    ecs: { sysmon: { dns: { status: 'SUCCESS' } } },
    field: 'QueryStatus',
    text: '0',
  },
  {
    name: 'a status unknown here',
    id: '22',
    ecs: { sysmon: { dns: { status: '17' } } },
    field: 'QueryStatus',
    text: '17',
  },
  {
    name: 'answers of a query',
    id: '22',
    ecs: {
      dns: {
        answers: [
          { data: 'a.example', type: 'CNAME' },
          { data: '10.0.0.1', type: 'A' },
          { data: 'fe80::1', type: 'AAAA' },
          { type: 'TXT' },
        ],
        resolved_ip: ['10.0.0.1', 'fe80::1'],
      },
    },
    field: 'QueryResults',
    text: 'type:  5 a.example;::ffff:10.0.0.1;fe80::1;',
  },
])('$name', ({ id, ecs, field, text }) => expect(fieldsOf(id, ecs)[field]).toBe(text));
