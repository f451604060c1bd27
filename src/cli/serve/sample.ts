/** The built-in sample attack as events to take in. */

import type { IncomingEvent, SampleMaker } from '../../app/live-ports.js';
import { sampleAttack, SAMPLE_HOST_PREFIX } from '../../app/simulate/sample.js';
import { createJsonDecoder } from '../../sources/json/json.js';

export const sampleMaker: SampleMaker = {
  hosts: [`${SAMPLE_HOST_PREFIX}01`],
  make(nowMs) {
    const events: IncomingEvent[] = [];
    const decoder = createJsonDecoder({
      event: (event, raw) => void (raw !== undefined && events.push({ event, raw: Buffer.from(raw) })),
      skip: ({ message }) => {
        throw new Error(`the sample holds a record that is none: ${message}`);
      },
    });
    for (const line of sampleAttack(nowMs).lines) decoder.push(Buffer.from(`${line}\n`));
    decoder.end();
    return events;
  },
};
