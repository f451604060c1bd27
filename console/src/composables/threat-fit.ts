/** Whether a threat that the stream told of belongs in a list, as far as this can be told without asking the server. */

import type { ThreatQuery, ThreatSummary } from '../../../src/contract/index.js';

export type Fit = 'in' | 'out' | 'unknown';

export function fitOf(threat: ThreatSummary, query: ThreatQuery): Fit {
  const fits = [
    told(query.verdict === undefined || threat.verdict === query.verdict),
    told(query.changed === undefined || threat.changed === query.changed),
    told(query.minScore === undefined || threat.score >= query.minScore),
    told(query.technique === undefined || hasTechnique(threat.techniques, query.technique)),
    told(isWithin(threat.last, query.from, query.to)),
    query.host === undefined ? 'in' : hostFit(threat.host, query.host),
    // It is sought in more than a row holds.
    query.text === undefined ? 'in' : 'unknown',
  ] as const satisfies readonly Fit[];
  if (fits.includes('out')) return 'out';
  return fits.includes('unknown') ? 'unknown' : 'in';
}

function told(holds: boolean): Fit {
  return holds ? 'in' : 'out';
}

function hasTechnique(techniques: readonly string[], wanted: string): boolean {
  return techniques.some((one) => one === wanted || one.startsWith(`${wanted}.`));
}

function isWithin(time: string | null, from: string | undefined, to: string | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  if (time === null) return false;
  const ms = Date.parse(time);
  return (from === undefined || ms >= Date.parse(from)) && (to === undefined || ms < Date.parse(to));
}

/** Short and full names may mean one machine, which the server knows; names that begin otherwise never do. */
function hostFit(host: string, wanted: string): Fit {
  const [one, other] = [host.toLowerCase(), wanted.toLowerCase()];
  if (one === other) return 'in';
  if (other.includes('*')) return 'unknown';
  return one.split('.', 1)[0] === other.split('.', 1)[0] ? 'unknown' : 'out';
}
