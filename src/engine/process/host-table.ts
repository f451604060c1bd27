/** The processes of one host: by GUID, and by pid and time. */

import { hashId } from '../base/hash.js';
import { normaliseGuid, startFromGuid } from './guid.js';
import { fileNameOf, PidTimeline } from './pid-timeline.js';
import type { PidReference } from './pid-reference.js';
import { Process, type CreateFacts } from './process.js';

/** Two sensors report one creation within this time of each other. */
const SAME_RUN_TOLERANCE_MS = 5000;
/** Where one sensor's clock is a time zone off, the rest of the difference is a multiple of this. */
const ZONE_STEP_MS = 30 * 60_000;
const ZONE_MAX_MS = 14.5 * 60 * 60_000;
/** Spellings of GUIDs remembered besides the normal one. */
const SPELLINGS_MAX = 100_000;

export interface HostObserver {
  /** A process came into being, perhaps as a placeholder. */
  processAdded(process: Process): void;
  /** `from`, known by pid alone, is the same run as `into`. */
  processAbsorbed(from: Process, into: Process): void;
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
  readonly #byGuid = new Map<string, Process>();
  /** GUIDs as events spell them, so that the usual event costs one look-up. */
  readonly #bySpelling = new Map<string, Process | undefined>();
  readonly #byPid = new Map<number, PidTimeline>();
  #hostEvents: Process | undefined;

  /** @param name  the fullest name seen, for people; `key` is the identity */
  constructor(
    readonly key: string,
    public name: string,
    private readonly observer: HostObserver,
  ) {}

  /** A process that events named before, in the same spelling, and whose pid is known: what nearly every event asks. */
  bySpelling(spelled: string): Process | undefined {
    const known = this.#bySpelling.get(spelled);
    return known !== undefined && known.pid > 0 ? known : undefined;
  }

  /** The process of a GUID, made as a placeholder where unknown; `undefined` if the text is no GUID or all zeros. */
  byGuid(spelled: string, pid: number): Process | undefined {
    const known = this.#bySpelling.get(spelled);
    if (known !== undefined) return this.#withPid(known, pid);
    const guid = normaliseGuid(spelled);
    if (guid === '') return undefined;
    let process = this.#byGuid.get(guid);
    if (process === undefined) {
      process = new Process(hashId(this.key, guid), this, guid, pid, startFromGuid(guid));
      this.#byGuid.set(guid, process);
      this.adopt(process);
      if (pid > 0) this.#register(process);
    }
    if (this.#bySpelling.size >= SPELLINGS_MAX) this.#bySpelling.clear();
    this.#bySpelling.set(spelled, process);
    return this.#withPid(process, pid);
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
    return this.#bySpelling.get(spelled) ?? this.#byGuid.get(normaliseGuid(spelled));
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

  get timelines(): Iterable<PidTimeline> {
    return this.#byPid.values();
  }

  /** Puts back a process that was kept, when nothing is to follow from it. */
  restore(process: Process): void {
    if (process.isHostEvents) {
      this.#hostEvents = process;
      return;
    }
    this.processes.set(process.id, process);
    const { bareGuid, pid, identityStartMs, isGap } = process;
    if (bareGuid !== '') this.#byGuid.set(bareGuid, process);
    if (bareGuid === '' ? !isGap : pid > 0 && identityStartMs > 0) this.timeline(pid).restoreRun(process);
  }

  /** `undefined` where nothing has rested on the pid yet. */
  knownTimeline(pid: number): PidTimeline | undefined {
    return this.#byPid.get(pid);
  }

  timeline(pid: number): PidTimeline {
    let timeline = this.#byPid.get(pid);
    if (timeline === undefined) this.#byPid.set(pid, (timeline = new PidTimeline(this, pid)));
    return timeline;
  }

  /** The process that a create event without GUID starts: the one Sysmon reported, if it did, or one known by pid and start time. */
  byCreateWithoutGuid(pid: number, facts: CreateFacts): Process {
    const timeline = this.timeline(pid);
    const twin = nearestTwin(timeline.runs, facts);
    if (twin !== undefined) return twin;
    const process = new Process(hashId(this.key, String(pid), String(facts.timeMs)), this, '', pid, facts.timeMs);
    const known = this.processes.get(process.id);
    if (known !== undefined) return known;
    this.adopt(process);
    process.addCreate(facts);
    timeline.addRun(process);
    return process;
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
    if (runs.length > 1 && runs.some((run) => run.bareGuid !== '')) {
      for (const run of runs.filter((each) => each.bareGuid === '' && each.securityCreate !== undefined)) {
        const twin = nearestTwin(timeline.runs, run.securityCreate!);
        if (twin === undefined) continue;
        timeline.removeRun(run);
        this.processes.delete(run.id);
        twin.addCreate(run.securityCreate!);
        this.observer.processAbsorbed(run, twin);
      }
    }
    timeline.reconsider();
  }

  adopt(process: Process): void {
    this.processes.set(process.id, process);
    this.observer.processAdded(process);
  }

  withdraw(process: Process): void {
    this.processes.delete(process.id);
    this.observer.processWithdrawn(process);
  }

  forget(process: Process): void {
    this.processes.delete(process.id);
    this.#byGuid.delete(process.bareGuid);
    this.#bySpelling.clear();
    this.#byPid.get(process.pid)?.forget(process);
  }

  #register(process: Process): void {
    if (process.identityStartMs > 0) this.timeline(process.pid).addRun(process);
  }
}

/** The run with a GUID that is the same creation: same image, same command line where both tell, nearest in time (a time zone's error aside). */
function nearestTwin(runs: readonly Process[], facts: CreateFacts): Process | undefined {
  let best: Process | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const run of runs) {
    if (run.bareGuid === '' || !sameProgram(run, facts)) continue;
    const start = run.startMs || run.identityStartMs;
    const distance = Math.abs(start - facts.timeMs);
    if (distance > ZONE_MAX_MS || distance >= bestDistance) continue;
    const beside = distance % ZONE_STEP_MS;
    if (Math.min(beside, ZONE_STEP_MS - beside) > SAME_RUN_TOLERANCE_MS) continue;
    best = run;
    bestDistance = distance;
  }
  return best;
}

function sameProgram(run: Process, facts: CreateFacts): boolean {
  if (run.image === '' || fileNameOf(run.image) !== fileNameOf(facts.image)) return false;
  const ours = run.sysmonCreate?.commandLine ?? '';
  return ours === '' || facts.commandLine === '' || ours.trim() === facts.commandLine.trim();
}
