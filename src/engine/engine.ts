/**
 * The fold: events in, effects out. No clock, no I/O, no randomness; the same events under the same policy give the same chains, scores and
 * threats, in whatever order, however often and in whatever batches they come. Terms and reasons: docs/architecture.md
 */

import { chainIdOf, type Chain } from './chain/chain.js';
import { Forest, type ForestObserver } from './chain/forest.js';
import { LeftChains } from './chain/left-chains.js';
import { ChangeNotes } from './change-notes.js';
import type { Effects, EventRecord } from './effects.js';
import type { EngineCounts, EngineOptions, HitSubject } from './engine-options.js';
import { assert } from './base/assert.js';
import { hex64 } from './base/hash.js';
import { textOf, type Event } from './event/event.js';
import { fullerName, hostKey } from './event/host-name.js';
import { PluginRunner } from './plugin/plugin-runner.js';
import type { PluginEvidence, PluginFinding } from './plugin/plugin.js';
import type { Policy } from './policy.js';
import { HostTable, type HostObserver } from './process/host-table.js';
import type { PidTimeline } from './process/pid-timeline.js';
import { currentOf, type Process } from './process/process.js';
import type { Rule } from './rule/rule.js';
import { correlationPlan, type CorrelationPlan } from './rule/sigma/correlation/correlation-plan.js';
import { Correlator } from './rule/sigma/correlation/correlator.js';
import type { Occurrence } from './rule/sigma/correlation/occurrence.js';
import { Standing } from './rule/sigma/correlation/standing.js';
import { evidenceEventOf, type EvidenceEvent } from './score/evidence.js';
import { Scorer } from './score/scorer.js';
import type { Threat } from './score/threat.js';
import { readEngine, writeEngine, type EngineState } from './snapshot/engine-records.js';
import type { RecordReader } from './snapshot/record-reader.js';
import type { RecordWriter } from './snapshot/record-writer.js';
import type { Reading, Writing } from './snapshot/state-records.js';
import { Room } from './room.js';
import { Subjects } from './subjects.js';
import { eventRecord, threatOf } from './views.js';
import { isSkipped } from './policy-lists.js';

const NO_RULES: readonly Rule[] = [];
const SETTLE_ROUNDS_MAX = 1000;
const LOOK_AT_ALL_EVERY = 4096;
/** Names by which hosts are found at once. */
const HOST_NAMES_MAX = 65_536;

export class Engine {
  readonly counts: EngineCounts = {
    events: 0,
    duplicates: 0,
    skipped: 0,
    hits: 0,
    hitsWithoutProcess: 0,
    forgotten: 0,
    forgottenByCorrelations: 0,
  };
  readonly #hosts = new Map<string, HostTable>();
  readonly #hostsByName = new Map<string, HostTable>();
  readonly #forest: Forest;
  readonly #scorer: Scorer;
  readonly #plugins: PluginRunner;
  readonly #subjects: Subjects;
  readonly #room: Room;
  readonly #lookAtAllEvery: number;
  readonly #leftChains: LeftChains;
  #policy: Policy;
  readonly #correlator: Correlator;
  readonly #standing: Standing;
  #correlations: CorrelationPlan;
  /** Correlations that hold at the current event. */
  #completed: Rule[] = [];
  #current: Event | undefined;
  readonly #unsettled = new Set<PidTimeline>();

  readonly #changes: ChangeNotes;

  constructor(
    policy: Policy,
    private readonly options: EngineOptions,
  ) {
    this.#policy = policy;
    this.#lookAtAllEvery = options.lookAtAllEvery ?? LOOK_AT_ALL_EVERY;
    this.#changes = new ChangeNotes(options.noteChanges ?? true);
    this.#leftChains = new LeftChains(options.leftChainLimits);
    this.#forest = new Forest(this.#forestObserver(), options.keepEmptyDays ?? false);
    this.#scorer = new Scorer(this.#forest, {
      changed: (chain, process) => this.#changes.touch(chain, process),
    });
    this.#scorer.setPolicy(policy);
    this.#standing = new Standing({
      derive: (process, rule, timeMs, finding) => this.#scorer.derive(process, rule, timeMs, finding),
      count: (process, rule, timeMs, by) => this.#scorer.countDerived(process, rule, timeMs, by),
    });
    this.#correlator = new Correlator(
      {
        chainOf: (process, timeMs) => this.#chainOf(process, timeMs),
        began: (occurrence) => this.#correlated(occurrence),
        ceased: (occurrence) => this.#notCorrelated(occurrence),
        settled: (occurrence) => this.#standing.settled(occurrence),
        placed: (occurrence) => this.#standing.placed(occurrence),
      },
      options.correlationLimits,
    );
    this.#correlations = correlationPlan(policy.rules.rules);
    this.#correlator.setPlan(this.#correlations);
    this.#plugins = new PluginRunner(options.plugins ?? [], {
      chainOf: (process, event) => this.#chainOf(process, event.timeMs),
      give: (plugin, process, event, evidence) => this.#givePluginEvidence(plugin, process, event, evidence),
      judge: (process, plugin, evidence) => this.#scorer.judgeStart(process, plugin, evidence),
    });
    this.#room = new Room(
      {
        forest: this.#forest,
        changes: this.#changes,
        counts: this.counts,
        hosts: this.#hosts,
        threshold: () => this.#policy.threshold,
        correlated: () => this.#correlator.hostKeys(),
        drop: (hosts) => this.#drop(hosts),
      },
      options,
    );
    this.#subjects = new Subjects({
      policy: () => this.#policy,
      forest: this.#forest,
      scorer: this.#scorer,
      standing: this.#standing,
      correlator: this.#correlator,
      plugins: this.#plugins,
      changes: this.#changes,
      room: this.#room,
    });
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** Holds from the next event on; scores already given stay. */
  setPolicy(policy: Policy): void {
    this.#policy = policy;
    this.#scorer.setPolicy(policy);
    this.#correlations = correlationPlan(policy.rules.rules);
    this.#correlator.setPlan(this.#correlations);
  }

  get processCount(): number {
    let count = 0;
    for (const host of this.#hosts.values()) count += host.processes.size;
    return count;
  }

  /** In memory, with days of root processes on which nothing was found. */
  get chainCount(): number {
    return this.#forest.chains.size;
  }

  get hostNames(): readonly string[] {
    return [...this.#hosts.values()].map((host) => host.name).sort();
  }

  /**
   * Takes in one event.
   *
   * @param position  in the log, 0 where there is none
   * @param repeated  the record was seen before: it changes nothing but which of two equal places evidence names
   */
  apply(event: Event, position = 0, repeated = false): void {
    this.counts.events++;
    if (this.counts.events % this.#lookAtAllEvery === 0) this.#room.makeForAll();
    if (repeated) this.counts.duplicates++;
    if (isSkipped(this.#policy, event)) {
      this.counts.skipped++;
      return;
    }
    const host = this.#host(event.host);
    const matched = this.#policy.rules.match(event);
    const rules = this.#heard(matched);
    const process = this.#subjects.of(host, event, matched.length > 0);
    const subject = process ?? (matched.length > 0 ? host.hostEvents : undefined);
    if (subject !== undefined) {
      for (const rule of rules) this.#hit(event, rule, subject, repeated);
      if (this.#correlations.inputs.size > 0) this.#correlate(event, matched, subject, repeated);
    }
    if (process !== undefined) this.#plugins.run(event, process, repeated);
    if (this.#unsettled.size > 0) this.#settleTimelines();
    if (this.#subjects.hasRefused) this.#subjects.linkAgain();
    if (!this.#plugins.isAtRest) this.#plugins.judgeStarts();
    const completed = this.#correlations.inputs.size > 0 ? this.#settleCorrelations(event, repeated) : NO_RULES;
    if (!repeated && this.options.recordEvents) {
      const all = completed.length === 0 ? rules : [...rules, ...completed];
      // What only shadow rules saw leaves no chain that could be named.
      const shown = process ?? (all.some((rule) => !rule.isShadow) ? subject : undefined);
      this.#changes.event(this.#record(event, position, host, shown === undefined ? undefined : currentOf(shown), all));
    }
  }

  /** Settling one pid may name the parent's pid, and so on up; past the bound the rest waits for the next event. */
  #settleTimelines(): void {
    let rounds = 0;
    for (const timeline of this.#unsettled) {
      this.#unsettled.delete(timeline);
      timeline.host.settle(timeline);
      if (++rounds >= SETTLE_ROUNDS_MAX) return;
    }
  }

  /** Evidence that came back from a plugin later; of a process that is not known any more it is dropped. */
  applyFinding(finding: PluginFinding): void {
    const process = this.#hosts.get(hostKey(finding.host))?.processes.get(finding.processId);
    if (process === undefined) return;
    const event: EvidenceEvent = {
      id: finding.eventId,
      timeMs: finding.timeMs,
      action: undefined,
      file: undefined,
      line: 0,
    };
    this.#scorer.givePlugin(process, finding.plugin, finding.evidence, event);
  }

  /** Forgets all that is known of a host, as if nothing of it had come; what comes later starts afresh. */
  forgetHost(name: string): void {
    const key = hostKey(name);
    const host = this.#hosts.get(key);
    if (host !== undefined) {
      this.#correlator.forgetHost(key);
      this.#drop([host]);
    }
    this.#changes.forgetHost(key, host, host === undefined ? [] : this.#forest.forgetHost(host));
  }

  /** Chains with at least `minScore` points (the threshold, unless told otherwise), most points first, then by id. */
  threats(minScore = this.#policy.threshold): Threat[] {
    const threats: Threat[] = [];
    for (const chain of this.chains()) {
      if (chain.score >= minScore) threats.push(threatOf(chain, this.#policy.threshold));
    }
    return threats.sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
  }

  /** All chains, for reports that list more than threats; days of root processes on which something was found, or all where empty ones are kept. */
  chains(): Iterable<Chain> {
    return this.#forest.listed();
  }

  /** What changed since the last call. */
  drain(): Effects {
    return this.#changes.take(this.#policy.threshold, (chain) => this.#forest.chains.has(chain));
  }

  /**
   * Nothing waits to be drained or settled: only then can a snapshot be taken. An event may leave more to settle than is done at once; the next one
   * goes on with it.
   */
  get isAtRest(): boolean {
    const isSettled = this.#unsettled.size === 0 && this.#plugins.isAtRest && this.#correlator.isSettled;
    return isSettled && this.#changes.isEmpty;
  }

  /**
   * Everything that what comes later can depend on, at rest. Between two chunks nothing may be applied.
   *
   * @yields chunks to be kept in their order; what `records` holds at the end is the last of them
   */
  *snapshot(records: RecordWriter): Writing {
    assert(this.isAtRest, 'a snapshot is of an engine at rest');
    const { events } = this.counts;
    const policy = this.#policy;
    for (const chunk of writeEngine(records, this.#state())) {
      yield chunk;
      const isSame = events === this.counts.events && policy === this.#policy && this.isAtRest;
      assert(isSame, 'an engine rests until its snapshot is written');
    }
  }

  /**
   * An engine as it was when `snapshot` was called.
   *
   * @param policy  the one that was in force then
   * @yields for each chunk that it wants
   * @throws SnapshotFault where the chunks are of another version, of other rules, or damaged
   */
  static *restore(records: RecordReader, policy: Policy, options: EngineOptions): Reading<Engine> {
    const engine = new Engine(policy, options);
    yield* readEngine(records, engine.#state());
    return engine;
  }

  #state(): EngineState {
    return {
      policy: this.#policy,
      counts: this.counts,
      hosts: this.#hosts,
      forest: this.#forest,
      scorer: this.#scorer,
      correlator: this.#correlator,
      standing: this.#standing,
      leftChains: this.#leftChains,
      pluginNames: (this.options.plugins ?? []).map(({ name }) => name),
      makeHost: (key, name) => this.#makeHost(key, name),
    };
  }

  #correlate(event: Event, matched: readonly Rule[], subject: Process, repeated: boolean): void {
    const sighting = this.#correlator.feed(event, matched, subject, repeated);
    const { restsOnPid } = this.#subjects;
    if (restsOnPid !== undefined) restsOnPid.sighting = sighting;
  }

  /** @returns the correlations that hold at this very event */
  #settleCorrelations(event: Event, repeated: boolean): readonly Rule[] {
    this.#current = repeated ? undefined : event;
    this.#completed = [];
    this.#correlator.settle();
    this.#current = undefined;
    this.counts.forgottenByCorrelations = this.#correlator.evicted;
    return this.#completed;
  }

  #notCorrelated(occurrence: Occurrence): void {
    this.#standing.ceased(occurrence);
    const { sighting, group } = occurrence;
    this.counts.hits--;
    if (sighting.process?.isHostEvents === true) this.counts.hitsWithoutProcess--;
    this.options.onCorrelation?.ceased(group.correlation.rule, sighting);
  }

  #correlated(occurrence: Occurrence): void {
    this.#standing.began(occurrence);
    const { sighting, group } = occurrence;
    const { rule } = group.correlation;
    const process = currentOf(sighting.process!);
    this.counts.hits++;
    if (process.isHostEvents) this.counts.hitsWithoutProcess++;
    this.options.onCorrelation?.began(rule, sighting);
    const event = this.#current;
    if (event === undefined || sighting.at.id !== hex64({ high: event.idHigh, low: event.idLow })) return;
    if (this.#completed.includes(rule)) return;
    this.#completed.push(rule);
    this.options.onHit?.(event, rule, { process });
  }

  /** Rules that give hits of their own: not those that only serve correlations. */
  #heard(matched: readonly Rule[]): readonly Rule[] {
    const { silentRules } = this.#correlations;
    const rules =
      silentRules.size > 0 && matched.length > 0 ? matched.filter((rule) => !silentRules.has(rule.id)) : matched;
    if (rules.length <= 1 || this.#policy.hits === 'all') return rules;
    const first = rules.find((rule) => !rule.isShadow);
    return rules.filter((rule) => rule.isShadow || rule === first);
  }

  #host(name: string): HostTable {
    const known = this.#hostsByName.get(name);
    if (known !== undefined) return known;
    const key = hostKey(name);
    let host = this.#hosts.get(key);
    if (host === undefined) host = this.#makeHost(key, name.toLowerCase());
    host.name = fullerName(host.name, name.toLowerCase());
    // The same host may be called by any number of names.
    if (this.#hostsByName.size >= HOST_NAMES_MAX) this.#hostsByName.clear();
    this.#hostsByName.set(name, host);
    return host;
  }

  #makeHost(key: string, name: string): HostTable {
    const host = new HostTable(key, name, this.#hostObserver());
    this.#hosts.set(key, host);
    return host;
  }

  #drop(hosts: readonly HostTable[]): void {
    const gone = new Set(hosts);
    for (const host of hosts) {
      this.#leftChains.forgetHost(host);
      this.#plugins.forgetHost(host);
      this.#hosts.delete(host.key);
    }
    for (const [spelled, host] of this.#hostsByName) if (gone.has(host)) this.#hostsByName.delete(spelled);
    for (const timeline of this.#unsettled) if (gone.has(timeline.host)) this.#unsettled.delete(timeline);
  }

  #hit(event: Event, rule: Rule, process: Process, repeated: boolean): void {
    const { restsOnPid } = this.#subjects;
    if (!repeated) {
      this.counts.hits++;
      if (process.isHostEvents) this.counts.hitsWithoutProcess++;
      if (this.options.onHit !== undefined) {
        const subject: HitSubject = restsOnPid?.subject ?? { process };
        if (restsOnPid !== undefined) restsOnPid.subject = subject;
        this.options.onHit(event, rule, subject);
      }
    }
    const { isByPid } = this.#subjects;
    const given = this.#scorer.giveHit(process, rule, event, repeated, isByPid);
    if (!isByPid || given.length === 0) return;
    // Evidence that rests on a pid follows that pid when a better run for it becomes known.
    this.#scorer.refer(process, given);
    restsOnPid?.evidence.push(...given);
  }

  #givePluginEvidence(plugin: string, process: Process, event: Event, evidence: PluginEvidence): void {
    const target = evidence.processId === undefined ? process : process.hostTable.processes.get(evidence.processId);
    if (target !== undefined)
      this.#scorer.givePlugin(target, plugin, evidence, evidence.event ?? evidenceEventOf(event));
  }

  #chainOf(process: Process, timeMs: number): Chain | undefined {
    if (!process.isRoot) return process.chain;
    // One that left has no days, and must not get one by being asked.
    return process.isKnown ? this.#forest.dayChain(process, timeMs) : undefined;
  }

  #record(
    event: Event,
    position: number,
    host: HostTable,
    process: Process | undefined,
    rules: readonly Rule[],
  ): EventRecord {
    const chainId = process === undefined ? '' : (this.#chainOf(process, event.timeMs)?.id ?? '');
    const targetGuid =
      event.action === 'processaccess' || event.action === 'createremotethread'
        ? textOf(event, 'TargetProcessGuid')
        : undefined;
    const target = targetGuid === undefined ? undefined : host.knownByGuid(targetGuid);
    return eventRecord(event, position, host.name, process, chainId, target, rules);
  }

  #hostObserver(): HostObserver {
    return {
      processAdded: (process) => this.#changes.touch(undefined, process),
      processAbsorbed: (from, into, statedBefore) => {
        this.#subjects.settle(into);
        this.#plugins.createsChanged(into);
        this.#subjects.inheritParent(into, from);
        for (const child of [...from.children]) this.#subjects.link(child, into);
        this.#scorer.absorb(from, into);
        this.#standing.restate(from, into);
        this.#correlator.disturb(from);
        this.#plugins.absorb(from, into);
        const formerId = from.chain?.id;
        from.absorbedBy = into;
        this.#changes.remove(from, into.id);
        this.#forest.remove(from);
        const asked = from.statedParent;
        if (asked !== undefined) from.hostTable.pidChanged(asked.pid);
        if (statedBefore !== undefined) this.#subjects.parentStated(into, statedBefore);
        if (formerId !== undefined && into.chain !== undefined) this.#changes.alias(formerId, into.chain.id);
      },
      processDivided: (own, from, facts, statedBefore) => this.#subjects.divided(own, from, facts, statedBefore),
      timelineChanged: (timeline) => void this.#unsettled.add(timeline),
      referenceMoved: (reference, from) => this.#subjects.referenceMoved(reference, from),
      processWithdrawn: (process) => {
        this.#forest.remove(process);
        this.#changes.remove(process, undefined);
      },
    };
  }

  #forestObserver(): ForestObserver {
    return {
      chainsJoined: (from, into, formerStart) => {
        this.#scorer.join(from, into);
        this.#correlator.disturb(from);
        this.#plugins.join(from, into);
        this.#changes.joined(from, into, () => chainIdOf(formerStart));
      },
      chainRebuilt: (chain) => {
        this.#scorer.rebuild(chain);
        this.#correlator.disturb(chain);
        this.#changes.touch(chain, undefined);
      },
      chainDissolved: (chain, heir) => {
        this.#correlator.disturb(chain);
        this.#changes.dissolved(chain, heir);
      },
      processMoved: (process) => this.#changes.touch(undefined, process),
      chainOpened: (chain) => {
        const left = this.#leftChains.take(chain);
        if (left === undefined) return;
        this.#scorer.resume(chain, left);
        chain.left += left.processCount;
        chain.isThreat = left.isAtThreshold || left.isTold;
        this.#changes.resumed(chain);
      },
      chainQuiet: (chain) => this.#changes.touch(chain, undefined),
      chainMayReturn: (chain, staying) => this.#leftChains.add(chain, chain.score >= this.#policy.threshold, staying),
      chainLeaves: (chain) => {
        this.#changes.chainLeaves(chain);
        this.#correlator.disturb(chain);
      },
      isNeeded: (chain) => this.#correlator.groupsBy(chain),
    };
  }
}
