/** The processes of one host: by GUID, and by pid and time. */

import { hashId } from '../base/hash.js';
import { ownText } from '../base/kept-text.js';
import { displayGuid, normaliseGuid } from './guid.js';
import { hasBegun, isMeant, PidTimeline } from './pid-timeline.js';
import type { PidReference } from './pid-reference.js';
import { isEarlier, Process, type CreateFacts, type StatedParent } from './process.js';
import { nearestTwin } from './twin.js';

/** Spellings of GUIDs remembered besides Sysmon's own. */
const SPELLINGS_MAX = 4096;

export interface HostObserver {
  /** A process came into being, perhaps as a placeholder. */
  processAdded(process: Process): void;
  /**
   * `from`, known by pid alone, is the same run as `into`.
   *
   * @param statedBefore  what `into` said of its parent before
   */
  processAbsorbed(from: Process, into: Process, statedBefore: StatedParent | undefined): void;
  /**
   * `own`, which is new, is what `facts` tell of, and not `from`, of which they were held before.
   *
   * @param statedBefore  what `from` said of its parent before
   */
  processDivided(own: Process, from: Process, facts: CreateFacts, statedBefore: StatedParent | undefined): void;
  /** A placeholder turned out to stand for nothing. */
  processWithdrawn(process: Process): void;
  /** `settle` must be called for it before the next event. */
  timelineChanged(timeline: PidTimeline): void;
  /** The reference was found to mean its target instead of `from`. */
  referenceMoved(reference: PidReference, from: Process): void;
}

export class HostTable {
  /** Insertion order = order of first mention. */
  readonly processes = new Map<string, Process>();
  /** So many processes are looked through for some that may be forgotten: after a look in vain, only when there are many more. */
  boundAt = 0;
  /** How much its pids are referred to, in all. */
  references = 0;
  /** Chains of single days of its root processes and of its own events: counted by the forest, which holds them. */
  dayChains = 0;
  /** As Sysmon spells them, which is how nearly all events do: such an event costs one look-up. */
  readonly #byGuid = new Map<string, Process>();
  /** Other spellings that events used lately. */
  #bySpelling: Map<string, Process> | undefined;
  /** A pid that had one run, and that nothing refers to, is that run: a timeline for each would weigh as much as the processes. */
  readonly #byPid = new Map<number, PidTimeline | Process>();
  #hostEvents: Process | undefined;

  /** @param name  the fullest name seen, for people; `key` is the identity */
  constructor(
    readonly key: string,
    public name: string,
    private readonly observer: HostObserver,
  ) {}

  /** What it takes room for. */
  get held(): number {
    return this.processes.size + this.dayChains;
  }

  /** A process that events named before, and whose pid is known: what nearly every event asks. `undefined` where more is to be found out. */
  bySpelling(spelled: string): Process | undefined {
    const known = this.#known(spelled);
    return known !== undefined && known.pid > 0 ? known : undefined;
  }

  /** The process of a GUID, made as a placeholder where unknown; `undefined` if the text is no GUID or all zeros. */
  byGuid(spelled: string, pid: number): Process | undefined {
    const known = this.#known(spelled);
    if (known !== undefined) return this.#withPid(known, pid);
    const bare = normaliseGuid(spelled);
    if (bare === '') return undefined;
    const guid = displayGuid(bare);
    let process = this.#byGuid.get(guid);
    if (process === undefined) {
      process = new Process(hashId(this.key, bare), this, ownText(guid), pid, 0);
      this.#byGuid.set(process.guid, process);
      this.adopt(process);
      if (pid > 0) this.#register(process);
    }
    if (guid !== spelled) this.#spell(spelled, process);
    return this.#withPid(process, pid);
  }

  #known(spelled: string): Process | undefined {
    return this.#byGuid.get(spelled) ?? this.#bySpelling?.get(spelled);
  }

  #spell(spelled: string, process: Process): void {
    const spellings = (this.#bySpelling ??= new Map<string, Process>());
    if (spellings.size >= SPELLINGS_MAX) spellings.clear();
    spellings.set(ownText(spelled), process);
  }

  /** Some records leave the pid out; the first that states it tells it. */
  #withPid(process: Process, pid: number): Process {
    if (pid > 0 && process.pid <= 0) {
      process.pid = pid;
      this.#register(process);
    }
    return process;
  }

  /** The process of a GUID if any event named it before. */
  knownByGuid(spelled: string): Process | undefined {
    return this.#known(spelled) ?? this.#byGuid.get(displayGuid(normaliseGuid(spelled)));
  }

  /** Stands in for a process where a hit names none. No process of the host, so it is in no list of these and is never evicted. */
  get hostEvents(): Process {
    if (this.#hostEvents === undefined) {
      const process = new Process(hashId(this.key, 'host-events'), this, '', 0, 0);
      process.isRoot = true;
      process.isHostEvents = true;
      this.#hostEvents = process;
    }
    return this.#hostEvents;
  }

  /** As `hostEvents`, where there is one by now. */
  get knownHostEvents(): Process | undefined {
    return this.#hostEvents;
  }

  /** Its processes, and what stands for none of them. */
  *actors(): Iterable<Process> {
    yield* this.processes.values();
    if (this.#hostEvents !== undefined) yield this.#hostEvents;
  }

  /** Of the pids that more is held of than one run. */
  *timelines(): Iterable<PidTimeline> {
    for (const each of this.#byPid.values()) if (each instanceof PidTimeline) yield each;
  }

  /** Puts back a process that was kept, when nothing is to follow from it. */
  restore(process: Process): void {
    if (process.isHostEvents) {
      this.#hostEvents = process;
      return;
    }
    this.processes.set(process.id, process);
    const { guid, pid, isGap } = process;
    if (guid !== '') this.#byGuid.set(guid, process);
    if (guid === '' ? isGap : pid <= 0 || process.identityStartMs === 0) return;
    if (this.#byPid.has(pid)) this.timeline(pid).restoreRun(process);
    else this.#byPid.set(pid, process);
  }

  timeline(pid: number): PidTimeline {
    const known = this.#byPid.get(pid);
    if (known instanceof PidTimeline) return known;
    const timeline = new PidTimeline(this, pid);
    if (known !== undefined) timeline.restoreRun(known);
    this.#byPid.set(pid, timeline);
    return timeline;
  }

  /** More is known of a run of the pid: what rests on the pid must be asked again. */
  pidChanged(pid: number): void {
    const known = this.#byPid.get(pid);
    if (known instanceof PidTimeline) known.changed();
  }

  /** The run of a pid alive at `timeMs` if one is known; makes no placeholder. */
  peek(pid: number, timeMs: number, fileName: string): Process | undefined {
    const known = this.#byPid.get(pid);
    if (known instanceof PidTimeline) return known.peek(timeMs, fileName);
    return known !== undefined && hasBegun(known, timeMs) && isMeant(known, timeMs, fileName) ? known : undefined;
  }

  /** The process that a create event without GUID starts: the one Sysmon reported, if it did, or one known by pid and start time, which may be new. */
  byCreateWithoutGuid(pid: number, facts: CreateFacts): Process {
    const twin = nearestTwin(this.#runs(pid), facts);
    if (twin !== undefined) {
      this.#keepSpare(twin, facts);
      return twin;
    }
    const id = this.#idOf(pid, facts);
    const known = this.processes.get(id);
    if (known !== undefined) return known;
    const process = new Process(id, this, '', pid, facts.timeMs);
    this.adopt(process);
    this.#addRun(process);
    return process;
  }

  #idOf(pid: number, { timeMs }: CreateFacts): string {
    return hashId(this.key, String(pid), String(timeMs));
  }

  /** A process shows one create event of a sensor, the earliest; of another that is taken for the same run it may turn out that it is not. */
  #keepSpare(twin: Process, facts: CreateFacts): void {
    const shown = twin.securityCreate;
    if (shown === undefined || shown.timeMs === facts.timeMs) return;
    this.timeline(twin.pid).keepSpare(twin, isEarlier(facts, shown) ? shown : facts);
  }

  #runs(pid: number): readonly Process[] {
    const known = this.#byPid.get(pid);
    return known === undefined ? [] : known instanceof PidTimeline ? known.runs : [known];
  }

  /** Create events say more of a process: it may be another that one without GUID tells of, and another that a pid means. */
  createsChanged(process: Process): void {
    const { pid } = process;
    const asked = process.parentIsCertain ? undefined : process.statedParent;
    if (asked !== undefined) this.pidChanged(asked.pid);
    const known = this.#byPid.get(pid);
    if (known === undefined) return;
    if (known instanceof PidTimeline) known.changed();
    else if (isTwinOfAnother(known, [known])) this.timeline(pid).changed();
  }

  timelineChanged(timeline: PidTimeline): void {
    this.observer.timelineChanged(timeline);
  }

  referenceMoved(reference: PidReference, from: Process): void {
    this.observer.referenceMoved(reference, from);
  }

  /** Unites twins on a pid that changed, and moves what rests on it to the runs that it means now. */
  settle(timeline: PidTimeline): void {
    const { runs } = timeline;
    if (runs.some((run) => run.guid !== '')) {
      this.#divide(timeline);
      if (runs.length > 1) this.#unite(timeline);
    }
    timeline.reconsider();
  }

  /** Create events without GUID that are not their process's after all become processes of their own; `#unite` may find them another twin. */
  #divide(timeline: PidTimeline): void {
    if (timeline.spares.length === 0 && !timeline.runs.some((run) => isTwinOfAnother(run, timeline.runs))) return;
    const { runs } = timeline;
    for (const { run, facts } of [...timeline.spares]) {
      if (nearestTwin(runs, facts) === run) continue;
      timeline.dropSpare(run, facts);
      this.#makeOwn(timeline, run, facts, run.statedParent);
    }
    for (const run of [...runs]) {
      while (isTwinOfAnother(run, runs)) {
        const statedBefore = run.statedParent;
        const facts = run.securityCreate!;
        run.securityCreate = timeline.takeSpare(run);
        this.#makeOwn(timeline, run, facts, statedBefore);
      }
    }
  }

  #makeOwn(timeline: PidTimeline, from: Process, facts: CreateFacts, statedBefore: StatedParent | undefined): void {
    const id = this.#idOf(timeline.pid, facts);
    const known = this.processes.get(id);
    const own = known ?? new Process(id, this, '', timeline.pid, facts.timeMs);
    own.addCreate(facts);
    if (known === undefined) {
      this.adopt(own);
      timeline.addRun(own);
    }
    this.observer.processDivided(own, from, facts, statedBefore);
  }

  #unite(timeline: PidTimeline): void {
    for (const run of timeline.runs.filter((each) => each.guid === '' && each.securityCreate !== undefined)) {
      const twin = nearestTwin(timeline.runs, run.securityCreate!);
      if (twin === undefined) continue;
      timeline.removeRun(run);
      this.processes.delete(run.id);
      const statedBefore = twin.statedParent;
      this.#keepSpare(twin, run.securityCreate!);
      twin.addCreate(run.securityCreate!);
      this.observer.processAbsorbed(run, twin, statedBefore);
    }
  }

  adopt(process: Process): void {
    this.processes.set(process.id, process);
    this.observer.processAdded(process);
  }

  withdraw(process: Process): void {
    this.processes.delete(process.id);
    this.observer.processWithdrawn(process);
  }

  /** An event said so, or its pid has been given to another since. */
  hasEnded(process: Process): boolean {
    if (process.endMs !== 0) return true;
    const known = this.#byPid.get(process.pid);
    return known instanceof PidTimeline && known.isOutlived(process);
  }

  forget(process: Process): void {
    this.processes.delete(process.id);
    this.#byGuid.delete(process.guid);
    this.#bySpelling = undefined;
    const known = this.#byPid.get(process.pid);
    if (known === process) this.#byPid.delete(process.pid);
    else if (known instanceof PidTimeline) known.forget(process);
  }

  #register(process: Process): void {
    if (process.identityStartMs > 0) this.#addRun(process);
  }

  #addRun(run: Process): void {
    if (this.#byPid.has(run.pid)) this.timeline(run.pid).addRun(run);
    else this.#byPid.set(run.pid, run);
  }
}

/** The create event without GUID that it shows tells of another run, or of one that only it tells of. */
function isTwinOfAnother(run: Process, runs: readonly Process[]): boolean {
  return run.guid !== '' && run.securityCreate !== undefined && nearestTwin(runs, run.securityCreate) !== run;
}
