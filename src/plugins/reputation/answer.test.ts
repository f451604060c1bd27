import { describe, expect, test } from 'vitest';
import { addressVerdict, hashVerdict } from './answer.js';

const file = (result: unknown) => JSON.stringify({ scan_results: { scan_all_result_i: result } });
const address = (detected: unknown) => JSON.stringify({ lookup_results: { detected_by: detected } });

describe('of a hash', () => {
  test.each([
    { name: 'no threat', status: 200, text: file(0), verdict: 'good' },
    { name: 'infected', status: 200, text: file(1), verdict: 'bad' },
    { name: 'suspicious', status: 200, text: file(2), verdict: 'bad' },
    { name: 'failed to scan', status: 200, text: file(3), verdict: 'unknown' },
    { name: 'on the service’s allow list', status: 200, text: file(7), verdict: 'good' },
    { name: 'on its block list', status: 200, text: file(8), verdict: 'bad' },
    { name: 'not scanned', status: 200, text: file(10), verdict: 'unknown' },
    { name: 'not found', status: 404, text: '{"error":{"code":404003}}', verdict: 'unknown' },
    { name: 'not found, without words', status: 404, text: '', verdict: 'unknown' },
    { name: 'a result as text', status: 200, text: file('1'), verdict: undefined },
    { name: 'no result', status: 200, text: '{"scan_results":{}}', verdict: undefined },
    { name: 'no results', status: 200, text: '{}', verdict: undefined },
    { name: 'a list', status: 200, text: '[]', verdict: undefined },
    { name: 'null', status: 200, text: 'null', verdict: undefined },
    { name: 'rubbish', status: 200, text: '<html>', verdict: undefined },
    { name: 'nothing', status: 200, text: '', verdict: undefined },
    { name: 'a verdict with a status that is none', status: 500, text: file(1), verdict: undefined },
    { name: 'a redirect', status: 302, text: file(0), verdict: undefined },
    { name: 'refused', status: 401, text: '{}', verdict: undefined },
  ])('$name: $verdict', ({ status, text, verdict }) => {
    expect(hashVerdict(status, text)).toBe(verdict);
  });
});

describe('of an address', () => {
  test.each([
    { name: 'nobody lists it', status: 200, text: address(0), verdict: 'good' },
    { name: 'somebody lists it', status: 200, text: address(1), verdict: 'bad' },
    { name: 'not found', status: 404, text: '', verdict: 'unknown' },
    { name: 'a number below none', status: 200, text: address(-1), verdict: undefined },
    { name: 'a number as text', status: 200, text: address('4'), verdict: undefined },
    { name: 'a file’s answer', status: 200, text: file(1), verdict: undefined },
    { name: 'rubbish', status: 200, text: ']', verdict: undefined },
  ])('$name: $verdict', ({ status, text, verdict }) => {
    expect(addressVerdict(status, text)).toBe(verdict);
  });
});
