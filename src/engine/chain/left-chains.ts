/**
 * What chains held that left for want of room: their ledgers, without the processes. A chain that begins again with the same process goes on from it,
 * so nobody makes a threat smaller by making it leave. Bounded itself: of one host and of all, what is below the threshold goes first, then the oldest.
 */

import type { HostTable } from '../process/host-table.js';
import type { Process } from '../process/process.js';
import { fairShare } from '../rule/sigma/correlation/limits.js';
import type { LedgerItem } from '../score/ledger.js';
import type { Chain } from './chain.js';

export interface LeftChain {
  /** The processes in them are copies of those that left: in no table and in no chain. */
  readonly items: readonly LedgerItem[];
  readonly profiles: readonly LedgerItem[];
  /** How often each rule fired on processes that left. */
  readonly hitCounts: ReadonlyMap<string, number>;
  /** Without the process that began it. */
  readonly processCount: number;
  readonly isAtThreshold: boolean;
  /** The store knows it as a threat. */
  readonly isTold: boolean;
}

export interface LeftChainLimits {
  /** Chains, pieces of evidence, and rules that fired. With the processes that they name, a kilobyte or two each at most. */
  readonly itemsPerHost: number;
  readonly items: number;
}

export const DEFAULT_LEFT_CHAIN_LIMITS: LeftChainLimits = { itemsPerHost: 10_000, items: 50_000 };

const SPARE = 0.1;

/** Of one host, by chain id: those that left first come first. */
interface OfHost {
  readonly threats: Map<string, LeftChain>;
  readonly others: Map<string, LeftChain>;
  items: number;
}

export class LeftChains {
  readonly #hosts = new Map<HostTable, OfHost>();
  #items = 0;

  constructor(private readonly limits: LeftChainLimits = DEFAULT_LEFT_CHAIN_LIMITS) {}

  /** Keeps what the chain holds, if it holds anything. @param staying  a member that goes on in a chain of its own, with all that it holds itself */
  add(chain: Chain, isAtThreshold: boolean, staying: Process | undefined): void {
    if (chain.ledger.size + chain.profiles.size === 0) return;
    const copies = new Map<Process, Process>();
    const withoutLinks = (item: LedgerItem): LedgerItem => {
      let copy = copies.get(item.process);
      if (copy === undefined) copies.set(item.process, (copy = item.process.withoutLinks()));
      // Once it was asked what matched, evidence lets its event go.
      void item.evidence.matched;
      return { ...item, process: copy };
    };
    this.put(chain.start.hostTable, chain.id, {
      items: [...chain.ledger.values()].filter(({ process }) => process !== staying).map(withoutLinks),
      profiles: [...chain.profiles.values()].map(withoutLinks),
      hitCounts: staying === undefined ? new Map(chain.hitCounts) : without(chain.hitCounts, staying.hitCounts),
      processCount: chain.processCount - 1 - (staying === undefined || staying === chain.start ? 0 : 1),
      isAtThreshold,
      isTold: chain.isThreat,
    });
  }

  put(host: HostTable, id: string, chain: LeftChain): void {
    let known = this.#hosts.get(host);
    if (known === undefined) this.#hosts.set(host, (known = { threats: new Map(), others: new Map(), items: 0 }));
    (chain.isAtThreshold ? known.threats : known.others).set(id, chain);
    this.#count(known, sizeOf(chain));
    while (known.items > this.limits.itemsPerHost) this.#dropFirst(host, known);
    if (this.#items > this.limits.items) this.#makeRoom();
  }

  /** @returns what was kept of a chain that begins again; it is the chain's from now on */
  take(chain: Chain): LeftChain | undefined {
    if (this.#hosts.size === 0) return undefined;
    const host = chain.start.hostTable;
    const known = this.#hosts.get(host);
    const left = known?.threats.get(chain.id) ?? known?.others.get(chain.id);
    if (known !== undefined && left !== undefined) this.#remove(host, known, chain.id, left);
    return left;
  }

  forgetHost(host: HostTable): void {
    this.#items -= this.#hosts.get(host)?.items ?? 0;
    this.#hosts.delete(host);
  }

  /** In an order that makes the same again of it. */
  *all(): Iterable<readonly [host: HostTable, id: string, chain: LeftChain]> {
    for (const [host, { threats, others }] of this.#hosts) {
      for (const chains of [threats, others]) for (const [id, chain] of chains) yield [host, id, chain];
    }
  }

  #dropFirst(host: HostTable, known: OfHost): void {
    const [first] = known.others.size > 0 ? known.others : known.threats;
    this.#remove(host, known, ...first!);
  }

  #remove(host: HostTable, known: OfHost, id: string, chain: LeftChain): void {
    (chain.isAtThreshold ? known.threats : known.others).delete(id);
    this.#count(known, -sizeOf(chain));
    if (known.items === 0) this.#hosts.delete(host);
  }

  #count(known: OfHost, by: number): void {
    known.items += by;
    this.#items += by;
  }

  /** Seldom, and then more than is wanted: it asks all hosts. */
  #makeRoom(): void {
    const sizes = [...this.#hosts.values()].map(({ items }) => items);
    const goal = Math.floor(this.limits.items * (1 - SPARE));
    const share = fairShare(sizes, goal);
    for (const [host, known] of [...this.#hosts]) {
      while (known.items > share && this.#items > goal) this.#dropFirst(host, known);
    }
  }
}

function sizeOf({ items, profiles, hitCounts }: LeftChain): number {
  // What the member holds that goes on may be all that a chain held.
  return 1 + items.length + profiles.length + hitCounts.size;
}

function without(counts: ReadonlyMap<string, number>, part: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const left = new Map(counts);
  for (const [rule, count] of part) {
    const rest = (left.get(rule) ?? 0) - count;
    if (rest > 0) left.set(rule, rest);
    else left.delete(rule);
  }
  return left;
}
