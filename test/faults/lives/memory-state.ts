/** The state of a server in memory, for all its partitions: commits one after another, as a database that keeps whole transactions. */

import { partitionOf, positionBefore } from '../../../src/app/partition.js';
import type { Arrivals, EffectStore, HostStreamRow } from '../../../src/app/ports.js';
import type { Effects } from '../../../src/engine/effects.js';
import type { Threat } from '../../../src/engine/score/threat.js';

interface Commit {
  readonly partition: number;
  readonly position: number;
  readonly effects: Effects;
  readonly arrivals: readonly Arrivals[];
  readonly streams: readonly HostStreamRow[];
}

/** What is stored of threats once all is written, one after another. */
export function threatsAfter(all: readonly Pick<Effects, 'aliases' | 'withdrawn' | 'threats'>[]): Threat[] {
  const found = new Map<string, Threat>();
  for (const { aliases, withdrawn, threats } of all) {
    for (const { from } of aliases) found.delete(from);
    for (const id of withdrawn) found.delete(id);
    for (const threat of threats) found.set(threat.id, threat);
  }
  return [...found.values()];
}

export class MemoryState {
  #commits: Commit[] = [];

  /** Up to which the effects of a partition are stored. */
  position(partition: number): number {
    return this.#commits.findLast((commit) => commit.partition === partition)?.position ?? positionBefore(partition);
  }

  /** As one run of the program sees it. @param fault  asked before each write: what it fails with */
  session(partition: number, fault: () => Error | undefined): EffectStore {
    const position = (): number => this.position(partition);
    const demandNoFault = (): void => {
      const error = fault();
      if (error !== undefined) throw error;
    };
    return {
      get committedPosition() {
        return position();
      },
      commit: (effects, upTo, arrivals = [], streams = []) => {
        demandNoFault();
        if (upTo > position()) this.#commits.push({ partition, position: upTo, effects, arrivals, streams });
      },
      hostStreams: () => this.streams(),
      addDuplicates: demandNoFault,
    };
  }

  /** The power fails: of the last commits, so many are gone. */
  lose(commits: number): void {
    this.#commits.length = Math.max(0, this.#commits.length - commits);
  }

  threats(): Threat[] {
    return threatsAfter(this.#commits.map(({ effects }) => effects));
  }

  /** Of the rows that events have, in the order of the positions. */
  eventPositions(): number[] {
    const positions = this.#commits.flatMap(({ effects }) => effects.events.map(({ position }) => position));
    return positions.sort((one, other) => one - other);
  }

  /** Events that were counted as arrived, by the partition that counted them. */
  arrived(partition: number): number {
    return this.#commits
      .filter((commit) => commit.partition === partition)
      .flatMap(({ arrivals }) => arrivals)
      .reduce((sum, { events }) => sum + events, 0);
  }

  /** As they were stored last. */
  streams(): HostStreamRow[] {
    const rows = new Map<string, HostStreamRow>();
    for (const { streams } of this.#commits) for (const row of streams) rows.set(row.key, row);
    return [...rows.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  /** @throws Error where effects of one partition stand under the positions of another */
  demandOwnPositions(): void {
    for (const { partition, position, effects } of this.#commits) {
      const strange = effects.events.find((row) => partitionOf(row.position) !== partition || row.position > position);
      if (strange !== undefined)
        throw new Error(`partition ${partition} stored an event of position ${strange.position}`);
    }
  }
}
