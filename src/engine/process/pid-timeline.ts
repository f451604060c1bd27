/**
 * All runs of one pid on one host, by start time, and everything that named a process by this pid alone. Pids are reused within seconds, so a
 * pid means the run that was alive at the event's time; a create event that arrives late moves what it concerns.
 */

import { hashId } from '../base/hash.js';
import type { HostTable } from './host-table.js';
import { childOf, isNeeded, type PidReference } from './pid-reference.js';
import { isBetterMention, isEarlier, Process, type CreateFacts, type Mention } from './process.js';

/** Sysmon's GUIDs hold whole seconds, and sensors stamp a process's first deeds a moment before its create. */
const START_TOLERANCE_MS = 1000;
const GUID_STEP_MS = 1000;
/** A process is named by others for a moment after its end. */
const END_TOLERANCE_MS = 2000;
const NO_GAPS: ReadonlyMap<string, Process> = new Map();
const NO_SPARES: readonly Spare[] = [];
/** Past this many references on one pid, or so many on a host, later ones stay where they were first resolved. */
const REFERENCES_MAX = 8_192;
const HOST_REFERENCES_MAX = 200_000;
/** Nobody's sensors tell of one run more often than a few times; past it what comes adds nothing. */
const SPARES_MAX = 32;

/** A create event without GUID that is taken for that run and that the run does not show: it shows an earlier one. */
export interface Spare {
  readonly run: Process;
  readonly facts: CreateFacts;
}

export function fileNameOf(image: string): string {
  return image.slice(image.lastIndexOf('\\') + 1).toLowerCase();
}

export class PidTimeline {
  /** By start, then id. */
  readonly #runs: Process[] = [];
  #references: PidReference[] = [];
  // Nearly every pid is named by GUIDs alone and needs none of these.
  /** Placeholders by the run before them and the file name that is meant. */
  #gaps: Map<string, Process> | undefined;
  /** Meant by references that there was no room for. */
  #pinned: Set<Process> | undefined;
  /** What may turn out to tell of another run than the one it is taken for. */
  #spares: Spare[] | undefined;

  constructor(
    readonly host: HostTable,
    readonly pid: number,
  ) {}

  get runs(): readonly Process[] {
    return this.#runs;
  }

  get references(): readonly PidReference[] {
    return this.#references;
  }

  get gaps(): ReadonlyMap<string, Process> {
    return this.#gaps ?? NO_GAPS;
  }

  /** A pid is given to one process at a time, so whatever had it before a later run began has ended. */
  isOutlived(run: Process): boolean {
    const last = this.#runs.at(-1);
    return last !== undefined && last !== run && run.identityStartMs > 0 && last.identityStartMs > run.identityStartMs;
  }

  get spares(): readonly Spare[] {
    return this.#spares ?? NO_SPARES;
  }

  /** At most one of each run and time: those of one time tell of one process. */
  keepSpare(run: Process, facts: CreateFacts): void {
    const known = this.#spares?.find((spare) => spare.run === run && spare.facts.timeMs === facts.timeMs);
    if (known === undefined) {
      if (this.spares.length < SPARES_MAX) this.restoreSpare({ run, facts });
    } else if (isEarlier(facts, known.facts)) this.#spares!.splice(this.#spares!.indexOf(known), 1, { run, facts });
  }

  restoreSpare(spare: Spare): void {
    (this.#spares ??= []).push(spare);
  }

  dropSpare(run: Process, facts: CreateFacts): void {
    this.#spares = this.#spares?.filter((spare) => spare.run !== run || spare.facts !== facts);
  }

  /** The earliest of a run, which it shows from now on. */
  takeSpare(run: Process): CreateFacts | undefined {
    let first: CreateFacts | undefined;
    for (const spare of this.spares) {
      if (spare.run === run && (first === undefined || isEarlier(spare.facts, first))) first = spare.facts;
    }
    if (first !== undefined) this.dropSpare(run, first);
    return first;
  }

  isPinned(gap: Process): boolean {
    return this.#pinned?.has(gap) === true;
  }

  /** Adds a run whose start is known; references that mean it move to it when the host's timelines are settled. */
  addRun(run: Process): void {
    this.restoreRun(run);
    this.changed();
  }

  /** Puts back what was kept, when nothing is to follow from it. */
  restoreRun(run: Process): void {
    let index = this.#runs.length;
    while (index > 0 && isAfter(this.#runs[index - 1]!, run)) index--;
    this.#runs.splice(index, 0, run);
  }

  restoreGap(place: string, gap: Process, isPinned: boolean): void {
    (this.#gaps ??= new Map()).set(place, gap);
    if (isPinned) (this.#pinned ??= new Set()).add(gap);
  }

  restoreReference(reference: PidReference): void {
    this.#references.push(reference);
    this.host.references++;
  }

  #keep(references: PidReference[]): void {
    this.host.references += references.length - this.#references.length;
    this.#references = references;
  }

  removeRun(run: Process): void {
    const index = this.#runs.indexOf(run);
    if (index >= 0) this.#runs.splice(index, 1);
    this.changed();
  }

  /** A process that is forgotten takes with it what names it: else each end by pid would leave a placeholder in its place. */
  forget(process: Process): void {
    this.#keep(this.#references.filter(({ target }) => target !== process));
    for (const [place, gap] of this.gaps) if (gap === process) this.#gaps?.delete(place);
    this.#pinned?.delete(process);
    this.#spares = this.#spares?.filter(({ run }) => run !== process);
    this.removeRun(process);
  }

  /** A run was added, ended or named: what rests on this pid must be asked again. */
  changed(): void {
    this.host.timelineChanged(this);
  }

  /**
   * The run alive at `timeMs`, or a placeholder for one that no event started.
   *
   * @param child  the process that was started by it then, where that is what is known of it
   */
  resolve(timeMs: number, fileName: string, child?: Process): Process {
    const atMs = child === undefined || child.guid === '' ? timeMs : creationMs(child);
    const before = this.#before(atMs, child);
    return before !== undefined && isMeant(before, atMs, fileName) ? before : this.#gap(before, fileName);
  }

  /** The run alive at `timeMs` if one is known; makes no placeholder. */
  peek(timeMs: number, fileName: string): Process | undefined {
    const before = this.#before(timeMs);
    return before !== undefined && isMeant(before, timeMs, fileName) ? before : undefined;
  }

  #before(timeMs: number, child?: Process): Process | undefined {
    for (let index = this.#runs.length - 1; index >= 0; index--) {
      const run = this.#runs[index]!;
      if (child === undefined ? hasBegun(run, timeMs) : mayHaveStarted(run, child, timeMs)) return run;
    }
    return undefined;
  }

  /**
   * From now on the reference's target follows what becomes known; a placeholder is named by what refers to it.
   *
   * @returns true if the placeholder shows something else for it
   */
  refer(reference: PidReference): boolean {
    const { host } = this;
    if (this.#references.length < REFERENCES_MAX && host.references < HOST_REFERENCES_MAX)
      this.restoreReference(reference);
    else (this.#pinned ??= new Set()).add(reference.target);
    return reference.target.isGap && reference.target.addMention(reference.mention);
  }

  /** Resolves every reference again. Called between events only, when every process has its place. */
  reconsider(): void {
    if (this.#references.length === 0 && this.gaps.size === 0) return;
    this.#keep(this.#references.filter((reference) => isNeeded(reference, this.pid)));
    for (const reference of this.#references) {
      const { timeMs, image } = reference.mention;
      const target = this.resolve(timeMs, fileNameOf(image), childOf(reference));
      if (target === reference.target) continue;
      const from = reference.target;
      reference.target = target;
      if (target.isGap) target.addMention(reference.mention);
      this.host.referenceMoved(reference, from);
    }
    this.#reviewGaps();
  }

  /** Placeholders that nothing means any more never were processes; the others are named by what still means them. */
  #reviewGaps(): void {
    if (this.#gaps === undefined || this.#gaps.size === 0) return;
    const mentions = new Map<Process, Mention>();
    for (const { target, mention } of this.#references) {
      const known = mentions.get(target);
      if (known === undefined || isBetterMention(mention, known)) mentions.set(target, mention);
    }
    for (const [place, gap] of this.#gaps) {
      const mention = mentions.get(gap);
      if (mention !== undefined) rename(gap, mention);
      else if (this.#pinned?.has(gap) !== true) {
        this.#gaps.delete(place);
        this.host.withdraw(gap);
      }
    }
  }

  #gap(before: Process | undefined, fileName: string): Process {
    const place = `${before?.id ?? ''}|${fileName}`;
    const gaps = (this.#gaps ??= new Map());
    let gap = gaps.get(place);
    if (gap === undefined) {
      const id = hashId(this.host.key, String(this.pid), 'gap', before?.id ?? '', fileName);
      gap = new Process(id, this.host, '', this.pid, 0);
      gap.isGap = true;
      gaps.set(place, gap);
      this.host.adopt(gap);
    }
    return gap;
  }
}

/** The next time it is settled, it is so with another name. */
function rename(gap: Process, mention: Mention): void {
  const { mention: known } = gap;
  gap.mention = mention;
  if (known?.image !== mention.image || known.user !== mention.user) gap.settledImage = undefined;
}

function isAfter(one: Process, other: Process): boolean {
  if (one.identityStartMs !== other.identityStartMs) return one.identityStartMs > other.identityStartMs;
  return one.id > other.id;
}

export function hasBegun(run: Process, timeMs: number): boolean {
  return run.identityStartMs <= timeMs + START_TOLERANCE_MS;
}

/**
 * When it was created, as near as is known, and by Sysmon's clock where it has a GUID: that of the other sensor may be a time zone off. What a GUID says is
 * cut to the second; where the other sensor's time lies in that second it is the better one.
 */
function creationMs(run: Process): number {
  const { sysmonCreate, securityCreate, identityStartMs } = run;
  if (sysmonCreate !== undefined) return sysmonCreate.timeMs;
  if (run.guid === '' || securityCreate === undefined) return identityStartMs;
  const afterMs = securityCreate.timeMs - identityStartMs;
  return afterMs >= 0 && afterMs < GUID_STEP_MS ? securityCreate.timeMs : identityStartMs;
}

/**
 * Nobody is started by what began later, so parents by pid make no circle, which would have to be cut at a link that depends on the order of events. No
 * tolerance: both times are of creations; but shippers cut times to the second. Of two that may be the older one and name each other neither is believed.
 */
function mayHaveStarted(run: Process, child: Process, timeMs: number): boolean {
  const startMs = creationMs(run);
  const latestMs = timeMs % 1000 === 0 ? timeMs + 999 : timeMs;
  if (run === child || startMs > latestMs) return false;
  return startMs < timeMs || run.statedParent?.pid !== child.pid;
}

/** Not ended by then, and not known as another program. */
export function isMeant(run: Process, timeMs: number, fileName: string): boolean {
  if (run.endMs !== 0 && run.endMs + END_TOLERANCE_MS < timeMs) return false;
  return fileName === '' || run.image === '' || fileNameOf(run.image) === fileName;
}
