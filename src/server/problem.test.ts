/** The codes are public: each is in the reference, and the reference names no other. */

import { readFileSync } from 'node:fs';
import type { FastifySchemaValidationError } from 'fastify';
import { expect, test } from 'vitest';
import { AppError } from '../app/app-error.js';
import { problemBody, problemCodes, toProblem } from './problem.js';

test('docs/reference/api.md lists every code and no other', () => {
  const text = readFileSync(new URL('../../docs/reference/api.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(listed.toSorted()).toEqual(problemCodes().toSorted());
});

test('what was refused is said as data too, for readers in other languages', () => {
  const tooLong = Object.assign(new Error('too long'), {
    validationContext: 'body' as const,
    validation: [
      { keyword: 'maxLength', instancePath: '/name', schemaPath: '', params: { limit: 64 }, message: 'is too long' },
      { keyword: 'format', instancePath: '/expires', schemaPath: '', params: { format: 'date-time' } },
    ] as FastifySchemaValidationError[],
  });
  expect(problemBody(toProblem(tooLong), 'r1').errors).toEqual([
    { path: '/body/name', message: 'is too long', rule: 'maxLength', limit: 64 },
    { path: '/body/expires', message: 'is not as it must be', rule: 'format' },
  ]);
  expect(problemBody(toProblem(new AppError('LOG_FULL', 'No room.')), 'r2')).toMatchObject({
    code: 'EVENTS_STOPPED',
    detail: 'No room.',
    cause: 'LOG_FULL',
  });
  expect(problemBody(toProblem(new AppError('STORE_FAILED', 'It could not be read.')), 'r3')).toMatchObject({
    code: 'STATE_FAILED',
    detail: 'It could not be read.',
    cause: 'STORE_FAILED',
  });
});
