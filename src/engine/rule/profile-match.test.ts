import { expect, test } from 'vitest';
import { countsFor, isProfileReached, techniquesMet } from './profile-match.js';
import type { Profile } from './rule.js';

function profile(atLeast: number, ...techniques: string[]): Profile {
  const text = { en: '', zh: '' };
  return {
    id: 'p',
    title: text,
    description: text,
    techniques,
    atLeast,
    points: 1,
    references: [],
    pack: '',
    file: '',
    line: 1,
  };
}

test.each([
  { name: 'nothing seen', of: profile(1, 'T1059'), seen: [], met: 0 },
  { name: 'the same technique', of: profile(1, 'T1059.001'), seen: ['T1059.001'], met: 1 },
  { name: 'a sub-technique meets its parent', of: profile(1, 'T1059'), seen: ['T1059.001'], met: 1 },
  { name: 'a parent does not meet a sub-technique', of: profile(1, 'T1059.001'), seen: ['T1059'], met: 0 },
  {
    name: 'two sub-techniques meet their parent once',
    of: profile(2, 'T1059', 'T1003'),
    seen: ['T1059.001', 'T1059.003'],
    met: 1,
  },
  { name: 'parent and sub-technique both listed', of: profile(2, 'T1059', 'T1059.001'), seen: ['T1059.001'], met: 2 },
  { name: 'a technique listed twice counts once', of: profile(2, 'T1059', 'T1059'), seen: ['T1059'], met: 1 },
  { name: 'numbers that begin alike are different', of: profile(1, 'T105'), seen: ['T1059'], met: 0 },
])('$name', ({ of, seen, met }) => {
  expect(techniquesMet(of, new Set(seen.flatMap(countsFor)))).toHaveLength(met);
  expect(isProfileReached(of, seen)).toBe(met >= of.atLeast);
});
