/** A start process and everything descended from it, or one day of a root process's own deeds, or of a host's events without a process: the unit that is judged. */

import { hashId } from '../base/hash.js';
import type { Memories } from '../plugin/plugin-runner.js';
import type { Process } from '../process/process.js';
import type { Evidence } from '../score/evidence.js';
import { addCount, NO_COUNTS } from '../score/hit-counts.js';
import { outranks, pointsOf, type LedgerItem } from '../score/ledger.js';

/** Marks a chain of descendants rather than of a root process's day. */
export const NO_DAY = -1;
export const DAY_MS = 86_400_000;

/** The UTC day of a time, as a number: what a root process does is judged by day. */
export const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS);

const NO_ITEMS: ReadonlyMap<string, LedgerItem> = new Map();
const NO_DEEDS: ReadonlyMap<string, Evidence> = new Map();

/** What a chain without evidence has nothing of, and most chains are without; made with the first of it. */
class Holdings {
  holders: Set<Process> | undefined;
  deeds: Map<string, Evidence> | undefined;
  ledger: Map<string, LedgerItem> | undefined;
  profiles: Map<string, LedgerItem> | undefined;
  hitCounts: Map<string, number> | undefined;
  derived: Map<string, readonly Evidence[]> | undefined;
  memory: Memories | undefined;
  carried: readonly LedgerItem[] | undefined;
}

export class Chain {
  members: Process[] = [];
  #holdings: Holdings | undefined;
  /** Members whose end was not seen. */
  alive = 0;
  /** Members that left for want of room. */
  left = 0;
  score = 0;
  /** True once it was written as a threat. */
  isThreat = false;
  #id: string | undefined;

  constructor(
    public start: Process,
    readonly day: number = NO_DAY,
  ) {}

  get id(): string {
    return (this.#id ??= chainIdOf(this.start, this.day));
  }

  addMember(process: Process): void {
    // A list that is pushed to has room for seventeen at once, and most chains are of one or two processes.
    if (this.members.length === 0) this.members = [process];
    else this.members.push(process);
  }

  /** Nothing is held of it: if it were made anew, it would be the same. */
  get isBlank(): boolean {
    const held = this.#holdings;
    if (held === undefined) return true;
    return !this.hasHolders && !this.isThreat && !held.hitCounts?.size && !held.derived && !held.memory;
  }

  /** A day of a root process on which nothing was found: whether it is there depends on what came first. */
  get isEmptyDay(): boolean {
    return this.day !== NO_DAY && this.ledger.size === 0 && this.profiles.size === 0;
  }

  /** With those that left. */
  get processCount(): number {
    return this.members.length + this.left;
  }

  /** Members that hold evidence: what a rebuilt ledger is made from. */
  get holders(): Set<Process> {
    return (this.#held.holders ??= new Set());
  }

  get hasHolders(): boolean {
    const holders = this.#holdings?.holders;
    return holders !== undefined && holders.size > 0;
  }

  /** Of a day of a root process: its evidence of that day, by ledger key. Other processes hold theirs themselves. */
  get deeds(): Map<string, Evidence> {
    return (this.#held.deeds ??= new Map());
  }

  /** The same, where nothing is to be made for it. */
  get heldDeeds(): ReadonlyMap<string, Evidence> {
    return this.#holdings?.deeds ?? NO_DEEDS;
  }

  /** Strongest item by ledger key, profiles apart. */
  get ledger(): ReadonlyMap<string, LedgerItem> {
    return this.#holdings?.ledger ?? NO_ITEMS;
  }

  /** Reached profiles by ledger key. */
  get profiles(): ReadonlyMap<string, LedgerItem> {
    return this.#holdings?.profiles ?? NO_ITEMS;
  }

  /** How often each rule fired, over all members. */
  get hitCounts(): ReadonlyMap<string, number> {
    return this.#holdings?.hitCounts ?? NO_COUNTS;
  }

  countHits(rule: string, by: number): void {
    addCount((this.#held.hitCounts ??= new Map()), rule, by);
  }

  forgetHits(): void {
    if (this.#holdings !== undefined) this.#holdings.hitCounts = undefined;
  }

  /** Of a day of a root process: what correlations say of it, by rule. */
  get derived(): Map<string, readonly Evidence[]> | undefined {
    return this.#holdings?.derived;
  }

  set derived(derived: Map<string, readonly Evidence[]> | undefined) {
    if (derived !== undefined || this.#holdings !== undefined) this.#held.derived = derived;
  }

  get memory(): Memories | undefined {
    return this.#holdings?.memory;
  }

  set memory(memory: Memories | undefined) {
    if (memory !== undefined || this.#holdings !== undefined) this.#held.memory = memory;
  }

  /** Of a day of a root process: see `Process.carried`. */
  get carried(): readonly LedgerItem[] | undefined {
    return this.#holdings?.carried;
  }

  set carried(carried: readonly LedgerItem[] | undefined) {
    if (carried !== undefined || this.#holdings !== undefined) this.#held.carried = carried;
  }

  /** Another start means another id; the caller keeps the old one as an alias. */
  restart(start: Process): void {
    this.start = start;
    this.#id = undefined;
  }

  /** Puts back what was kept, without adding to the score. */
  restore(ledger: readonly LedgerItem[], profiles: readonly LedgerItem[]): void {
    if (ledger.length > 0) this.#held.ledger = new Map(ledger.map((item) => [item.evidence.key, item]));
    if (profiles.length > 0) this.#held.profiles = new Map(profiles.map((item) => [item.evidence.key, item]));
  }

  /** Puts an item in the ledger if it outranks what is there. @returns true if the ledger changed */
  offer(item: LedgerItem): boolean {
    const known = this.ledger.get(item.evidence.key);
    if (known !== undefined && known.process !== item.process && !outranks(item, known)) return false;
    this.score += pointsOf(item) - (known === undefined ? 0 : pointsOf(known));
    (this.#held.ledger ??= new Map()).set(item.evidence.key, item);
    return true;
  }

  drop(key: string): void {
    const known = this.ledger.get(key);
    if (known === undefined) return;
    this.score -= pointsOf(known);
    this.#holdings?.ledger?.delete(key);
  }

  setProfile(key: string, item: LedgerItem | undefined): void {
    const known = this.profiles.get(key);
    this.score += (item === undefined ? 0 : pointsOf(item)) - (known === undefined ? 0 : pointsOf(known));
    if (item === undefined) this.#holdings?.profiles?.delete(key);
    else (this.#held.profiles ??= new Map()).set(key, item);
  }

  get #held(): Holdings {
    return (this.#holdings ??= new Holdings());
  }
}

export function chainIdOf(start: Process, day: number = NO_DAY): string {
  const { key } = start.hostTable;
  if (start.isHostEvents) return hashId(key, 'host-events', String(day));
  return day === NO_DAY ? hashId(key, start.id) : hashId(key, start.id, String(day));
}
