/** The built-in sample attack as lines to take in. */

import type { SampleMaker } from '../../app/live-ports.js';
import { sampleAttack, SAMPLE_HOST_PREFIX } from '../../app/simulate/sample.js';

export const sampleMaker: SampleMaker = {
  hosts: [`${SAMPLE_HOST_PREFIX}01`],
  make: (nowMs) => Buffer.from(`${sampleAttack(nowMs).lines.join('\n')}\n`),
};
