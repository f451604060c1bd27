import { expect, test } from 'vitest';
import { linesOfObjects } from './lines-of-objects.js';

test.each([
  { name: 'nothing', body: '', lines: [] },
  { name: 'blank lines', body: '\n \r\n\t\n', lines: [] },
  { name: 'one line without an end', body: '{"a":1}', lines: ['{"a":1}'] },
  { name: 'lines with every kind of end', body: ' {"a":1} \r\n\n{"b":2}\n', lines: [' {"a":1} \r\n', '{"b":2}\n'] },
  { name: 'a list', body: '[{"a":1}]', lines: undefined },
  { name: 'a list over several lines', body: '[\n{"a":1},\n{"b":2}\n]', lines: undefined },
  { name: 'an object over several lines', body: '{\n"a":1\n}', lines: undefined },
  { name: 'an object that is cut off', body: '{"a":1}\n{"b":', lines: undefined },
  {
    name: "a batch of Azure's, which is several records",
    body: '{"a":1}\n{ "records" : [{"b":2},{"c":3}]}',
    lines: undefined,
  },
  { name: 'what only looks like one', body: '{"record":[{"b":2}]}\n', lines: ['{"record":[{"b":2}]}\n'] },
  { name: 'text', body: 'hello', lines: undefined },
])('$name', ({ body, lines }) => {
  expect(linesOfObjects(Buffer.from(body))?.map(String)).toEqual(lines);
});
