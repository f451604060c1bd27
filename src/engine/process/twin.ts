/**
 * Which run that Sysmon reported is the one that a create event without GUID tells of. Asked of times and names alone, never of what was united before:
 * the answer is the same whichever sensor's events came first, and is asked again whenever a run of the pid becomes known or shows something else.
 */

import { fileNameOf } from './pid-timeline.js';
import type { CreateFacts, Process } from './process.js';

/** Two sensors report one creation within this time of each other. */
const SAME_RUN_TOLERANCE_MS = 5000;
/** Where one sensor's clock is a time zone off, the rest of the difference is a multiple of this. */
const ZONE_STEP_MS = 30 * 60_000;
const ZONE_MAX_MS = 14.5 * 60 * 60_000;

/** The run with a GUID that is the same creation: same image, same command line where both tell, nearest in time (a time zone's error aside). */
export function nearestTwin(runs: readonly Process[], facts: CreateFacts): Process | undefined {
  let best: Process | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const run of runs) {
    if (run.guid === '' || !isSameProgram(run, facts)) continue;
    const start = run.sysmonCreate?.timeMs ?? run.identityStartMs;
    const distance = Math.abs(start - facts.timeMs);
    if (distance > ZONE_MAX_MS || distance >= bestDistance) continue;
    const beside = distance % ZONE_STEP_MS;
    if (Math.min(beside, ZONE_STEP_MS - beside) > SAME_RUN_TOLERANCE_MS) continue;
    best = run;
    bestDistance = distance;
  }
  return best;
}

/** By what Sysmon's events say of it: what an event without GUID said would make of the first answer its own reason. */
function isSameProgram(run: Process, facts: CreateFacts): boolean {
  const image = run.sysmonCreate?.image || run.mention?.image || '';
  if (image === '' || fileNameOf(image) !== fileNameOf(facts.image)) return false;
  const ours = run.sysmonCreate?.commandLine ?? '';
  return ours === '' || facts.commandLine === '' || ours.trim() === facts.commandLine.trim();
}
