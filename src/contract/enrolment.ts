/** How a sensor gets its token: a code from an administrator and the sensor's own host name. */

import { Type, type Static } from '@sinclair/typebox';

/** Letters of any script, digits and `. _ : -`: what machines are called, and addresses. */
export const HOST_NAME_PATTERN = '^[\\p{L}\\p{N}_][\\p{L}\\p{N}._:-]*$';

/** `POST /enrol`; answered with `TokenCreated`. */
export const EnrolRequest = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 128 }),
    host: Type.String({ minLength: 1, maxLength: 128, pattern: HOST_NAME_PATTERN }),
  },
  { $id: 'EnrolRequest', additionalProperties: false },
);
export type EnrolRequest = Static<typeof EnrolRequest>;
