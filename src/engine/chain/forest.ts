/**
 * Places processes in chains. A process is in its parent's chain unless the parent is a root process or unknown; late facts (a parent, an image
 * that makes a root) join chains or take them apart. Joining costs the smaller side; taking apart, which is rare, the chains concerned.
 */

import type { HostTable } from '../process/host-table.js';
import type { Process } from '../process/process.js';
import { Chain, dayOf, NO_DAY } from './chain.js';
import { DayChains } from './day-chains.js';

export interface ForestObserver {
  /** `from` is part of `into` now, which goes on under `into.id`; the chain that began with `formerStart` is no more. Members moved already. */
  chainsJoined(from: Chain, into: Chain, formerStart: Process): void;
  /** The chain was made anew from links: its ledger must be recomputed from its members. */
  chainRebuilt(chain: Chain): void;
  /** The chain has no members left. `heir` is where its start process is now. */
  chainDissolved(chain: Chain, heir: Chain | undefined): void;
  processMoved(process: Process): void;
  /** A chain of no members yet: one with the same id may have left before. */
  chainOpened(chain: Chain): void;
  /** The last member left that may have been alive. */
  chainQuiet(chain: Chain): void;
  /** The chain is about to leave for want of room, as it is. */
  chainLeaves(chain: Chain): void;
  /** Said before: it may begin again, while its host stays. @param staying  the member that goes on in a chain of its own */
  chainMayReturn(chain: Chain, staying: Process | undefined): void;
  /** Something outside of the forest depends on this very chain. */
  isNeeded(chain: Chain): boolean;
}

/** Days of one root process, from which on those that nothing is held of leave; one like it is made when it is asked for again. */
const BLANK_DAYS_MAX = 8;
/** A clock may name any day at all: past so many the days that came first leave, whatever is held of them. */
const DAYS_MAX = 1000;
const DAYS_LEFT = 900;

export class Forest {
  readonly chains = new Set<Chain>();

  /** @param keepsEmptyDays  they do not leave but for want of room, and are listed */
  constructor(
    private readonly observer: ForestObserver,
    private readonly keepsEmptyDays: boolean,
  ) {}

  *listed(): Iterable<Chain> {
    for (const chain of this.chains) if (this.keepsEmptyDays || !chain.isEmptyDay) yield chain;
  }

  /** Takes out all chains of a host. */
  forgetHost(host: HostTable): readonly Chain[] {
    const gone = chainsOf(host);
    for (const chain of gone) this.#close(chain);
    return gone;
  }

  /** Takes out all chains of a host, for want of room. */
  leaveHost(host: HostTable): void {
    for (const chain of chainsOf(host)) {
      this.observer.chainLeaves(chain);
      this.#close(chain);
    }
  }

  /** A new process without a known parent. */
  add(process: Process): void {
    if (process.isRoot) return;
    this.#enter(process, this.#open(process));
  }

  /** The chain of a root process's deeds on a UTC day. */
  dayChain(root: Process, timeMs: number): Chain {
    const day = dayOf(timeMs);
    const days = (root.dayChains ??= new DayChains());
    let chain = days.get(day);
    if (chain === undefined) {
      chain = new Chain(root, day);
      chain.addMember(root);
      chain.alive = root.endMs === 0 && !root.isHostEvents ? 1 : 0;
      days.add(chain);
      if (days.size > BLANK_DAYS_MAX) this.#leaveDays(days, chain);
      this.chains.add(chain);
      root.hostTable.dayChains++;
      this.observer.chainOpened(chain);
    }
    return chain;
  }

  /** Puts back a chain that was kept. */
  restore(chain: Chain): void {
    this.chains.add(chain);
    if (chain.day === NO_DAY) return;
    const { start } = chain;
    (start.dayChains ??= new DayChains()).add(chain);
    start.hostTable.dayChains++;
  }

  /**
   * Says who started a process; `undefined` takes the link away.
   *
   * @returns false for a link that would close a cycle: it is refused
   */
  link(process: Process, parent: Process | undefined): boolean {
    const before = process.parent;
    if (before === parent) return true;
    if (parent === process) return false;
    if (parent !== undefined && closesCycle(process, parent)) return false;
    before?.children.delete(process);
    process.parent = parent;
    parent?.children.add(process);
    const cutBefore = before === undefined || before.isRoot;
    if (process.chain === undefined) return true;
    if (!cutBefore) this.rebuild(new Set([process.chain, ...(parent?.chain === undefined ? [] : [parent.chain])]));
    else if (parent?.chain !== undefined) this.#join(process.chain, parent.chain);
    return true;
  }

  /** Says whether a process cuts the tree, once its image is known. */
  setRoot(process: Process, isRoot: boolean): void {
    if (process.isRoot === isRoot) return;
    process.isRoot = isRoot;
    const concerned = new Set<Chain>();
    if (isRoot) {
      if (process.chain !== undefined) concerned.add(process.chain);
    } else {
      for (const chain of process.dayChains?.values() ?? []) concerned.add(chain);
      process.dayChains = undefined;
      for (const child of process.children) if (child.chain !== undefined) concerned.add(child.chain);
      if (process.parent?.chain !== undefined) concerned.add(process.parent.chain);
    }
    this.rebuild(concerned, process);
  }

  /** Takes a process out for good: it was absorbed by another or stood for nothing. */
  remove(process: Process): void {
    const concerned = new Set<Chain>();
    if (process.chain !== undefined) concerned.add(process.chain);
    for (const chain of process.dayChains?.values() ?? []) concerned.add(chain);
    for (const child of process.children) {
      child.parent = undefined;
      if (child.chain !== undefined) concerned.add(child.chain);
    }
    process.children.clear();
    process.parent?.children.delete(process);
    process.parent = undefined;
    this.rebuild(concerned, undefined, process);
  }

  /** Takes out processes without children, for want of room; their chains go on without them. */
  leave(going: ReadonlySet<Process>): void {
    const concerned = new Set<Chain>();
    for (const process of going) {
      const { chain } = process;
      if (chain === undefined || chain.start === process) {
        for (const own of process.chains) this.#tellLeaving(own, undefined);
        this.remove(process);
        continue;
      }
      process.parent?.children.delete(process);
      concerned.add(chain);
      process.chain = undefined;
      chain.left++;
      if (process.endMs === 0 && --chain.alive === 0) this.observer.chainQuiet(chain);
      if (chain.hasHolders) chain.holders.delete(process);
    }
    for (const chain of concerned) chain.members = chain.members.filter((member) => !going.has(member));
  }

  /** Takes out a day of a root process, for want of room, where nobody needs it. */
  leaveDay(chain: Chain): void {
    if (this.observer.isNeeded(chain)) return;
    this.#tellLeaving(chain, undefined);
    this.#close(chain);
    chain.start.dayChains?.delete(chain);
  }

  #leaveDays(days: DayChains, except: Chain): void {
    if (!this.keepsEmptyDays)
      for (const chain of [...days.values()]) if (chain.isBlank && chain !== except) this.leaveDay(chain);
    if (days.size <= DAYS_MAX) return;
    for (const chain of [...days.values()].slice(0, days.size - DAYS_LEFT)) if (chain !== except) this.leaveDay(chain);
  }

  /**
   * Takes out a chain of descendants with all its members, for want of room.
   *
   * @param except  goes on in a chain of its own
   */
  leaveChain(chain: Chain, except: Process | undefined): void {
    this.#tellLeaving(chain, except);
    this.chains.delete(chain);
    for (const member of chain.members) {
      member.chain = undefined;
      if (member !== except) member.parent?.children.delete(member);
      // Root processes are in no chain, and stay.
      for (const child of member.children) if (child.isRoot || child === except) child.parent = undefined;
    }
    if (except === undefined) return;
    this.#enter(except, this.#open(except));
    this.observer.chainRebuilt(except.chain!);
  }

  /** Places the members of `concerned` again from their links. */
  rebuild(concerned: ReadonlySet<Chain>, extra?: Process, without?: Process): void {
    const members = new Set<Process>();
    for (const chain of concerned) for (const member of chain.members) members.add(member);
    if (extra !== undefined) members.add(extra);
    if (without !== undefined) {
      members.delete(without);
      without.chain = undefined;
      without.dayChains = undefined;
    }
    const starts = new Map<Process, Chain>();
    for (const chain of concerned) {
      chain.members.length = 0;
      if (chain.hasHolders) chain.holders.clear();
      chain.alive = 0;
      if (chain.day === NO_DAY) starts.set(chain.start, chain);
    }
    for (const member of members) member.chain = undefined;
    const touched = new Set<Chain>();
    for (const member of members) {
      if (member.isRoot) continue;
      const path: Process[] = [];
      let top = member;
      while (top.chain === undefined && top.parent !== undefined && !top.parent.isRoot) {
        path.push(top);
        top = top.parent;
      }
      if (top.chain === undefined) this.#enter(top, starts.get(top) ?? this.#open(top));
      const chain = top.chain!;
      touched.add(chain);
      this.chains.add(chain);
      for (const process of path) this.#enter(process, chain);
    }
    for (const chain of touched) this.observer.chainRebuilt(chain);
    for (const chain of concerned) {
      if (chain.members.length > 0) continue;
      this.#close(chain);
      this.observer.chainDissolved(chain, chain.start.chain);
    }
    for (const member of members) this.observer.processMoved(member);
  }

  #open(start: Process): Chain {
    const chain = new Chain(start);
    this.chains.add(chain);
    this.observer.chainOpened(chain);
    return chain;
  }

  #tellLeaving(chain: Chain, staying: Process | undefined): void {
    this.observer.chainMayReturn(chain, staying);
    this.observer.chainLeaves(chain);
  }

  #close(chain: Chain): void {
    if (this.chains.delete(chain) && chain.day !== NO_DAY) chain.start.hostTable.dayChains--;
  }

  #enter(process: Process, chain: Chain): void {
    process.chain = chain;
    chain.addMember(process);
    if (process.endMs === 0) chain.alive++;
    if (process.hasEvidence) chain.holders.add(process);
  }

  /** `child` goes on as part of `parent`; the larger object is kept, whichever it is, and the parent's start is the joined chain's. */
  #join(child: Chain, parent: Chain): void {
    const formerStart = child.start;
    const { start } = parent;
    const [from, into] = child.members.length > parent.members.length ? [parent, child] : [child, parent];
    for (const member of from.members) {
      member.chain = into;
      into.addMember(member);
    }
    into.alive += from.alive;
    into.left += from.left;
    if (from.hasHolders) for (const holder of from.holders) into.holders.add(holder);
    from.members.length = 0;
    this.chains.delete(from);
    if (into.start !== start) into.restart(start);
    this.observer.chainsJoined(from, into, formerStart);
  }
}

export function chainsOf(host: HostTable): readonly Chain[] {
  const chains = new Set<Chain>();
  for (const process of host.actors()) for (const chain of process.chains) chains.add(chain);
  return [...chains];
}

/** Looks up from `parent` for `process`; only links between processes that are no roots can close a cycle that matters. */
function closesCycle(process: Process, parent: Process): boolean {
  if (process.chain !== undefined && parent.chain !== undefined && process.chain !== parent.chain) return false;
  const seen = new Set<Process>();
  for (let ancestor: Process | undefined = parent; ancestor !== undefined; ancestor = ancestor.parent) {
    if (ancestor === process) return true;
    if (seen.has(ancestor)) return true;
    seen.add(ancestor);
  }
  return false;
}
