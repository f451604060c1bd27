/** A stated reason not to score something. The allow list is the exceptions of scope `hash`. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf, PageQuery } from './list.js';
import { Id32, Nullable, OneOf, Time } from './scalar.js';

export const EXCEPTION_SCOPES = ['hash', 'path', 'commandLine', 'user', 'host', 'rule', 'ancestor'] as const;
export const ExceptionScope = OneOf(EXCEPTION_SCOPES);
export type ExceptionScope = (typeof EXCEPTION_SCOPES)[number];

export const Exception = Type.Object(
  {
    id: Type.String(),
    scope: ExceptionScope,
    value: Type.String(),
    host: Nullable(Type.String()),
    rule: Nullable(Type.String()),
    reason: Type.String(),
    author: Type.String(),
    created: Time,
    /** Event time from which it no longer holds. */
    expires: Nullable(Time),
    /** Evidence it has turned to zero points. */
    hits: Type.Integer(),
  },
  { $id: 'Exception' },
);
export type Exception = Static<typeof Exception>;

export const ExceptionPage = PageOf(Exception, 'ExceptionPage');
export type ExceptionPage = Static<typeof ExceptionPage>;

export const ExceptionQuery = Type.Object(
  { ...PageQuery, scope: Type.Optional(ExceptionScope) },
  { additionalProperties: false },
);

const common = {
  host: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  rule: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  reason: Type.String({ maxLength: 1000, pattern: '\\S', description: 'a reason, in words' }),
  expires: Type.Optional(Time),
};

/**
 * Body of `POST /exceptions`. With `process` instead of `scope` and `value`, the hash that the process's create event carried goes on the
 * allow list (SHA256 where it has one).
 */
export const ExceptionRequest = Type.Union(
  [
    Type.Object(
      { scope: ExceptionScope, value: Type.String({ minLength: 1, maxLength: 4096 }), ...common },
      { additionalProperties: false },
    ),
    Type.Object({ process: Id32, ...common }, { additionalProperties: false }),
  ],
  { $id: 'ExceptionRequest' },
);
export type ExceptionRequest = Static<typeof ExceptionRequest>;
