/** Every answer with a status of 400 and above: RFC 9457 problem details, `application/problem+json`. */

import { Type, type Static } from '@sinclair/typebox';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

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
    /** Which parts of the request were wrong: JSON pointers into body or query. */
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
    /** Seconds to wait; the same as the header `Retry-After`. */
    retryAfter: Type.Optional(Type.Integer()),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;
