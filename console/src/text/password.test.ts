import { expect, test } from 'vitest';
import { gradeOf } from './password.js';

test.each([
  { password: '', grade: 'empty' },
  { password: 'short', grade: 'short' },
  { password: 'password123', grade: 'common' },
  { password: 'aaaaaaaaaaaaaaaa', grade: 'common' },
  { password: 'liwei-liwei-1', name: 'liwei', grade: 'common' },
  { password: 'tin drum 93', grade: 'fair' },
  { password: 'correct horse battery staple', grade: 'good' },
])('"$password" is $grade', ({ password, name = 'admin', grade }) => expect(gradeOf(password, name)).toBe(grade));
