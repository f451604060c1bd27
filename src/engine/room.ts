/**
 * What a host, and all hosts together, may hold in memory, and who goes first where there is more. What goes was told to the store in its last state.
 * Everything is decided by what is held and in which order it came, never by a clock, so the same log leaves the same behind.
 *
 *     beyond a host's budget         ended leaves without evidence
 *     beyond twice the budget, or    days without evidence · leaves likewise whose end was not seen · leaves whose evidence a stronger one covers ·
 *     beyond that of all hosts       root processes likewise · chains below the threshold · threats
 *     beyond so many hosts           hosts, with all that they hold: those without threats first, and of these those that hold the fewest
 *
 * Each kind goes only where those before it were not enough; of each, the oldest first. A process and a day of a root process count as one each.
 */

import type { ChangeNotes } from './change-notes.js';
import type { Chain } from './chain/chain.js';
import { chainsOf, type Forest } from './chain/forest.js';
import { DEFAULT_LEFT_CHAIN_LIMITS } from './chain/left-chains.js';
import type { EngineCounts, EngineOptions, RoomOptions } from './engine-options.js';
import type { HostTable } from './process/host-table.js';
import type { Process } from './process/process.js';
import { fairShare } from './rule/sigma/correlation/limits.js';

/** Of one host: what an ordinary one starts in some days. */
const HOST_MAX = 10_000;
/** A scan may read the files of a host one after the other, so that late events concern what began long before; and it is not there for months. */
const HOST_MAX_OF_SCAN = 200_000;
/** Of all hosts: with what their chains hold, about two gigabytes. */
const ALL_MAX = 2_200_000;
/** A sender makes up names at no cost; a host of which nothing else is held takes two kilobytes. */
const HOSTS_MAX = 100_000;
/** So much less is left than there may be, so that room is made seldom and costs little for each process. */
const SPARE = 0.1;
const SPARE_OF_ALL = 0.05;
/** From this factor on the budget of a host holds, whatever it is that lives there. */
const HARD = 2;

/** What each of several engines in one program may hold, so that all of them hold no more than one alone would. */
export function shareOfRoom(engines: number): RoomOptions {
  const { itemsPerHost, items } = DEFAULT_LEFT_CHAIN_LIMITS;
  return {
    maxProcesses: Math.ceil(ALL_MAX / engines),
    maxHosts: Math.ceil(HOSTS_MAX / engines),
    leftChainLimits: { itemsPerHost, items: Math.ceil(items / engines) },
  };
}

export interface RoomParts {
  readonly forest: Forest;
  readonly changes: ChangeNotes;
  readonly counts: EngineCounts;
  readonly hosts: ReadonlyMap<string, HostTable>;
  threshold(): number;
  /** Of the hosts that correlations remember events of, by key. */
  correlated(): ReadonlySet<string>;
  /** Nothing is held of these any more. */
  drop(hosts: readonly HostTable[]): void;
}

export class Room {
  readonly #hostMax: number;
  readonly #allMax: number;
  readonly #hostsMax: number;
  /** Threats go only where they are in a store: a scan tells what it found at its end. */
  readonly #isStored: boolean;

  constructor(
    private readonly parts: RoomParts,
    options: RoomOptions & Pick<EngineOptions, 'noteChanges'>,
  ) {
    this.#isStored = options.noteChanges ?? true;
    this.#hostMax = options.maxProcessesPerHost ?? (this.#isStored ? HOST_MAX : HOST_MAX_OF_SCAN);
    this.#allMax = options.maxProcesses ?? ALL_MAX;
    this.#hostsMax = options.maxHosts ?? HOSTS_MAX;
  }

  /** @param created  what the event at hand is about, and hits may yet be given to */
  makeFor(host: HostTable, created: Process): void {
    const max = this.#hostMax;
    if (host.held <= Math.max(max, host.boundAt)) return;
    const spare = Math.max(1, Math.floor(max * SPARE));
    this.#trim(host, max - spare, max * HARD, spare, created);
    // Where most have to stay, looking again at each creation would cost all of them each time.
    host.boundAt = host.held + spare;
  }

  /** To be called now and then: there are no more hosts than may be, and none has more than its share where all together have too much. */
  makeForAll(): void {
    if (this.parts.hosts.size > this.#hostsMax) this.#leaveHosts();
    const sizes = [...this.parts.hosts.values()].map(({ held }) => held);
    if (sizes.reduce((sum, size) => sum + size, 0) <= this.#allMax) return;
    const share = fairShare(sizes, Math.floor(this.#allMax * (1 - SPARE_OF_ALL)));
    for (const host of this.parts.hosts.values()) this.#trim(host, share, share, 0, undefined);
  }

  #leaveHosts(): void {
    const goal = Math.floor(this.#hostsMax * (1 - SPARE_OF_ALL));
    const correlated = this.parts.correlated();
    const threshold = this.parts.threshold();
    const going: HostTable[] = [];
    const withThreats: HostTable[] = [];
    const isEnough = (): boolean => this.parts.hosts.size - going.length <= goal;
    for (const host of [...this.parts.hosts.values()].sort((one, other) => one.held - other.held)) {
      if (isEnough()) break;
      if (correlated.has(host.key)) continue;
      if (chainsOf(host).some(({ score }) => score >= threshold)) withThreats.push(host);
      else going.push(this.#leaveHost(host));
    }
    for (const host of this.#isStored ? withThreats : []) if (!isEnough()) going.push(this.#leaveHost(host));
    this.parts.drop(going);
  }

  #leaveHost(host: HostTable): HostTable {
    for (const process of host.actors()) this.parts.changes.left(process);
    this.parts.forest.leaveHost(host);
    this.parts.counts.forgotten += host.processes.size;
    return host;
  }

  /**
   * @param soft   so many are left where enough have ended
   * @param hard   so many there may be, ended or not
   * @param spare  how many less are left where there are more
   */
  #trim(host: HostTable, soft: number, hard: number, spare: number, created: Process | undefined): void {
    this.#leave(host, soft, created, (each) => isQuiet(each) && host.hasEnded(each));
    if (host.held <= hard) return;
    const goal = hard - spare;
    if (host.dayChains > 0) this.#leaveDays(host, goal, ({ isBlank }) => isBlank);
    if (host.held > goal) this.#leave(host, goal, created, (each) => !each.isRoot && isQuiet(each));
    if (host.held > goal) this.#leave(host, goal, created, isCovered());
    if (host.held > goal) this.#leave(host, goal, created, isQuiet);
    const threshold = this.parts.threshold();
    if (host.held > goal) this.#leaveChains(host, goal, created, ({ score }) => score < threshold);
    if (host.held > goal && this.#isStored) this.#leaveChains(host, goal, created, () => true);
  }

  /** Leaves that `mayGo`, oldest first. */
  #leave(host: HostTable, goal: number, created: Process | undefined, mayGo: (process: Process) => boolean): void {
    const going = new Set<Process>();
    for (const process of host.processes.values()) {
      if (host.held - going.size <= goal) break;
      if (process !== created && !process.hasChildren && mayGo(process)) going.add(process);
    }
    for (const process of going) this.parts.changes.left(process);
    this.parts.forest.leave(going);
    this.#forget(host, going);
  }

  #leaveDays(host: HostTable, goal: number, mayGo: (day: Chain) => boolean): void {
    for (const process of host.actors()) {
      if (host.held <= goal) return;
      this.#leaveDaysOf(process, host, goal, mayGo);
    }
  }

  #leaveDaysOf(process: Process, host: HostTable, goal: number, mayGo: (day: Chain) => boolean): void {
    for (const day of process.dayChains?.values() ?? []) {
      if (host.held <= goal) return;
      if (mayGo(day)) this.parts.forest.leaveDay(day);
    }
  }

  /** Whole chains, and days of root processes, that `mayGo`: oldest first, and last of all that in which `created` goes on alone. */
  #leaveChains(host: HostTable, goal: number, created: Process | undefined, mayGo: (chain: Chain) => boolean): void {
    for (const process of host.actors()) {
      if (host.held <= goal) return;
      // A root process without days may go the next time.
      this.#leaveDaysOf(process, host, goal, mayGo);
      const { chain } = process;
      if (chain !== undefined && chain !== created?.chain && mayGo(chain)) this.#leaveChain(host, chain, undefined);
    }
    if (host.held > goal && created?.chain !== undefined && mayGo(created.chain))
      this.#leaveChain(host, created.chain, created);
  }

  #leaveChain(host: HostTable, chain: Chain, except: Process | undefined): void {
    const going = new Set(chain.members);
    if (except !== undefined) going.delete(except);
    for (const member of going) this.parts.changes.left(member);
    this.parts.forest.leaveChain(chain, except);
    this.#forget(host, going);
  }

  #forget(host: HostTable, going: ReadonlySet<Process>): void {
    for (const process of going) host.forget(process);
    this.parts.counts.forgotten += going.size;
  }
}

/** Neither it nor a day of its own deeds holds evidence. */
function isQuiet(process: Process): boolean {
  const { chain } = process;
  // A profile that an earlier policy gave may be all that a chain holds.
  if (process.hasEvidence || (chain?.start === process && chain.profiles.size > 0)) return false;
  for (const day of process.dayChains?.values() ?? []) if (day.hasHolders) return false;
  return true;
}

/** No ledger names them, so without them every ledger stays as it is. */
function isCovered(): (process: Process) => boolean {
  const shown = new Map<Chain, Set<Process>>();
  return (process) => {
    const { chain } = process;
    if (chain === undefined || process.carried !== undefined) return false;
    let those = shown.get(chain);
    if (those === undefined) {
      those = new Set([...chain.ledger.values(), ...chain.profiles.values()].map((item) => item.process));
      shown.set(chain, those.add(chain.start));
    }
    return !those.has(process);
  };
}
