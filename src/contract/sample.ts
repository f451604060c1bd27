/** "Load a sample attack": `POST /samples` feeds it, `DELETE /samples` removes all it made. */

import { Type, type Static } from '@sinclair/typebox';

export const SampleAnswer = Type.Object(
  {
    hosts: Type.Array(Type.String()),
    events: Type.Integer(),
    /** Threats that stand on the sample's hosts. */
    threats: Type.Array(Type.String()),
  },
  { $id: 'SampleAnswer' },
);
export type SampleAnswer = Static<typeof SampleAnswer>;
