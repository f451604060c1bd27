/**
 * The fold: events in, effects out. No clock, no I/O, no randomness; the same events under the same policy give the same chains, scores and
 * threats, in whatever order, however often and in whatever batches they come. Terms and reasons: docs/architecture.md
 */

import { chainIdOf, type Chain } from './chain/chain.js';
import { Forest, type ForestObserver } from './chain/forest.js';
import { ChangeNotes } from './change-notes.js';
import type { Effects, EventRecord } from './effects.js';
import type { EngineCounts, EngineOptions, HitSubject } from './engine-options.js';
import { assert } from './base/assert.js';
import { hex64 } from './base/hash.js';
import { integerOf, textOf, type Event } from './event/event.js';
import { fullerName, hostKey } from './event/host-name.js';
import { PluginRunner } from './plugin/plugin-runner.js';
import type { PluginEvidence, PluginFinding } from './plugin/plugin.js';
import type { Policy } from './policy.js';
import { HostTable, type HostObserver } from './process/host-table.js';
import type { PidReference, RestsOnPid } from './process/pid-reference.js';
import { fileNameOf, type PidTimeline } from './process/pid-timeline.js';
import { createFacts, currentOf, type Mention, type Process } from './process/process.js';
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
import { eventRecord, threatOf } from './views.js';
import { isRootImage, isSkipped } from './policy-lists.js';

const NO_RULES: readonly Rule[] = [];
const POWERSHELL = /powershell/i;
const SYSTEM_PID = 4;
const SETTLE_ROUNDS_MAX = 1000;
const DEFAULT_PROCESSES_MAX = 200_000;

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
  #policy: Policy;
  readonly #correlator: Correlator;
  readonly #standing: Standing;
  #correlations: CorrelationPlan;
  /** Correlations that hold at the current event. */
  #completed: Rule[] = [];
  #current: Event | undefined;
  /** Where the current event named its process by pid alone. */
  #restsOnPid: RestsOnPid | undefined;
  readonly #unsettled = new Set<PidTimeline>();
  /** Processes of which, or of whose parents, more is known than when plugins judged how they were started. */
  readonly #unjudged = new Set<Process>();

  readonly #changes: ChangeNotes;

  constructor(
    policy: Policy,
    private readonly options: EngineOptions,
  ) {
    this.#policy = policy;
    this.#changes = new ChangeNotes(options.noteChanges ?? true);
    this.#forest = new Forest(this.#forestObserver());
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
    if (repeated) this.counts.duplicates++;
    if (isSkipped(this.#policy, event)) {
      this.counts.skipped++;
      return;
    }
    const host = this.#host(event.host);
    const matched = this.#policy.rules.match(event);
    const rules = this.#heard(matched);
    this.#restsOnPid = undefined;
    const process = this.#subject(host, event, matched.length > 0);
    const subject = process ?? (matched.length > 0 ? host.hostEvents : undefined);
    if (subject !== undefined) {
      for (const rule of rules) this.#hit(event, rule, subject, repeated);
      if (this.#correlations.inputs.size > 0) this.#correlate(event, matched, subject, repeated);
    }
    if (process !== undefined) this.#plugins.run(event, process, repeated);
    if (this.#unsettled.size > 0) this.#settleTimelines();
    if (this.#unjudged.size > 0) this.#judgeStarts();
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

  #judgeStarts(): void {
    for (const process of this.#unjudged) {
      // One that was absorbed, forgotten or is a root by now has no chain to be judged in.
      if (process.chain !== undefined) this.#plugins.judgeStart(process);
    }
    this.#unjudged.clear();
  }

  /** What create events say of a process changed: it and those that it started are to be judged again. */
  #unjudge(process: Process): void {
    if (!this.#plugins.judgesStarts) return;
    this.#unjudged.add(process);
    if (process.hasChildren) for (const child of process.children) this.#unjudged.add(child);
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
      this.#hosts.delete(key);
      for (const [spelled, table] of this.#hostsByName) if (table === host) this.#hostsByName.delete(spelled);
      for (const timeline of this.#unsettled) if (timeline.host === host) this.#unsettled.delete(timeline);
      for (const process of this.#unjudged) if (process.hostTable === host) this.#unjudged.delete(process);
    }
    this.#changes.forgetHost(key, host, host === undefined ? [] : this.#forest.forgetHost(host));
  }

  /** Chains with at least `minScore` points (the threshold, unless told otherwise), most points first, then by id. */
  threats(minScore = this.#policy.threshold): Threat[] {
    const threats: Threat[] = [];
    for (const chain of this.#forest.chains) {
      if (chain.score >= minScore) threats.push(threatOf(chain, this.#policy.threshold));
    }
    return threats.sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
  }

  /** All chains, for reports that list more than threats. */
  chains(): Iterable<Chain> {
    return this.#forest.chains;
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
    const isSettled = this.#unsettled.size === 0 && this.#unjudged.size === 0 && this.#correlator.isSettled;
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
    for (const chunk of writeEngine(records, this.#state())) {
      yield chunk;
      assert(this.isAtRest && events === this.counts.events, 'an engine rests until its snapshot is written');
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
      pluginNames: (this.options.plugins ?? []).map(({ name }) => name),
      makeHost: (key, name) => this.#makeHost(key, name),
    };
  }

  #correlate(event: Event, matched: readonly Rule[], subject: Process, repeated: boolean): void {
    const sighting = this.#correlator.feed(event, matched, subject, repeated);
    if (this.#restsOnPid !== undefined) this.#restsOnPid.sighting = sighting;
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
    this.counts.hits--;
    if (occurrence.sighting.process?.isHostEvents === true) this.counts.hitsWithoutProcess--;
  }

  #correlated(occurrence: Occurrence): void {
    this.#standing.began(occurrence);
    const { sighting, group } = occurrence;
    const { rule } = group.correlation;
    const process = currentOf(sighting.process!);
    this.counts.hits++;
    if (process.isHostEvents) this.counts.hitsWithoutProcess++;
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
    this.#hostsByName.set(name, host);
    return host;
  }

  #makeHost(key: string, name: string): HostTable {
    const host = new HostTable(key, name, this.#hostObserver());
    this.#hosts.set(key, host);
    return host;
  }

  /** The process that an event is about, with all that the event says of it taken in; `undefined` where it names none. */
  #subject(host: HostTable, event: Event, isHit: boolean): Process | undefined {
    switch (event.action) {
      case 'processcreate':
        return this.#created(host, event);
      case 'processterminal':
        return this.#ended(host, event);
      default:
        return this.#acted(host, event, isHit);
    }
  }

  #created(host: HostTable, event: Event): Process | undefined {
    const facts = createFacts(event);
    const pid = integerOf(event, 'ProcessId') ?? 0;
    const process =
      host.byGuid(textOf(event, 'ProcessGuid') ?? '', pid) ??
      (pid > 0 ? host.byCreateWithoutGuid(pid, facts) : undefined);
    if (process === undefined) return undefined;
    if (process.addCreate(facts)) this.#unjudge(process);
    this.#settle(process);
    const parent = host.byGuid(textOf(event, 'ParentProcessGuid') ?? '', facts.parentPid);
    if (parent !== undefined) {
      parent.addMention({
        rank: 0,
        timeMs: event.timeMs,
        image: facts.parentImage,
        commandLine: facts.parentCommandLine,
        user: textOf(event, 'ParentUser') ?? '',
      });
      this.#settle(parent);
      this.#link(process, parent);
      if (!process.parentIsCertain) {
        process.parentIsCertain = true;
        const askedPid = process.securityCreate?.parentPid ?? 0;
        if (askedPid > 0) host.timeline(askedPid).changed();
      }
    } else if (facts.parentPid > 0 && !process.parentIsCertain) {
      this.#linkByPid(host, process, facts.parentPid, event, facts.parentImage);
    }
    this.#bound(host, process);
    return process;
  }

  /** The parent of a process that names it by pid alone; asked again whenever more is known of that pid. */
  #linkByPid(host: HostTable, process: Process, parentPid: number, event: Event, statedImage: string): void {
    const image = statedImage === '' && parentPid === SYSTEM_PID ? 'System' : statedImage;
    const mention: Mention = { rank: 0, timeMs: event.timeMs, image, commandLine: '', user: '' };
    const timeline = host.timeline(parentPid);
    const target = timeline.resolve(mention.timeMs, fileNameOf(image), process);
    timeline.refer({ kind: 'parent', mention, target, child: process });
    this.#takeParent(process, target);
  }

  #takeParent(process: Process, parent: Process): void {
    this.#settle(parent);
    this.#link(process, parent);
  }

  /** The process that a pid means at the time of an event that names it. */
  #actorBy(host: HostTable, pid: number, kind: 'deed' | 'end', mention: Mention): Process {
    const timeline = host.timeline(pid);
    const target = timeline.resolve(mention.timeMs, fileNameOf(mention.image));
    const rests: RestsOnPid = { evidence: [], sighting: undefined, subject: undefined };
    this.#restsOnPid = rests;
    timeline.refer({ kind, mention, target, rests });
    return target;
  }

  #referenceMoved(reference: PidReference, from: Process): void {
    const { kind, target: to } = reference;
    if (kind === 'parent') {
      this.#takeParent(currentOf(reference.child), to);
      return;
    }
    const { timeMs } = reference.mention;
    if (kind === 'end' && from.endMs === timeMs) this.#end(from, 0);
    this.#settleDeed(to, timeMs);
    if (kind === 'end') this.#end(to, timeMs);
    this.#moveTo(reference.rests, from, to);
  }

  #ended(host: HostTable, event: Event): Process | undefined {
    const pid = integerOf(event, 'ProcessId') ?? 0;
    const named = host.byGuid(textOf(event, 'ProcessGuid') ?? '', pid);
    if (named !== undefined) {
      this.#mention(named, event, 'Image');
      this.#end(named, event.timeMs);
      return named;
    }
    if (pid <= 0) return undefined;
    const process = this.#actorBy(host, pid, 'end', deedMention(event));
    this.#settleDeed(process, event.timeMs);
    this.#end(process, event.timeMs);
    return process;
  }

  #acted(host: HostTable, event: Event, isHit: boolean): Process | undefined {
    const bySource = event.action === 'processaccess' || event.action === 'createremotethread';
    const guid = textOf(event, bySource ? 'SourceProcessGuid' : 'ProcessGuid');
    const imageField = bySource ? 'SourceImage' : 'Image';
    const known = guid === undefined ? undefined : host.bySpelling(guid);
    if (known !== undefined) {
      this.#mention(known, event, imageField);
      return known;
    }
    const pid = integerOf(event, bySource ? 'SourceProcessId' : 'ProcessId') ?? 0;
    const named = guid === undefined ? undefined : host.byGuid(guid, pid);
    if (named !== undefined) {
      this.#mention(named, event, imageField);
      return named;
    }
    const subjectPid = pid > 0 ? pid : POWERSHELL.test(event.provider) ? event.loggerPid : 0;
    if (subjectPid <= 0) return undefined;
    const mention = deedMention(event);
    // Without a hit nothing rests on it, so no placeholder is made for it.
    if (!isHit) return host.timeline(subjectPid).peek(event.timeMs, fileNameOf(mention.image));
    const process = this.#actorBy(host, subjectPid, 'deed', mention);
    this.#settleDeed(process, event.timeMs);
    return process;
  }

  #moveTo({ evidence, sighting, subject }: RestsOnPid, from: Process, to: Process): void {
    this.#scorer.move(evidence, from, to);
    if (subject !== undefined) subject.process = to;
    if (sighting !== undefined) this.#correlator.move(sighting, to);
  }

  #settleDeed(process: Process, timeMs: number): void {
    this.#settle(process);
    if (process.isRoot) this.#forest.dayChain(process, timeMs);
  }

  #mention(process: Process, event: Event, imageField: string): void {
    if (process.isPlaceholder && process.mention?.rank !== 0 && !process.isMentionedBefore(event.timeMs)) {
      const image = textOf(event, imageField) ?? '';
      const changed = process.addMention({
        rank: 1,
        timeMs: event.timeMs,
        image,
        commandLine: '',
        user: textOf(event, 'User') ?? '',
      });
      if (!changed && (process.chain !== undefined || process.isRoot)) return;
      this.#settle(process);
    } else if (process.chain === undefined && !process.isRoot) this.#settle(process);
    if (process.isRoot) this.#forest.dayChain(process, event.timeMs);
  }

  /** After what is known of a process changed: places it, says whether it cuts the tree, and marks it as changed. */
  #settle(process: Process): void {
    const { image } = process;
    const isRoot = isRootImage(this.#policy, image);
    if (process.chain === undefined && !process.isRoot) {
      process.isRoot = isRoot;
      this.#forest.add(process);
    } else if (process.isRoot !== isRoot) {
      this.#scorer.changeRoot(process, isRoot);
      this.#standing.restate(process);
      this.#unjudge(process);
    }
    this.#scorer.reconsiderExemptions(process);
    this.#changes.touch(process.chain, process);
    if (process.settledImage === image) return;
    process.settledImage = image;
    if (process.pid > 0) process.hostTable.timeline(process.pid).changed();
  }

  /** Another parent means other ancestors, and so perhaps other exceptions. */
  #link(process: Process, parent: Process): void {
    this.#forest.link(process, parent);
    if (this.#plugins.judgesStarts) this.#unjudged.add(process);
    this.#scorer.reconsiderExemptions(process);
  }

  #end(process: Process, timeMs: number): void {
    if (timeMs !== 0 && process.endMs !== 0 && process.endMs <= timeMs) return;
    const wasAlive = process.endMs === 0;
    process.endMs = timeMs;
    const change = Number(timeMs === 0) - Number(wasAlive);
    for (const chain of process.isRoot
      ? (process.dayChains?.values() ?? [])
      : process.chain === undefined
        ? []
        : [process.chain]) {
      chain.alive += change;
      this.#changes.touch(chain, process);
    }
    this.#changes.touch(undefined, process);
    if (process.pid > 0) process.hostTable.timeline(process.pid).changed();
  }

  #hit(event: Event, rule: Rule, process: Process, repeated: boolean): void {
    if (!repeated) {
      this.counts.hits++;
      if (process.isHostEvents) this.counts.hitsWithoutProcess++;
      if (this.options.onHit !== undefined) {
        const subject: HitSubject = this.#restsOnPid?.subject ?? { process };
        if (this.#restsOnPid !== undefined) this.#restsOnPid.subject = subject;
        this.options.onHit(event, rule, subject);
      }
    }
    const given = this.#scorer.giveHit(process, rule, event, repeated, this.#restsOnPid !== undefined);
    if (this.#restsOnPid === undefined || given.length === 0) return;
    // Evidence that rests on a pid follows that pid when a better run for it becomes known.
    this.#scorer.refer(process, given);
    this.#restsOnPid.evidence.push(...given);
  }

  #givePluginEvidence(plugin: string, process: Process, event: Event, evidence: PluginEvidence): void {
    const target = evidence.processId === undefined ? process : process.hostTable.processes.get(evidence.processId);
    if (target !== undefined)
      this.#scorer.givePlugin(target, plugin, evidence, evidence.event ?? evidenceEventOf(event));
  }

  #chainOf(process: Process, timeMs: number): Chain | undefined {
    return process.isRoot ? this.#forest.dayChain(process, timeMs) : process.chain;
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

  /** @param created  what the event at hand is about, and hits may yet be given to */
  #bound(host: HostTable, created: Process): void {
    const max = this.options.maxProcessesPerHost ?? DEFAULT_PROCESSES_MAX;
    if (host.processes.size <= max) return;
    const goal = Math.floor(max * 0.9);
    for (const process of [...host.processes.values()]) {
      if (host.processes.size <= goal) return;
      if (process === created || process.endMs === 0 || process.hasEvidence || process.hasChildren || process.isRoot)
        continue;
      this.#forest.leave(process);
      host.forget(process);
      this.counts.forgotten++;
    }
  }

  #hostObserver(): HostObserver {
    return {
      processAdded: (process) => this.#changes.touch(undefined, process),
      processAbsorbed: (from, into) => {
        this.#settle(into);
        this.#unjudge(into);
        if (into.parent === undefined && from.parent !== undefined) this.#link(into, from.parent);
        for (const child of [...from.children]) this.#link(child, into);
        this.#scorer.absorb(from, into);
        this.#standing.restate(from, into);
        this.#correlator.disturb(from);
        this.#plugins.absorb(from, into);
        const formerId = from.chain?.id;
        from.absorbedBy = into;
        this.#changes.remove(from, into.id);
        this.#forest.remove(from);
        const parentPid = from.securityCreate?.parentPid ?? 0;
        if (parentPid > 0) from.hostTable.timeline(parentPid).changed();
        if (formerId !== undefined && into.chain !== undefined) this.#changes.alias(formerId, into.chain.id);
      },
      timelineChanged: (timeline) => void this.#unsettled.add(timeline),
      referenceMoved: (reference, from) => this.#referenceMoved(reference, from),
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
    };
  }
}

function deedMention(event: Event): Mention {
  return {
    rank: 1,
    timeMs: event.timeMs,
    image: textOf(event, 'Image') ?? '',
    commandLine: '',
    user: textOf(event, 'User') ?? '',
  };
}
