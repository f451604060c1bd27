import { expect, test } from 'vitest';
import { RuleIds } from './rule-id.js';

test('makes ids from names, unique and stable', () => {
  const ids = new RuleIds();
  const names = ['Dump LSASS (Memory)', 'Dump LSASS memory', '读取内存', '利用cmd执行', 'Café Überwachung', '', '!!!'];
  expect(names.map((name) => ids.next(name, 'ioa-process'))).toEqual([
    'dump-lsass-memory',
    'dump-lsass-memory-2',
    'ioa-process-1',
    'ioa-process-2',
    'cafe-uberwachung',
    'ioa-process-3',
    'ioa-process-4',
  ]);
});
