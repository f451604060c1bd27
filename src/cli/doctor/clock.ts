/** The machine's clock: what the log calls received, and what sessions, tokens and retention go by. */

import type { Finding } from './finding.js';

const topic = 'clock';
const ADVICE = 'Set the clock and keep it set (chrony, systemd-timesyncd).';
/** This program was written then; no machine that runs it can be earlier. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
/** A clock that is being corrected gains or loses half a thousandth at most (adjtime). */
const STEP_MS = 100;
const AHEAD_MS = 60_000;

export interface ClockReading {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function readClock(): ClockReading {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}

/** @param newestMs  when the newest record of the logs came, where there is one */
export function checkClock(start: ClockReading, end: ClockReading, newestMs: number | undefined): readonly Finding[] {
  const found: Finding[] = [];
  const now = new Date(end.wallMs).toISOString();
  const overMs = end.monotonicMs - start.monotonicMs;
  const stepMs = Math.round(end.wallMs - start.wallMs - overMs);
  if (end.wallMs < EARLIEST_MS || end.wallMs > LATEST_MS)
    found.push({ topic, grade: 'fail', says: `it is ${now} by this machine’s clock`, advice: ADVICE });
  else if (Math.abs(stepMs) > STEP_MS)
    found.push({
      topic,
      grade: 'warn',
      says: `the clock was set by ${stepMs} ms within ${Math.round(overMs)} ms`,
      advice: ADVICE,
      figures: { stepMs },
    });
  else
    found.push({
      topic,
      grade: 'ok',
      says: `it is ${now}, and the clock runs evenly (${stepMs} ms off in ${Math.round(overMs)} ms)`,
      figures: { stepMs },
    });
  if (newestMs === undefined) return found;
  const aheadMs = Math.round(newestMs - end.wallMs);
  const newest = new Date(newestMs).toISOString();
  if (aheadMs > AHEAD_MS)
    found.push({
      topic,
      grade: 'fail',
      says: `the newest record came at ${newest}, which is yet to be: the clock was ahead then, or is behind now`,
      advice: `${ADVICE} Until then rates, silence and retention go by wrong times.`,
      figures: { aheadMs },
    });
  else found.push({ topic, grade: 'ok', says: `the newest record came at ${newest}`, figures: { aheadMs } });
  return found;
}
