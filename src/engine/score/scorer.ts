/** Turns hits, plugin evidence and reached profiles into ledger entries, and keeps every chain's ledger equal to the join of its members' evidence. */

import { dayOf, NO_DAY, type Chain } from '../chain/chain.js';
import type { Forest } from '../chain/forest.js';
import type { LeftChain } from '../chain/left-chains.js';
import type { Event } from '../event/event.js';
import type { PluginEvidence, StartEvidence } from '../plugin/plugin.js';
import type { Policy } from '../policy.js';
import { currentOf, type Process } from '../process/process.js';
import type { Rule } from '../rule/rule.js';
import type { Finding, ScoredRule } from '../rule/sigma/correlation/standing.js';
import type { Evidence, EvidenceEvent } from './evidence.js';
import { HitEvidence, type HitKey, withPolicy } from './hit-evidence.js';
import { Exemptions, type HeldException } from './exemptions.js';
import type { Exception } from './exception.js';
import { allCarried, allHeld, carriedIn, holdsNothing, placeOf, strongestIn, strongestOf } from './held.js';
import { isStronger, outranks, strongestOfEachKey, type LedgerItem } from './ledger.js';
import { reachedProfiles } from './profiles.js';

/** Evidence by pid that a process keeps although it is outdone: each holds on to its event. */
const OUTDONE_MAX = 48;
const NO_EVIDENCE: readonly Evidence[] = [];
/** Before a plugin's name among the sources of derived evidence, which else are ids of rules: these hold no such character. */
const JUDGE = '\0';

export interface ScorerObserver {
  /** A chain's ledger, and with it the points of a process, changed. */
  changed(chain: Chain, process: Process): void;
}

export class Scorer {
  readonly #exemptions = new Exemptions();
  /** Ledger keys by rule, made once: a hit that repeats what is known must cost next to nothing. */
  readonly #keys = new WeakMap<ScoredRule, readonly HitKey[]>();
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

  /** Number of the policy in force. */
  get sequence(): number {
    return this.#sequence;
  }

  get exceptions(): readonly HeldException[] {
    return this.#exemptions.held;
  }

  /** Puts back what was kept; the policy is in force already. */
  restore(sequence: number, exceptions: readonly HeldException[]): void {
    this.#sequence = sequence;
    this.#exemptions.restore(exceptions);
  }

  /**
   * A rule matched an event of a process: each technique scores once per chain, and an `ioa` rule itself too. Of a Sigma rule the rule scores, and
   * its techniques are noted at zero points. A shadow rule is only counted.
   *
   * @param byPid  the event names its process by pid alone: what is weaker here may be the strongest of the run it turns out to mean
   * @returns the evidence made; without `byPid`, what was stronger than what the process had
   */
  giveHit(process: Process, rule: Rule, event: Event, repeated: boolean, byPid: boolean): readonly Evidence[] {
    if (!repeated) this.#count(process, rule, event);
    if (rule.isShadow) return NO_EVIDENCE;
    let given: Evidence[] | undefined;
    const held = this.#heldOn(process, event.timeMs);
    const mayBeOutdone = byPid && (process.referred?.size ?? 0) < OUTDONE_MAX;
    for (const { key, technique, points } of this.#keysOf(rule)) {
      const known = held.get(key);
      const isOutdone = !mayBeOutdone && !wouldKeep(known, points, event.timeMs);
      if (isOutdone && (byPid || !mayComeBack(process, key, known!, points, event.timeMs))) continue;
      const evidence = new HitEvidence(rule, { key, technique, points }, event, this.#policy!.rules, this.#sequence);
      if (this.#keep(process, evidence, byPid) || byPid) (given ??= []).push(evidence);
    }
    return given ?? NO_EVIDENCE;
  }

  /** What a plugin states replaces what it stated before under the same key of the same process. */
  givePlugin(process: Process, plugin: string, stated: PluginEvidence, event: EvidenceEvent): void {
    const evidence = pluginEvidence(plugin, stated, event, this.#sequence);
    const held = this.#heldOn(process, event.timeMs);
    const known = held.get(evidence.key);
    if (known !== undefined) {
      held.set(evidence.key, withPolicy(evidence, Math.min(known.policy, evidence.policy)));
      const chain = this.#chainOf(process, evidence);
      this.#restate(chain, process, evidence.key);
      this.observer.changed(chain, process);
    } else this.#keep(process, evidence, false);
  }

  /**
   * What a correlation says of a process takes the place of what it said before; `undefined` takes it back. Kept apart from what the process did
   * itself: only so can it be taken back without losing anything that was weaker.
   *
   * @param timeMs  tells the day, where the process is a root
   */
  derive(process: Process, rule: ScoredRule, timeMs: number, finding: Finding | undefined): void {
    if (rule.isShadow) return;
    const rulesVersion = this.#policy!.rules.version;
    this.#derive(process, rule.id, timeMs, finding !== undefined, (policy) =>
      finding === undefined ? NO_EVIDENCE : derivedEvidence(rule, this.#keysOf(rule), finding, rulesVersion, policy),
    );
  }

  /**
   * What a plugin says of how a process was started takes the place of what it said before; `undefined` takes it back.
   *
   * @param process  is no root
   */
  judgeStart(process: Process, plugin: string, stated: StartEvidence | undefined): void {
    const source = `${JUDGE}${plugin}`;
    if (stated === undefined && process.derived?.has(source) !== true) return;
    this.#derive(process, source, stated?.event.timeMs ?? 0, stated !== undefined, (policy) =>
      stated === undefined ? NO_EVIDENCE : [pluginEvidence(plugin, stated, stated.event, policy)],
    );
  }

  #derive(
    process: Process,
    source: string,
    timeMs: number,
    isGiven: boolean,
    evidence: (policy: number) => readonly Evidence[],
  ): void {
    // A correlation may hear of an event later than its process left: that opens no day any more.
    const mayOpen = isGiven && process.isKnown;
    const chain = mayOpen ? this.#chainAt(process, timeMs) : this.#knownChainOf(process, timeMs);
    const place = process.isRoot ? chain : process;
    if (place === undefined) return;
    const before = place.derived?.get(source) ?? NO_EVIDENCE;
    const now = evidence(Math.min(before[0]?.policy ?? this.#sequence, this.#sequence));
    if (now.length > 0) (place.derived ??= new Map()).set(source, now);
    else if (place.derived?.delete(source) === true && place.derived.size === 0) place.derived = undefined;
    if (chain === undefined) return;
    if (now.length > 0) chain.holders.add(process);
    for (const key of new Set([...before, ...now].map((each) => each.key))) this.#restate(chain, process, key);
    if (holdsNothing(chain, process)) chain.holders.delete(process);
    this.observer.changed(chain, process);
  }

  /** Counts one more hit of a correlation, or one less. */
  countDerived(process: Process, rule: ScoredRule, timeMs: number, by: number): void {
    process.countHits(rule.id, by);
    this.#knownChainOf(process, timeMs)?.countHits(rule.id, by);
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
      const held = this.#heldOn(from, evidence.event.timeMs);
      if (held.get(evidence.key)?.event.id === evidence.event.id) {
        held.delete(evidence.key);
        const place = placeOf(from, evidence.key, evidence.event.timeMs);
        const displaced = from.displaced?.get(place);
        if (displaced !== undefined) held.set(evidence.key, displaced);
        for (const other of from.referred ?? []) {
          if (placeOf(from, other.key, other.event.timeMs) !== place) continue;
          const best = held.get(evidence.key);
          if (best === undefined || isStronger(other, best)) held.set(evidence.key, other);
        }
        const chain = this.#chainOf(from, evidence);
        if (holdsNothing(chain, from)) chain.holders.delete(from);
        this.#recompute(chain, evidence.key);
        this.observer.changed(chain, from);
      }
      this.#keep(to, evidence, true);
    }
    this.refer(to, given);
  }

  /** What one event gave belongs to another process, of which it turned out to tell. It rested on a pid. */
  moveHits(eventId: string, from: Process, to: Process): void {
    this.move(
      [...(from.referred ?? [])].filter(({ event }) => event.id === eventId),
      from,
      to,
    );
  }

  /** All that `from` held is `into`'s: both are one run. */
  absorb(from: Process, into: Process): void {
    for (const evidence of allHeld(from)) this.#keep(into, evidence, from.referred?.has(evidence) === true);
    for (const evidence of from.displaced?.values() ?? []) this.#keep(into, evidence, false);
    if (from.referred !== undefined) this.refer(into, [...from.referred]);
    for (const [rule, count] of from.hitCounts) {
      into.countHits(rule, count);
      into.chain?.countHits(rule, count);
    }
    this.#carryOn(into, allCarried(from));
  }

  /** The image became known as a root program, or as none: its deeds move between chains of days and a chain of descent. */
  changeRoot(process: Process, isRoot: boolean): void {
    const held = allHeld(process);
    const displaced = [...(process.displaced?.values() ?? [])];
    const carried = allCarried(process);
    process.evidence.clear();
    process.derived = undefined;
    process.displaced = undefined;
    process.carried = undefined;
    this.forest.setRoot(process, isRoot);
    for (const evidence of held) this.#keep(process, evidence, process.referred?.has(evidence) === true);
    for (const evidence of displaced) this.#keep(process, evidence, false);
    this.#carryOn(process, carried);
  }

  /** The chain goes on from what it held when it left. */
  resume(chain: Chain, { items, hitCounts, profiles }: LeftChain): void {
    const { start } = chain;
    this.#carry(chain, start, items);
    for (const [rule, count] of hitCounts) {
      // A root process that stayed while its day left has them still.
      if (chain.day === NO_DAY) start.countHits(rule, count);
      chain.countHits(rule, count);
    }
    // What an earlier policy gave stays given.
    for (const item of profiles) chain.setProfile(item.evidence.key, item);
    this.#reach(chain);
  }

  /** Two chains are one: `into` keeps the stronger of each key. */
  join(from: Chain, into: Chain): void {
    for (const item of from.ledger.values()) {
      const known = into.ledger.get(item.evidence.key);
      if (known === undefined || outranks(item, known)) into.offer(item);
    }
    for (const [rule, count] of from.hitCounts) into.countHits(rule, count);
    // Most chains that are joined are a process that has just started.
    if (from.ledger.size > 0 || into.profiles.size > 0) this.#reach(into);
  }

  /** Makes a chain's ledger anew from its members. */
  rebuild(chain: Chain): void {
    for (const key of [...chain.ledger.keys()]) chain.drop(key);
    chain.forgetHits();
    for (const member of chain.members) for (const [rule, count] of member.hitCounts) chain.countHits(rule, count);
    for (const holder of chain.holders) {
      for (const evidence of strongestIn(chain, holder)) this.#offer(chain, holder, evidence);
      for (const item of carriedIn(chain, holder)) chain.offer(item);
    }
    this.#reach(chain);
  }

  /** A process shows a hash, an image or a parent that it did not show before: exceptions may cover what it and its descendants hold. */
  reconsiderExemptions(process: Process): void {
    if (this.#exemptions.isEmpty || (!process.isRoot && !process.hasEvidence && !process.hasChildren)) return;
    for (const chain of process.chains) {
      if (!chain.hasHolders) continue;
      this.rebuild(chain);
      this.observer.changed(chain, process);
    }
  }

  #count(process: Process, rule: Rule, event: Event): void {
    process.countHits(rule.id, 1);
    const chain = process.isRoot ? this.forest.dayChain(process, event.timeMs) : process.chain;
    chain?.countHits(rule.id, 1);
  }

  /** @param byPid  what is certain is remembered where something by pid outdoes it, which may go away again */
  #keep(process: Process, evidence: Evidence, byPid: boolean): boolean {
    const held = this.#heldOn(process, evidence.event.timeMs);
    const known = held.get(evidence.key);
    if (known !== undefined) {
      const isKnownByPid = process.referred?.has(known) === true;
      if (!isStronger(evidence, known)) {
        if (!byPid && isKnownByPid) displace(process, evidence);
        return false;
      }
      if (!isKnownByPid) displace(process, known);
    }
    const chain = this.#chainOf(process, evidence);
    const carried = carriedIn(chain, process).find((item) => item.evidence.key === evidence.key)?.evidence;
    const policy = Math.min(evidence.policy, known?.policy ?? Infinity, carried?.policy ?? Infinity);
    const kept = policy === evidence.policy ? evidence : withPolicy(evidence, policy);
    held.set(evidence.key, kept);
    chain.holders.add(process);
    this.#offer(chain, process, strongestOf(chain, process, kept.key)!);
    if (evidence.kind === 'technique') this.#reach(chain);
    this.observer.changed(chain, process);
    return true;
  }

  #offer(chain: Chain, process: Process, evidence: Evidence): void {
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

  /** A process holds something else of a key. Only where the ledger had it from this very process, and it holds less now, are all others asked. */
  #restate(chain: Chain, process: Process, key: string): void {
    const known = chain.ledger.get(key);
    const best = strongestOf(chain, process, key);
    if (known?.process === process && (best === undefined || isStronger(known.evidence, best))) {
      this.#recompute(chain, key);
      return;
    }
    if (best !== undefined) this.#offer(chain, process, best);
    if (key.startsWith('technique:')) this.#reach(chain);
  }

  #recompute(chain: Chain, key: string): void {
    chain.drop(key);
    for (const holder of chain.holders) {
      for (const item of carriedIn(chain, holder)) if (item.evidence.key === key) chain.offer(item);
      const evidence = strongestOf(chain, holder, key);
      if (evidence === undefined) continue;
      const exception = this.#exemptions.isEmpty ? undefined : this.#exemptions.find(holder, evidence);
      chain.offer({ evidence, process: holder, exception });
    }
    if (key.startsWith('technique:')) this.#reach(chain);
  }

  #carry(chain: Chain, process: Process, items: readonly LedgerItem[]): void {
    if (items.length === 0) return;
    const place = chain.day === NO_DAY ? process : chain;
    place.carried = place.carried === undefined ? items : strongestOfEachKey([...place.carried, ...items]);
    chain.holders.add(process);
    for (const item of items) chain.offer(item);
  }

  /** What was carried in other chains goes on with `process`. */
  #carryOn(process: Process, items: readonly LedgerItem[]): void {
    const byChain = new Map<Chain, LedgerItem[]>();
    for (const item of items) {
      const chain = this.#chainOf(process, item.evidence);
      const known = byChain.get(chain);
      if (known === undefined) byChain.set(chain, [item]);
      else known.push(item);
    }
    for (const [chain, some] of byChain) {
      this.#carry(chain, process, some);
      this.#reach(chain);
      this.observer.changed(chain, process);
    }
  }

  #reach(chain: Chain): void {
    const policy = this.#policy!;
    const reached = reachedProfiles(policy.rules.profiles, chain, policy.hits === 'first');
    if (reached.length === 0 && chain.profiles.size === 0) return;
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
      const exception = this.#profileException(evidence, deciding.process, chain.profiles.get(key));
      chain.setProfile(key, { evidence, process: deciding.process, exception });
    }
    const keys = new Set(reached.map(({ profile }) => `profile:${profile.id}`));
    for (const [key, item] of [...chain.profiles]) {
      if (keys.has(key)) continue;
      // What an earlier policy gave stays given, even where its profile is gone.
      if (item.evidence.policy === this.#sequence) chain.setProfile(key, undefined);
      else if (item.process.absorbedBy !== undefined)
        chain.setProfile(key, { ...item, process: currentOf(item.process) });
    }
  }

  /** Of a process that left nobody knows the ancestors any more: what held stays. */
  #profileException(evidence: Evidence, process: Process, known: LedgerItem | undefined): Exception | undefined {
    if (this.#exemptions.isEmpty) return undefined;
    return known?.process === process && !process.isKnown ? known.exception : this.#exemptions.find(process, evidence);
  }

  #keysOf(rule: ScoredRule): readonly HitKey[] {
    let keys = this.#keys.get(rule);
    if (keys === undefined) {
      keys = [
        ...(rule.set === 'technique' ? [] : [{ key: `rule:${rule.id}`, technique: undefined, points: rule.points }]),
        ...rule.techniques.map((technique) => ({
          key: `technique:${technique}`,
          technique,
          points: rule.set === 'sigma' ? 0 : rule.points,
        })),
      ];
      this.#keys.set(rule, keys);
    }
    return keys;
  }

  /** What a process holds by ledger key; a root process by day, as its deeds are judged. */
  #heldOn(process: Process, timeMs: number): Map<string, Evidence> {
    return process.isRoot ? this.forest.dayChain(process, timeMs).deeds : process.evidence;
  }

  #chainOf(process: Process, evidence: Evidence): Chain {
    return this.#chainAt(process, evidence.event.timeMs);
  }

  #chainAt(process: Process, timeMs: number): Chain {
    return process.isRoot ? this.forest.dayChain(process, timeMs) : process.chain!;
  }

  /** The same where nothing shall be made for it. */
  #knownChainOf(process: Process, timeMs: number): Chain | undefined {
    return process.isRoot ? process.dayChains?.get(dayOf(timeMs)) : process.chain;
  }
}

/** Certain evidence that something by pid outdoes: it counts again should that turn out to be another run's. */
function displace(process: Process, evidence: Evidence): void {
  const place = placeOf(process, evidence.key, evidence.event.timeMs);
  const known = process.displaced?.get(place);
  if (known === undefined || !isStronger(known, evidence)) (process.displaced ??= new Map()).set(place, evidence);
}

/** Whether certain evidence that `known` outdoes is to be remembered, before any is made. */
function mayComeBack(process: Process, key: string, known: Evidence, points: number, timeMs: number): boolean {
  if (process.referred?.has(known) !== true) return false;
  return wouldKeep(process.displaced?.get(placeOf(process, key, timeMs)), points, timeMs);
}

/** @returns false for what is certainly outdone: seen before any evidence is made, because most hits repeat what is known */
function wouldKeep(known: Evidence | undefined, points: number, timeMs: number): boolean {
  if (known === undefined || points > known.points) return true;
  return points === known.points && timeMs <= known.event.timeMs;
}

function pluginEvidence(plugin: string, stated: PluginEvidence, event: EvidenceEvent, policy: number): Evidence {
  return {
    kind: 'plugin',
    key: `plugin:${plugin}:${stated.key}`,
    title: stated.title,
    points: stated.points,
    techniques: stated.techniques ?? [],
    rule: undefined,
    rulesVersion: undefined,
    policy,
    event,
    matched: stated.matched ?? [],
  };
}

function derivedEvidence(
  rule: ScoredRule,
  keys: readonly HitKey[],
  { event, matched }: Finding,
  rulesVersion: string,
  policy: number,
): readonly Evidence[] {
  return keys.map(({ key, technique, points }) => ({
    kind: technique === undefined ? 'rule' : 'technique',
    key,
    title: rule.title,
    points,
    techniques: technique === undefined ? rule.techniques : [technique],
    rule: rule.id,
    rulesVersion,
    policy,
    event,
    matched,
  }));
}
