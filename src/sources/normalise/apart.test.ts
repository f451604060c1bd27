import { expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';

const PLACE = { file: undefined, line: 1 };

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), PLACE);
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

test('properties that PowerShell cut off at its depth are no values', () => {
  const Properties = Array.from({ length: 15 }, () => 'System.Diagnostics.Eventing.Reader.EventProperty');
  const event = read({
    Id: 4624,
    ProviderName: 'Microsoft-Windows-Security-Auditing',
    LogName: 'Security',
    MachineName: 'WS5',
    Properties,
    Message: 'An account was successfully logged on.',
  });
  expect(event.fields).toEqual({ Message: 'An account was successfully logged on.' });
});
