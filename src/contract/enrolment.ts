/** How a sensor gets its token: a code from an administrator and the sensor's own host name. */

import { Type, type Static } from '@sinclair/typebox';
import { HostName } from './scalar.js';

/** `POST /enrol`; answered with `TokenCreated`. */
export const EnrolRequest = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 128 }),
    host: HostName,
  },
  { $id: 'EnrolRequest', additionalProperties: false },
);
export type EnrolRequest = Static<typeof EnrolRequest>;
