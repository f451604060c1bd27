/** A start process and everything descended from it, or one day of a root process's own deeds: the unit that is judged. */

import { hashId } from '../base/hash.js';
import type { Process } from '../process/process.js';
import type { Evidence } from '../score/evidence.js';
import { outranks, pointsOf, type LedgerItem } from '../score/ledger.js';

/** Marks a chain of descendants rather than of a root process's day. */
export const NO_DAY = -1;

export class Chain {
  readonly members: Process[] = [];
  /** Members that hold evidence: what a rebuilt ledger is made from. */
  readonly holders = new Set<Process>();
  /** Of a day of a root process: its evidence of that day, by ledger key. Other processes hold theirs themselves. */
  readonly deeds = new Map<string, Evidence>();
  /** Strongest item by ledger key, profiles apart. */
  readonly ledger = new Map<string, LedgerItem>();
  /** Reached profiles by ledger key. */
  readonly profiles = new Map<string, LedgerItem>();
  /** How often each rule fired, over all members. */
  readonly hitCounts = new Map<string, number>();
  memory: Map<string, Map<string, unknown>> | undefined;
  /** Members whose end was not seen. */
  alive = 0;
  score = 0;
  /** True once it was written as a threat. */
  isThreat = false;
  #id: string | undefined;

  constructor(
    public start: Process,
    readonly day: number = NO_DAY,
  ) {}

  get id(): string {
    return (this.#id ??=
      this.day === NO_DAY
        ? hashId(this.start.hostTable.key, this.start.id)
        : hashId(this.start.hostTable.key, this.start.id, String(this.day)));
  }

  /** Another start means another id; the caller keeps the old one as an alias. */
  restart(start: Process): void {
    this.start = start;
    this.#id = undefined;
  }

  /** Puts an item in the ledger if it outranks what is there. @returns true if the ledger changed */
  offer(item: LedgerItem): boolean {
    const known = this.ledger.get(item.evidence.key);
    if (known !== undefined && known.process !== item.process && !outranks(item, known)) return false;
    this.score += pointsOf(item) - (known === undefined ? 0 : pointsOf(known));
    this.ledger.set(item.evidence.key, item);
    return true;
  }

  drop(key: string): void {
    const known = this.ledger.get(key);
    if (known === undefined) return;
    this.score -= pointsOf(known);
    this.ledger.delete(key);
  }

  setProfile(key: string, item: LedgerItem | undefined): void {
    const known = this.profiles.get(key);
    this.score += (item === undefined ? 0 : pointsOf(item)) - (known === undefined ? 0 : pointsOf(known));
    if (item === undefined) this.profiles.delete(key);
    else this.profiles.set(key, item);
  }
}
