/** Which thread of a scan has which hosts and reads which files, as far as samples tell beforehand: much the same work for each, and little to hand over. */

import type { HostTally } from './host-survey.js';

export interface SurveyedFile {
  readonly bytes: number;
  readonly hosts: HostTally;
}

export interface ScanPlan {
  /** The place of the thread by host, as `hostKey` has it. */
  readonly hosts: ReadonlyMap<string, number>;
  /** By file, in the order given: the place of the thread that most of it is for; `undefined` where nothing is known of it. */
  readonly files: readonly (number | undefined)[];
}

/**
 * The heaviest host first. It goes to the thread that already has most of what lies in the same files, for whoever reads those has no need to hand it over, while
 * that thread has less than an even share; else to the thread that has least. A host is never split, so one that is more than an even share bounds what is gained.
 */
export function planScan(surveyed: readonly SurveyedFile[], count: number): ScanPlan {
  const files = surveyed.map(weighed);
  const weights = new Map<string, number>();
  for (const file of files) for (const [host, weight] of file) weights.set(host, (weights.get(host) ?? 0) + weight);
  const evenShare = sum(weights.values()) / count;
  const loads = Array.from({ length: count }, () => 0);
  const hosts = new Map<string, number>();
  for (const [host, weight] of [...weights].sort(([, one], [, other]) => other - one)) {
    const near = heaviest(neighbours(files, host, hosts, count));
    const place = near !== undefined && loads[near]! + weight <= evenShare ? near : loads.indexOf(Math.min(...loads));
    hosts.set(host, place);
    loads[place]! += weight;
  }
  return { hosts, files: files.map((file) => heaviest(byPlace(file, hosts, count))) };
}

/** Bytes of a file by host, as if all of it were as its sample. */
function weighed({ bytes, hosts }: SurveyedFile): ReadonlyMap<string, number> {
  const events = sum(hosts.values());
  return new Map([...hosts].map(([host, count]) => [host, (bytes * count) / events]));
}

/** By thread: the weight of what it has in the files that hold events of the host. */
function neighbours(
  files: readonly ReadonlyMap<string, number>[],
  host: string,
  hosts: ReadonlyMap<string, number>,
  count: number,
): readonly number[] {
  const weights = Array.from({ length: count }, () => 0);
  for (const file of files) {
    if (!file.has(host)) continue;
    for (const [place, weight] of byPlace(file, hosts, count).entries()) weights[place]! += weight;
  }
  return weights;
}

/** By thread: the weight of its hosts in the file. */
function byPlace(
  file: ReadonlyMap<string, number>,
  hosts: ReadonlyMap<string, number>,
  count: number,
): readonly number[] {
  const weights = Array.from({ length: count }, () => 0);
  for (const [host, weight] of file) {
    const place = hosts.get(host);
    if (place !== undefined) weights[place]! += weight;
  }
  return weights;
}

function heaviest(weights: readonly number[]): number | undefined {
  const most = Math.max(...weights);
  return most > 0 ? weights.indexOf(most) : undefined;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
