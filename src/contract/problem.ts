/** Every answer with a status of 400 and above: RFC 9457 problem details, `application/problem+json`. */

import { Type, type Static } from '@sinclair/typebox';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** A part of the request that was wrong. */
export const ProblemPart = Type.Object({
  /** JSON pointer into body or query. */
  path: Type.String(),
  message: Type.String(),
  /** What it breaks, as JSON Schema calls it (`maxLength`), `future`; of an expression the kind of error (`syntax`). */
  rule: Type.Optional(Type.String()),
  /** The number that goes with it: characters, least or most. */
  limit: Type.Optional(Type.Number()),
  /** Of an expression: where it is wrong, counted from 0. */
  offset: Type.Optional(Type.Integer()),
});
export type ProblemPart = Static<typeof ProblemPart>;

export const Problem = Type.Object(
  {
    /** `https://chainsight.dev/problems/CODE` is never fetched: an identifier, as the RFC allows. */
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    /** What was wrong with this request and what to do, one or two sentences. */
    detail: Type.String(),
    /** Public error code, `AREA_WHAT`; the same word as in `type`. */
    code: Type.String(),
    /** Id of this request, as in the server's own log. */
    instance: Type.String(),
    errors: Type.Optional(Type.Array(ProblemPart)),
    /** Code of what failed beneath (`LOG_FULL`), where `code` is about the request. */
    cause: Type.Optional(Type.String()),
    /** Seconds to wait; the same as the header `Retry-After`. */
    retryAfter: Type.Optional(Type.Integer()),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;
