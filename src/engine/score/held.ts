/**
 * What a process holds in a chain: its own deeds, what correlations and judges say of it, and what a chain that left had carried. Of a process
 * below a root the process keeps them, of a root process its chains of days do. Read here, changed by `Scorer` alone.
 */

import { dayOf, NO_DAY, type Chain } from '../chain/chain.js';
import type { Process } from '../process/process.js';
import type { Evidence } from './evidence.js';
import { isStronger, type LedgerItem } from './ledger.js';

const NO_ITEMS: readonly LedgerItem[] = [];

function heldIn(chain: Chain, holder: Process): ReadonlyMap<string, Evidence> {
  return chain.day === NO_DAY ? holder.heldEvidence : chain.heldDeeds;
}

function derivedIn(chain: Chain, holder: Process): ReadonlyMap<string, readonly Evidence[]> | undefined {
  return chain.day === NO_DAY ? holder.derived : chain.derived;
}

/** What its chain held that left, by processes that are no more. */
export function carriedIn(chain: Chain, holder: Process): readonly LedgerItem[] {
  return (chain.day === NO_DAY ? holder.carried : chain.carried) ?? NO_ITEMS;
}

export function holdsNothing(chain: Chain, process: Process): boolean {
  return (
    heldIn(chain, process).size === 0 &&
    derivedIn(chain, process) === undefined &&
    carriedIn(chain, process).length === 0
  );
}

/** The strongest of a key that a process holds in a chain, by its own deeds or by correlations. */
export function strongestOf(chain: Chain, holder: Process, key: string): Evidence | undefined {
  let best = heldIn(chain, holder).get(key);
  const derived = derivedIn(chain, holder);
  if (derived === undefined) return best;
  for (const list of derived.values()) {
    for (const evidence of list) {
      if (evidence.key === key && (best === undefined || isStronger(evidence, best))) best = evidence;
    }
  }
  return best;
}

export function strongestIn(chain: Chain, holder: Process): Iterable<Evidence> {
  const held = heldIn(chain, holder);
  const derived = derivedIn(chain, holder);
  if (derived === undefined) return held.values();
  const keys = new Set([...held.keys(), ...[...derived.values()].flatMap((list) => list.map(({ key }) => key))]);
  return [...keys].map((key) => strongestOf(chain, holder, key)!);
}

export function allHeld(process: Process): Evidence[] {
  if (!process.isRoot) return [...process.heldEvidence.values()];
  return [...(process.dayChains?.values() ?? [])].flatMap((chain) => [...chain.heldDeeds.values()]);
}

export function allCarried(process: Process): readonly LedgerItem[] {
  if (!process.isRoot) return process.carried ?? NO_ITEMS;
  return [...(process.dayChains?.values() ?? [])].flatMap((chain) => carriedIn(chain, process));
}

/** Where certain evidence of a key is kept while something by pid outdoes it: by the key, and the day where deeds are kept by day. */
export function placeOf(process: Process, key: string, timeMs: number): string {
  return process.isRoot ? `${dayOf(timeMs)}|${key}` : key;
}
