/** Turns hits, plugin evidence and reached profiles into ledger entries, and keeps every chain's ledger equal to the join of its members' evidence. */

import type { Chain } from '../chain/chain.js';
import type { Forest } from '../chain/forest.js';
import type { Event } from '../event/event.js';
import type { PluginEvidence } from '../plugin/plugin.js';
import type { Policy } from '../policy.js';
import { currentOf, type Process } from '../process/process.js';
import type { Rule } from '../rule/rule.js';
import { evidenceEventOf, type Evidence, type EvidenceEvent } from './evidence.js';
import { Exemptions } from './exemptions.js';
import { isStronger, outranks, type LedgerItem } from './ledger.js';
import { reachedProfiles } from './profiles.js';

const DAY_MS = 86_400_000;
const NO_EVIDENCE: readonly Evidence[] = [];

export interface ScorerObserver {
  /** A chain's ledger, and with it the points of a process, changed. */
  changed(chain: Chain, process: Process): void;
}

export class Scorer {
  readonly #exemptions = new Exemptions();
  #policy: Policy | undefined;
  /** Counts policies, so that evidence can say under which it was given. */
  #sequence = 0;

  constructor(
    private readonly forest: Forest,
    private readonly observer: ScorerObserver,
  ) {}

  setPolicy(policy: Policy): void {
    this.#policy = policy;
    this.#sequence++;
    this.#exemptions.update(policy.exceptions, this.#sequence);
  }

  /**
   * A rule matched an event of a process: each technique scores once per chain, and an `ioa` rule itself too.
   *
   * @param byPid  the event names its process by pid alone: what is weaker here may be the strongest of the run it turns out to mean
   * @returns the evidence made; without `byPid`, what was stronger than what the process had
   */
  giveHit(process: Process, rule: Rule, event: Event, repeated: boolean, byPid: boolean): readonly Evidence[] {
    if (!repeated) this.#count(process, rule, event);
    let given: Evidence[] | undefined;
    const techniques = rule.techniques;
    for (let index = rule.set === 'ioa' ? -1 : 0; index < techniques.length; index++) {
      const technique = techniques[index];
      const key = technique === undefined ? `rule:${rule.id}` : `technique:${technique}`;
      if (!byPid && !this.#wouldKeep(process, key, rule.points, event)) continue;
      const evidence: Evidence = {
        kind: technique === undefined ? 'rule' : 'technique',
        key,
        title: rule.title,
        points: rule.points,
        techniques: technique === undefined ? rule.techniques : [technique],
        rule: rule.id,
        rulesVersion: this.#policy!.rules.version,
        policy: this.#sequence,
        event: evidenceEventOf(event),
        matched: this.#policy!.rules.explain(rule, event),
      };
      if (this.#keep(process, evidence) || byPid) (given ??= []).push(evidence);
    }
    return given ?? NO_EVIDENCE;
  }

  /** What a plugin states replaces what it stated before under the same key of the same process. */
  givePlugin(process: Process, plugin: string, stated: PluginEvidence, event: EvidenceEvent): void {
    const evidence: Evidence = {
      kind: 'plugin',
      key: `plugin:${plugin}:${stated.key}`,
      title: stated.title,
      points: stated.points,
      techniques: stated.techniques ?? [],
      rule: undefined,
      rulesVersion: undefined,
      policy: this.#sequence,
      event,
      matched: stated.matched ?? [],
    };
    const slot = slotOf(process, evidence);
    const known = process.evidence.get(slot);
    if (known !== undefined) {
      process.evidence.set(slot, { ...evidence, policy: Math.min(known.policy, evidence.policy) });
      const chain = this.#chainOf(process, evidence);
      this.#recompute(chain, evidence.key);
      this.observer.changed(chain, process);
    } else this.#keep(process, evidence);
  }

  /** Marks evidence as resting on a pid: `move` may take it away again. */
  refer(process: Process, given: readonly Evidence[]): void {
    const referred = (process.referred ??= new Set());
    for (const evidence of given) referred.add(evidence);
  }

  /** Evidence that rested on a pid belongs to another run of it. */
  move(given: readonly Evidence[], source: Process, to: Process): void {
    const from = currentOf(source);
    if (from === to) return;
    for (const evidence of given) {
      from.referred?.delete(evidence);
      const slot = slotOf(from, evidence);
      const known = from.evidence.get(slot);
      if (known !== undefined && known.event.id === evidence.event.id) {
        from.evidence.delete(slot);
        const chain = this.#chainOf(from, evidence);
        const displaced = from.displaced?.get(slot);
        if (displaced !== undefined) from.evidence.set(slot, displaced);
        for (const other of from.referred ?? []) {
          const best = from.evidence.get(slot);
          if (slotOf(from, other) === slot && (best === undefined || isStronger(other, best)))
            from.evidence.set(slot, other);
        }
        if (from.evidence.size === 0) chain.holders.delete(from);
        this.#recompute(chain, evidence.key);
        this.observer.changed(chain, from);
      }
      this.#keep(to, evidence);
    }
    this.refer(to, given);
  }

  /** All that `from` held is `into`'s: both are one run. */
  absorb(from: Process, into: Process): void {
    for (const evidence of from.evidence.values()) this.#keep(into, evidence);
    if (from.referred !== undefined) this.refer(into, [...from.referred]);
    for (const [rule, count] of from.hitCounts) {
      addCount(into.hitCounts, rule, count);
      if (into.chain !== undefined) addCount(into.chain.hitCounts, rule, count);
    }
  }

  /** The image became known as a root program, or as none: its deeds move between chains of days and a chain of descent. */
  changeRoot(process: Process, isRoot: boolean): void {
    const held = [...process.evidence.values()];
    process.evidence.clear();
    this.forest.setRoot(process, isRoot);
    for (const evidence of held) this.#keep(process, evidence);
  }

  /** Two chains are one: `into` keeps the stronger of each key. */
  join(from: Chain, into: Chain): void {
    for (const item of from.ledger.values()) {
      const known = into.ledger.get(item.evidence.key);
      if (known === undefined || outranks(item, known)) into.offer(item);
    }
    for (const [rule, count] of from.hitCounts) addCount(into.hitCounts, rule, count);
    this.#reach(into);
  }

  /** Makes a chain's ledger anew from its members. */
  rebuild(chain: Chain): void {
    for (const key of [...chain.ledger.keys()]) chain.drop(key);
    chain.hitCounts.clear();
    for (const member of chain.members)
      for (const [rule, count] of member.hitCounts) addCount(chain.hitCounts, rule, count);
    for (const holder of chain.holders) {
      for (const evidence of holder.evidence.values()) this.#offer(chain, holder, evidence);
    }
    this.#reach(chain);
  }

  /** A process shows a hash, an image or a parent that it did not show before: exceptions may cover what it and its descendants hold. */
  reconsiderExemptions(process: Process): void {
    if (this.#exemptions.isEmpty || (process.evidence.size === 0 && process.children.size === 0)) return;
    const chains = process.isRoot
      ? [...(process.dayChains?.values() ?? [])]
      : process.chain === undefined
        ? []
        : [process.chain];
    for (const chain of chains) {
      if (chain.holders.size === 0) continue;
      this.rebuild(chain);
      this.observer.changed(chain, process);
    }
  }

  #count(process: Process, rule: Rule, event: Event): void {
    addCount(process.hitCounts, rule.id, 1);
    const chain = process.isRoot ? this.forest.dayChain(process, event.timeMs) : process.chain;
    if (chain !== undefined) addCount(chain.hitCounts, rule.id, 1);
  }

  /** Most hits repeat what the chain holds already: seen here before any evidence is made. */
  #wouldKeep(process: Process, key: string, points: number, event: Event): boolean {
    const known = process.evidence.get(process.isRoot ? `${Math.floor(event.timeMs / DAY_MS)}|${key}` : key);
    if (known === undefined || points > known.points) return true;
    return points === known.points && event.timeMs <= known.event.timeMs;
  }

  #keep(process: Process, evidence: Evidence): boolean {
    const slot = slotOf(process, evidence);
    const known = process.evidence.get(slot);
    if (known !== undefined && !isStronger(evidence, known)) return false;
    if (known !== undefined && process.referred?.has(known) !== true)
      (process.displaced ??= new Map()).set(slot, known);
    const policy = known === undefined ? evidence.policy : Math.min(known.policy, evidence.policy);
    const kept = policy === evidence.policy ? evidence : { ...evidence, policy };
    process.evidence.set(slot, kept);
    const chain = this.#chainOf(process, evidence);
    chain.holders.add(process);
    this.#offer(chain, process, kept);
    if (evidence.kind === 'technique') this.#reach(chain);
    this.observer.changed(chain, process);
    return true;
  }

  #offer(chain: Chain, process: Process, evidence: Evidence): void {
    if (chain.day >= 0 && Math.floor(evidence.event.timeMs / DAY_MS) !== chain.day) return;
    const exception = this.#exemptions.isEmpty ? undefined : this.#exemptions.find(process, evidence);
    const known = chain.ledger.get(evidence.key);
    if (known?.process === process && known.exception !== exception) {
      chain.drop(evidence.key);
      this.#recompute(chain, evidence.key);
      return;
    }
    const item: LedgerItem = { evidence, process, exception };
    if (chain.offer(item) && known !== undefined && known.process !== process)
      this.observer.changed(chain, known.process);
  }

  #recompute(chain: Chain, key: string): void {
    chain.drop(key);
    for (const holder of chain.holders) {
      const evidence = holder.evidence.get(chain.day >= 0 ? `${chain.day}|${key}` : key);
      if (evidence === undefined) continue;
      const exception = this.#exemptions.isEmpty ? undefined : this.#exemptions.find(holder, evidence);
      chain.offer({ evidence, process: holder, exception });
    }
    if (key.startsWith('technique:')) this.#reach(chain);
  }

  #reach(chain: Chain): void {
    const policy = this.#policy!;
    const reached = reachedProfiles(policy.rules.profiles, chain, policy.hits === 'first');
    for (const { profile, deciding, techniques } of reached) {
      const key = `profile:${profile.id}`;
      const evidence: Evidence = {
        kind: 'profile',
        key,
        title: profile.title,
        points: profile.points,
        techniques,
        rule: undefined,
        rulesVersion: policy.rules.version,
        policy: chain.profiles.get(key)?.evidence.policy ?? this.#sequence,
        event: deciding.evidence.event,
        matched: [],
      };
      const exception = this.#exemptions.isEmpty ? undefined : this.#exemptions.find(deciding.process, evidence);
      chain.setProfile(key, { evidence, process: deciding.process, exception });
    }
    const keys = new Set(reached.map(({ profile }) => `profile:${profile.id}`));
    for (const [key, item] of [...chain.profiles]) {
      // What an earlier policy gave stays given, even where its profile is gone.
      if (!keys.has(key) && item.evidence.policy === this.#sequence) chain.setProfile(key, undefined);
    }
  }

  #chainOf(process: Process, evidence: Evidence): Chain {
    return process.isRoot ? this.forest.dayChain(process, evidence.event.timeMs) : process.chain!;
  }
}

/** A root process's deeds are judged by day, so its evidence is kept by day. */
function slotOf(process: Process, evidence: Evidence): string {
  return process.isRoot ? `${Math.floor(evidence.event.timeMs / DAY_MS)}|${evidence.key}` : evidence.key;
}

function addCount(counts: Map<string, number>, rule: string, by: number): void {
  counts.set(rule, (counts.get(rule) ?? 0) + by);
}
