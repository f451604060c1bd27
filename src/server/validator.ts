/** Checks requests against the contract's schemas. Bodies are taken as they are; query strings are text, so numbers and booleans are read out of them. */

import { Ajv, type Options } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

const SHARED: Options = {
  strict: false,
  // Faults carry the schema that was missed: problem.ts says its words instead of a pattern.
  verbose: true,
  formats: { 'date-time': (text: string) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)) },
};

export function validatorCompiler(): FastifySchemaCompiler<object> {
  const bodies = new Ajv(SHARED);
  const queries = new Ajv({ ...SHARED, coerceTypes: true, useDefaults: true });
  return ({ schema, httpPart }) => (httpPart === 'body' ? bodies : queries).compile(schema);
}
