import { expect, test } from 'vitest';
import { evaluateLine } from './eval.js';

test.each([
  { name: 'true', line: '{"id":1,"expr":"a == \\"x\\"","event":{"a":"x"}}', answer: { id: 1, result: true } },
  { name: 'false', line: '{"id":"k","expr":"a == \\"x\\"","event":{"a":"y"}}', answer: { id: 'k', result: false } },
  { name: 'the truth of a value that is none', line: '{"id":1,"expr":"a","event":{"a":0}}', answer: { id: 1, result: false } },
  { name: 'a syntax error', line: '{"id":1,"expr":"(","event":{}}', answer: { id: 1, error: 'syntax' } },
  { name: 'an absent field', line: '{"id":1,"expr":"a == 1","event":{}}', answer: { id: 1, error: 'resolution' } },
  { name: 'nothing from the prototype', line: '{"id":1,"expr":"constructor == 1","event":{}}', answer: { id: 1, error: 'resolution' } },
  { name: 'a field named like the prototype', line: '{"id":1,"expr":"__proto__ == 1","event":{"__proto__":1}}', answer: { id: 1, result: true } },
  { name: 'a type error', line: '{"id":1,"expr":"a > 1","event":{"a":"x"}}', answer: { id: 1, error: 'type' } },
  { name: 'a look-up error', line: '{"id":1,"expr":"a[5] == \\"x\\"","event":{"a":"x"}}', answer: { id: 1, error: 'lookup' } },
  { name: 'the time', line: '{"id":1,"expr":"$now.year == 2026","event":{}}', answer: { id: 1, result: true } },
  { name: 'a whole number beyond 2^53', line: '{"id":1,"expr":"a & 1","event":{"a":9007199254740993}}', answer: { id: 1, result: true } },
  { name: 'such a number in a list', line: '{"id":1,"expr":"a[0].to_str == \\"-18446744073709551615\\"","event":{"a":[-18446744073709551615]}}', answer: { id: 1, result: true } },
  { name: 'as many digits in a text', line: '{"id":1,"expr":"a == \\"\\\\\\"9007199254740993\\"","event":{"a":"\\"9007199254740993"}}', answer: { id: 1, result: true } },
  { name: 'as many digits of a fraction', line: '{"id":1,"expr":"a < 1 and a > 0","event":{"a":0.9007199254740993}}', answer: { id: 1, result: true } },
  { name: 'an id beyond 2^53', line: '{"id":9007199254740993,"expr":"true","event":{}}', answer: { id: 9007199254740992, result: true } },
  { name: 'a long number that JSON has not', line: '{"expr":"true","event":{"a":00000000000000001}}', answer: { id: null, error: 'input' } },
  { name: 'no event', line: '{"id":1,"expr":"true"}', answer: { id: 1, result: true } },
  { name: 'no id', line: '{"expr":"true","event":{}}', answer: { id: null, result: true } },
  { name: 'not JSON', line: 'x', answer: { id: null, error: 'input' } },
  { name: 'not an object', line: '[1]', answer: { id: null, error: 'input' } },
  { name: 'no expression', line: '{"id":7,"event":{}}', answer: { id: 7, error: 'input' } },
  { name: 'an event that is a list', line: '{"id":7,"expr":"true","event":[]}', answer: { id: 7, error: 'input' } },
])('$name', ({ line, answer }) => {
  expect(evaluateLine(line, Date.UTC(2026, 5, 1))).toMatchObject(answer);
});
