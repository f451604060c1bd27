/** What another policy would have made of the same events, as a difference of verdicts. */

import type { Report, ReportThreat } from '../report/report.js';
import type { EventLog } from '../ports.js';
import { replayEach, type ReplayOptions } from './replay.js';

export interface BackTest {
  /** Threats that the other policy finds in addition, most points first. */
  readonly appeared: readonly ReportThreat[];
  readonly vanished: readonly ReportThreat[];
  /** Threats under both with another score, by id. */
  readonly changed: readonly { readonly id: string; readonly before: number; readonly after: number }[];
}

/** @param options  its `policy` is the one that is tried, against what the log says held at each place */
export async function backTest(log: EventLog, options: ReplayOptions): Promise<BackTest> {
  const [before, after] = await replayEach(log, options, [undefined, options.policy]);
  return differenceOf(before!, after!);
}

export function differenceOf(before: Report, after: Report): BackTest {
  const known = new Map(before.threats.map((threat) => [threat.id, threat]));
  const found = new Map(after.threats.map((threat) => [threat.id, threat]));
  return {
    appeared: after.threats.filter(({ id }) => !known.has(id)),
    vanished: before.threats.filter(({ id }) => !found.has(id)),
    changed: before.threats
      .flatMap(({ id, score }) => {
        const other = found.get(id);
        return other === undefined || other.score === score ? [] : [{ id, before: score, after: other.score }];
      })
      .sort((one, other) => (one.id < other.id ? -1 : 1)),
  };
}
