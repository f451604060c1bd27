import { describe, expect, test } from 'vitest';
import { ChainNames } from './chain-names.js';

describe('which chain an id means', () => {
  test.each<{ name: string; joins: readonly (readonly [string, string])[]; ask: string; is: string }>([
    { name: 'one that never joined', joins: [], ask: 'a', is: 'a' },
    { name: 'one that joined another', joins: [['a', 'b']], ask: 'a', is: 'b' },
    {
      name: 'over several joins',
      joins: [
        ['a', 'b'],
        ['b', 'c'],
      ],
      ask: 'a',
      is: 'c',
    },
    {
      name: 'one that came apart and joined the other way round',
      joins: [
        ['a', 'b'],
        ['b', 'a'],
      ],
      ask: 'b',
      is: 'a',
    },
    {
      name: 'one that stands again because others join it',
      joins: [
        ['a', 'b'],
        ['c', 'a'],
      ],
      ask: 'a',
      is: 'a',
    },
  ])('$name', ({ joins, ask, is }) => {
    const names = new ChainNames();
    names.learn(joins.map(([from, to]) => ({ from, to })));
    expect(names.current(ask)).toBe(is);
    expect(names.current(ask)).toBe(is);
  });

  test('100,000 joins in a row, asked from the far end', () => {
    const names = new ChainNames();
    names.learn(Array.from({ length: 100_000 }, (_, at) => ({ from: `c${at}`, to: `c${at + 1}` })));
    for (let at = 0; at < 1_000; at++) expect(names.current(`c${at}`)).toBe('c100000');
  });
});
