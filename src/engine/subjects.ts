/**
 * Who an event is about: finds the process, takes in all that the event says of it, and puts it in its place. Where only a pid names it, what rests on
 * that pid is remembered, and moves when the pid turns out to mean another run.
 */

import { hex64 } from './base/hash.js';
import { keptText } from './base/kept-text.js';
import type { ChangeNotes } from './change-notes.js';
import type { Forest } from './chain/forest.js';
import { integerOf, textOf, type Event } from './event/event.js';
import type { PluginRunner } from './plugin/plugin-runner.js';
import type { Policy } from './policy.js';
import { isRootImage } from './policy-lists.js';
import type { HostTable } from './process/host-table.js';
import type { PidReference, RestsOnPid } from './process/pid-reference.js';
import { fileNameOf } from './process/pid-timeline.js';
import {
  type CreateFacts,
  createFacts,
  currentOf,
  isSameParent,
  type Mention,
  type Process,
  type StatedParent,
} from './process/process.js';
import type { Room } from './room.js';
import type { Correlator } from './rule/sigma/correlation/correlator.js';
import type { Standing } from './rule/sigma/correlation/standing.js';
import type { Scorer } from './score/scorer.js';

const POWERSHELL = /powershell/i;

/** What follows when more is known of a process. */
export interface SubjectParts {
  policy(): Policy;
  readonly forest: Forest;
  readonly scorer: Scorer;
  readonly standing: Standing;
  readonly correlator: Correlator;
  readonly plugins: PluginRunner;
  readonly changes: ChangeNotes;
  readonly room: Room;
}

export class Subjects {
  #restsOnPid: RestsOnPid | undefined;
  #isByPid = false;
  /** Links that would have closed a cycle, by the child. */
  readonly #refused = new Map<Process, Process>();

  constructor(private readonly parts: SubjectParts) {}

  /** Where the event that was asked about last named its process by pid alone. */
  get restsOnPid(): RestsOnPid | undefined {
    return this.#restsOnPid;
  }

  /** The event that was asked about last named its process by pid alone, so evidence of it may turn out to be another's. */
  get isByPid(): boolean {
    return this.#isByPid;
  }

  /**
   * The process that an event is about, with all that the event says of it taken in; `undefined` where it names none.
   *
   * @param isHit  some rule matched: something may come to rest on the process
   */
  of(host: HostTable, event: Event, isHit: boolean): Process | undefined {
    this.#restsOnPid = undefined;
    this.#isByPid = false;
    const process = this.#find(host, event, isHit);
    if (process !== undefined) this.parts.room.makeFor(host, process);
    return process;
  }

  #find(host: HostTable, event: Event, isHit: boolean): Process | undefined {
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
    const parentGuid = textOf(event, 'ParentProcessGuid') ?? '';
    const facts = createFacts(event, host.knownByGuid(parentGuid));
    const pid = integerOf(event, 'ProcessId') ?? 0;
    const named = host.byGuid(textOf(event, 'ProcessGuid') ?? '', pid);
    const process = named ?? (pid > 0 ? host.byCreateWithoutGuid(pid, facts) : undefined);
    if (process === undefined) return undefined;
    this.#isByPid = named === undefined;
    const statedBefore = process.statedParent;
    const isNewCreate = process.addCreate(facts);
    if (isNewCreate) this.parts.plugins.createsChanged(process);
    this.settle(process, isNewCreate);
    const parent = host.byGuid(parentGuid, facts.parentPid);
    if (parent !== undefined) {
      const isNews = parent.addMention({
        rank: 0,
        timeMs: event.timeMs,
        image: facts.parentImage,
        commandLine: facts.parentCommandLine,
        user: textOf(event, 'ParentUser') ?? '',
      });
      this.settle(parent, isNews);
      this.#linkCertainly(process, parent);
      if (!process.parentIsCertain) {
        process.parentIsCertain = true;
        if (statedBefore !== undefined) host.pidChanged(statedBefore.pid);
      }
    } else this.parentStated(process, statedBefore);
    if (isNewCreate) host.createsChanged(process);
    return process;
  }

  /**
   * The parent of a process that names it by pid alone; asked again whenever more is known of that pid.
   *
   * @param before  what it said of its parent so far: what rests on that is asked again if it says something else now
   */
  parentStated(process: Process, before: StatedParent | undefined): void {
    const stated = process.statedParent;
    if (process.parentIsCertain || isSameParent(before, stated)) return;
    const { hostTable: host } = process;
    if (stated === undefined) {
      this.link(process, undefined);
      host.pidChanged(before!.pid);
      return;
    }
    const { pid, timeMs, image } = stated;
    const mention: Mention = { rank: 0, timeMs, image: keptText(image), commandLine: '', user: '' };
    const timeline = host.timeline(pid);
    const target = timeline.resolve(timeMs, fileNameOf(image), process);
    const isNews = timeline.refer({ kind: 'parent', mention, target, child: process });
    this.#takeParent(process, target, isNews);
    if (before !== undefined) host.pidChanged(before.pid);
  }

  /**
   * A create event without GUID tells of `own`, and not of `from`. What it gave goes with it.
   *
   * @param before  what `from` said of its parent before
   */
  divided(own: Process, from: Process, facts: CreateFacts, before: StatedParent | undefined): void {
    const { plugins, scorer, correlator } = this.parts;
    const eventId = hex64({ high: facts.idHigh, low: facts.idLow });
    this.settle(own);
    this.parentStated(own, undefined);
    this.settle(from);
    this.parentStated(from, before);
    from.hostTable.createsChanged(from);
    plugins.createsChanged(own);
    plugins.createsChanged(from);
    scorer.moveHits(eventId, from, own);
    const sighting = correlator.events.get(eventId);
    if (sighting?.process !== undefined && currentOf(sighting.process) === from) correlator.move(sighting, own);
  }

  /** `from` turned out to be `into`: what it said of its parent counts where `into` says it now. */
  inheritParent(into: Process, from: Process): void {
    if (from.parent === undefined || into.parent !== undefined || into.parentIsCertain) return;
    if (isSameParent(into.statedParent, from.statedParent)) this.link(into, from.parent);
  }

  #takeParent(process: Process, parent: Process, isNews: boolean): void {
    this.settle(parent, isNews);
    this.link(process, parent);
  }

  /** The process that a pid means at the time of an event that names it. */
  #actorBy(host: HostTable, pid: number, kind: 'deed' | 'end', mention: Mention): Process {
    const timeline = host.timeline(pid);
    const target = timeline.resolve(mention.timeMs, fileNameOf(mention.image));
    const rests: RestsOnPid = { evidence: [], sighting: undefined, subject: undefined };
    this.#restsOnPid = rests;
    this.#isByPid = true;
    const isNews = timeline.refer({ kind, mention, target, rests });
    this.#settleDeed(target, mention.timeMs, isNews);
    return target;
  }

  /** A reference was found to mean its target instead of `from`. */
  referenceMoved(reference: PidReference, from: Process): void {
    const { kind, target: to } = reference;
    if (kind === 'parent') {
      this.#takeParent(currentOf(reference.child), to, true);
      return;
    }
    const { timeMs } = reference.mention;
    if (kind === 'end') this.#endMoved(from, timeMs);
    this.#settleDeed(to, timeMs, true);
    if (kind === 'end') this.#endByPid(to, timeMs);
    this.#moveTo(reference.rests, from, to);
  }

  #ended(host: HostTable, event: Event): Process | undefined {
    const pid = integerOf(event, 'ProcessId') ?? 0;
    const named = host.byGuid(textOf(event, 'ProcessGuid') ?? '', pid);
    if (named !== undefined) {
      this.#mention(named, event, 'Image');
      this.#endCertainly(named, event.timeMs);
      return named;
    }
    if (pid <= 0) return undefined;
    const process = this.#actorBy(host, pid, 'end', deedMention(event));
    this.#endByPid(process, event.timeMs);
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
    if (!isHit) return host.peek(subjectPid, event.timeMs, fileNameOf(mention.image));
    return this.#actorBy(host, subjectPid, 'deed', mention);
  }

  #moveTo({ evidence, sighting, subject }: RestsOnPid, from: Process, to: Process): void {
    this.parts.scorer.move(evidence, from, to);
    if (subject !== undefined) subject.process = to;
    if (sighting !== undefined) this.parts.correlator.move(sighting, to);
  }

  #settleDeed(process: Process, timeMs: number, isNews: boolean): void {
    this.settle(process, isNews);
    if (process.isRoot) this.parts.forest.dayChain(process, timeMs);
  }

  #mention(process: Process, event: Event, imageField: string): void {
    if (process.mayBeMentioned(event.timeMs)) {
      const image = textOf(event, imageField) ?? '';
      const changed = process.addMention({
        rank: 1,
        timeMs: event.timeMs,
        image,
        commandLine: '',
        user: textOf(event, 'User') ?? '',
      });
      if (!changed && (process.chain !== undefined || process.isRoot)) return;
      this.settle(process);
    } else if (process.chain === undefined && !process.isRoot) this.settle(process);
    if (process.isRoot) this.parts.forest.dayChain(process, event.timeMs);
  }

  /**
   * Places a process, says whether it cuts the tree, and marks it as changed.
   *
   * @param isNews  what is known of it changed: exceptions may cover what it and its descendants hold. To look costs the whole chain
   */
  settle(process: Process, isNews = true): void {
    const { forest, scorer, standing, plugins, changes } = this.parts;
    const { image } = process;
    const isRoot = isRootImage(this.parts.policy(), image);
    let mayBeExempt = isNews || process.settledImage !== image;
    if (process.chain === undefined && !process.isRoot) {
      process.isRoot = isRoot;
      forest.add(process);
    } else if (process.isRoot !== isRoot) {
      scorer.changeRoot(process, isRoot);
      standing.restate(process);
      plugins.createsChanged(process);
      mayBeExempt = true;
    }
    if (mayBeExempt) scorer.reconsiderExemptions(process);
    changes.touch(process.chain, process);
    if (process.settledImage === image) return;
    process.settledImage = image;
    if (process.pid > 0) process.hostTable.pidChanged(process.pid);
  }

  /** Another parent means other ancestors, and so perhaps other exceptions. */
  link(process: Process, parent: Process | undefined): void {
    const before = process.parent;
    if (!this.parts.forest.link(process, parent)) this.#refused.set(process, parent!);
    else if (this.#refused.size > 0) this.#refused.delete(process);
    this.parts.plugins.parentChanged(process);
    if (process.parent !== before) this.parts.scorer.reconsiderExemptions(process);
  }

  /** A GUID named the parent: where that closes a cycle, a link by pid goes, whichever of them came first. */
  #linkCertainly(process: Process, parent: Process): void {
    this.link(process, parent);
    if (process.parent === parent) return;
    let each: Process | undefined = parent;
    while (each !== undefined && each !== process && each.parentIsCertain) each = each.parent;
    if (each?.parent === undefined || each === process) return;
    const { parent: former } = each;
    this.link(each, undefined);
    this.#refused.set(each, former);
    this.link(process, parent);
  }

  /**
   * To be called between events: what closed a cycle while one event was taken in need not do so when every pid is asked again. What still does is a lie
   * of the host's.
   */
  linkAgain(): void {
    for (let before = Infinity; this.#refused.size > 0 && this.#refused.size < before;) {
      before = this.#refused.size;
      for (const [process, parent] of [...this.#refused]) {
        if (process.isKnown && parent.isKnown) this.link(process, parent);
        else this.#refused.delete(process);
      }
    }
    this.#refused.clear();
  }

  get hasRefused(): boolean {
    return this.#refused.size > 0;
  }

  /** A GUID's word counts whatever pids say; so an end by pid that turns out to be another run's takes nothing away that was certain. */
  #endCertainly(process: Process, timeMs: number): void {
    if (timeMs <= 0 || (process.endIsCertain && process.endMs <= timeMs)) return;
    process.endIsCertain = true;
    this.#setEnd(process, timeMs);
  }

  #endByPid(process: Process, timeMs: number): void {
    if (timeMs <= 0 || process.endIsCertain || (process.endMs !== 0 && process.endMs <= timeMs)) return;
    this.#setEnd(process, timeMs);
  }

  /** An end by pid was another run's: of those that are still this one's the earliest holds. */
  #endMoved(from: Process, timeMs: number): void {
    if (from.endIsCertain || from.endMs !== timeMs) return;
    let endMs = 0;
    for (const { kind, target, mention } of from.hostTable.timeline(from.pid).references) {
      if (kind === 'end' && target === from && (endMs === 0 || mention.timeMs < endMs)) endMs = mention.timeMs;
    }
    this.#setEnd(from, endMs);
  }

  /** @param timeMs  0 if it runs after all */
  #setEnd(process: Process, timeMs: number): void {
    if (process.endMs === timeMs) return;
    const wasAlive = process.endMs === 0;
    process.endMs = timeMs;
    const change = Number(timeMs === 0) - Number(wasAlive);
    for (const chain of process.chains) {
      chain.alive += change;
      this.parts.changes.touch(chain, process);
    }
    this.parts.changes.touch(undefined, process);
    if (process.pid > 0) process.hostTable.pidChanged(process.pid);
  }
}

function deedMention(event: Event): Mention {
  return {
    rank: 1,
    timeMs: event.timeMs,
    image: keptText(textOf(event, 'Image') ?? ''),
    commandLine: '',
    user: keptText(textOf(event, 'User') ?? ''),
  };
}
