/** The clock and the timers of this machine, for folders that have none of their own. */

import type { Clock, Pause } from '../../app/ports.js';

export const systemClock: Clock = { nowMs: () => Date.now() };

export const systemPause: Pause = {
  turn: () => new Promise((resolve) => void setImmediate(resolve)),
  sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
};
