/** How good a password is, by length and by what everybody tries first; no rules about its letters. Pure. */

/** Same values as the contract's; the types hold them to it. */
export const PASSWORD_MIN_LENGTH: typeof import('../../../src/contract/index.js').PASSWORD_MIN_LENGTH = 10;

export type PasswordGrade = 'empty' | 'short' | 'common' | 'fair' | 'good';

const COMMON = [
  'password',
  'passw0rd',
  'qwertyuiop',
  'administrator',
  'chainsight',
  'iloveyou',
  'letmein',
  'welcome',
  '1234567890',
  '0987654321',
  'abcdefghij',
  'woaini',
  'admin123',
];
const GOOD_LENGTH = 16;

export function gradeOf(password: string, name: string): PasswordGrade {
  if (password === '') return 'empty';
  if (password.length < PASSWORD_MIN_LENGTH) return 'short';
  const plain = password.toLowerCase();
  // What is left beside a common word or the name must be a password of its own.
  const rest = [...COMMON, name.toLowerCase()]
    .filter((word) => word.length > 2)
    .reduce((text, word) => text.replaceAll(word, ''), plain);
  if (rest.length < PASSWORD_MIN_LENGTH / 2 || new Set(plain).size < 5) return 'common';
  return password.length >= GOOD_LENGTH ? 'good' : 'fair';
}
