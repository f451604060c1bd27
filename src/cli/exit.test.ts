import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AppError } from '../app/app-error.js';
import { asCommandError, CommandError } from './exit.js';

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test.each([
  { name: 'the log or the state', error: new AppError('STORE_FAILED', 'Writing failed.'), said: 'Writing failed.' },
  {
    name: 'the system',
    error: thrownBy(() => readFileSync('/nowhere/at/all')),
    said: /^The system refused: ENOENT.*nowhere.*\.$/,
  },
])('what $name refuses is a sentence', ({ error, said }) => {
  const told = asCommandError(error);
  expect(told).toBeInstanceOf(CommandError);
  expect((told as CommandError).message).toMatch(said);
});

test.each([
  { name: 'a bug', error: new TypeError('x is not a function') },
  { name: 'a bug that Node names', error: thrownBy(() => readFileSync(undefined as never)) },
  { name: 'what is no error', error: 'text' },
])('$name stays what it is', ({ error }) => expect(asCommandError(error)).toBe(error));
