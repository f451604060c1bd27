/** One log of a host: the records that came of it, by their numbers, through restarts of the numbering; and whether it fell silent while the host did not. */

import { DeliveryClock, type StoredClock } from './delivery-clock.js';
import { CLOCK_TOLERANCE_MS, RecordRanges, type Gap, type OlderGaps, type StoredRanges } from './record-ranges.js';

/** Of earlier numberings than these only the sums are kept. */
const NUMBERINGS_MAX = 4;
/** So often no log begins again: two machines share a name, or the numbers mean something else. */
const RESTARTS_MAX = 16;
/** More than one gap in so many records: somebody chose which records are sent. */
const PART_RECORDS = 20;
const PART_GAPS = 8;
/** Numbers so close below the first one are records that were overtaken, even where their times do not say so. */
const OVERTAKEN_MAX = 64;
/** Minutes in which the host was heard: as long as it takes for a channel's rhythm to be known, and the least that is called silence. */
const RHYTHM_MINUTES = 60;
const SILENT_MINUTES = 15;
const SILENT_TIMES = 4;

/** A time further ahead of ours is no clock that runs fast: it would stand above all that follow for years. */
const AHEAD_MAX_MS = 24 * 60 * 60_000;

/**
 * - `whole`: every record is sent, so a gap is a loss
 * - `part`: some are chosen, or many are lost; numbers cannot tell which
 * - `unclear`: the numbers are no numbering
 */
export type ChannelKind = 'whole' | 'part' | 'unclear';

/** What a channel finds on the way. Times are event times. */
export interface StreamFinds {
  setBack(channel: string, atMs: number, byMs: number): void;
  /** @param number  the highest that the numbering before had reached */
  restarted(channel: string, atMs: number, number: number): void;
}

export type StoredChannel = readonly [
  name: string,
  numberings: readonly (readonly [highMs: number, ranges: StoredRanges])[],
  restarts: number,
  heard: readonly [minutes: number, hostMinute: number, lastMs: number, longest: number, second: number],
  clock: StoredClock,
];

interface Numbering {
  readonly ranges: RecordRanges;
  /** The latest event time. */
  highMs: number;
}

export class ChannelStream {
  /** Of its own: a shipper may give the times of one log in another zone than those of the next. */
  clock = new DeliveryClock();
  restarts = 0;
  /** When it was heard last, by our clock. */
  lastMs = 0;
  /** Oldest first. */
  #numberings: Numbering[] = [];
  #newest: Numbering | undefined;
  /** Minutes in which it was heard; which of the host's minutes was the last of them; its longest pauses, in minutes of the host. */
  #minutes = 0;
  #hostMinute = 0;
  #longest = 0;
  #second = 0;
  readonly #onSetBack = (atMs: number, byMs: number): void => {
    if (this.kind !== 'unclear') this.finds.setBack(this.name, atMs, byMs);
  };

  constructor(
    readonly name: string,
    private readonly finds: StreamFinds,
  ) {}

  /** @param hostMinute  how many minutes the host was heard in, this one included */
  heard(receivedMs: number, hostMinute: number): void {
    this.lastMs = Math.max(this.lastMs, receivedMs);
    if (hostMinute === this.#hostMinute) return;
    const pause = hostMinute - this.#hostMinute - 1;
    if (this.#minutes > 0 && pause > this.#second) {
      this.#second = Math.min(pause, this.#longest);
      this.#longest = Math.max(pause, this.#longest);
    }
    this.#minutes++;
    this.#hostMinute = hostMinute;
  }

  /**
   * @param number   greater than 0
   * @param isClock  the time is the host's own clock in UTC
   * @param isFirst  the record is the first of a log that was cleared
   */
  record(number: number, timeMs: number, receivedMs: number, isClock: boolean, isFirst: boolean): void {
    const onSetBack = isClock ? this.#onSetBack : ignored;
    const newest = this.#newest;
    const highMs = timeMs > receivedMs + AHEAD_MAX_MS ? receivedMs : timeMs;
    if (newest === undefined) {
      this.#begin(number, timeMs, highMs);
      return;
    }
    const numbering =
      number > newest.ranges.max ? this.#ahead(newest, number, timeMs) : this.#behind(newest, number, timeMs, isFirst);
    if (numbering === undefined) {
      this.restarts++;
      if (this.restarts <= RESTARTS_MAX) this.finds.restarted(this.name, timeMs, newest.ranges.max);
      this.#begin(number, timeMs, highMs);
      return;
    }
    if (numbering.ranges.add(number, timeMs, onSetBack) && highMs > numbering.highMs) numbering.highMs = highMs;
  }

  get isNumbered(): boolean {
    return this.#newest !== undefined;
  }

  get kind(): ChannelKind {
    if (this.restarts > RESTARTS_MAX) return 'unclear';
    let [gaps, seen] = [0, 0];
    for (const { ranges } of this.#numberings) {
      gaps += ranges.gapCount;
      seen += ranges.seen;
    }
    return gaps >= PART_GAPS && gaps * PART_RECORDS > seen ? 'part' : 'whole';
  }

  /** Records seen. */
  get seen(): number {
    return this.#numberings.reduce((sum, { ranges }) => sum + ranges.seen, 0);
  }

  get missing(): number {
    return this.#numberings.reduce((sum, { ranges }) => sum + ranges.missing, 0);
  }

  /** Event times of the first and the last record by number; only of a numbered channel. */
  get span(): { readonly fromMs: number; readonly toMs: number } {
    const { ranges } = this.#numberings[0]!;
    return { fromMs: ranges.minMs, toMs: this.#newest!.ranges.maxMs };
  }

  gaps(): readonly Gap[] {
    return this.#numberings.flatMap(({ ranges }) => ranges.gaps());
  }

  olderGaps(): readonly OlderGaps[] {
    return this.#numberings.flatMap(({ ranges }) => (ranges.older.gaps > 0 ? [ranges.older] : []));
  }

  /** Steps back in time beside a gap: not told to `finds`, for the records in the gap may still come. */
  openSetBacks(): readonly { readonly atMs: number; readonly byMs: number }[] {
    const found: { atMs: number; byMs: number }[] = [];
    for (const { ranges } of this.#numberings) ranges.openSetBacks((atMs, byMs) => found.push({ atMs, byMs }));
    return found;
  }

  /**
   * Whether the host goes on without it: measured in minutes in which the host was heard, so that nights do not count, against its own second longest pause.
   */
  isSilent(hostMinute: number): boolean {
    if (this.#minutes < RHYTHM_MINUTES) return false;
    return hostMinute - this.#hostMinute > Math.max(SILENT_MINUTES, SILENT_TIMES * this.#second);
  }

  toStored(): StoredChannel {
    return [
      this.name,
      this.#numberings.map(({ highMs, ranges }) => [highMs, ranges.toStored()] as const),
      this.restarts,
      [this.#minutes, this.#hostMinute, this.lastMs, this.#longest, this.#second],
      this.clock.toStored(),
    ];
  }

  static fromStored([name, numberings, restarts, heard, clock]: StoredChannel, finds: StreamFinds): ChannelStream {
    const channel = new ChannelStream(name, finds);
    channel.clock = DeliveryClock.fromStored(clock);
    channel.#numberings = numberings.map(([highMs, ranges]) => ({ highMs, ranges: RecordRanges.fromStored(ranges) }));
    channel.#newest = channel.#numberings.at(-1);
    channel.restarts = restarts;
    [channel.#minutes, channel.#hostMinute, channel.lastMs, channel.#longest, channel.#second] = heard;
    return channel;
  }

  /** A number above all: the next one, unless an earlier numbering lacks it and its time lies there. */
  #ahead(newest: Numbering, number: number, timeMs: number): Numbering {
    if (number === newest.ranges.max + 1) return newest;
    return this.#earlierOf(number, timeMs) ?? newest;
  }

  /**
   * A number that is not above all: late, a repetition, or the log began again.
   *
   * @returns `undefined` for a new numbering
   */
  #behind(newest: Numbering, number: number, timeMs: number, isFirst: boolean): Numbering | undefined {
    const { ranges, highMs } = newest;
    if (timeMs > highMs + (isFirst ? 0 : CLOCK_TOLERANCE_MS)) return undefined;
    // Below the first record and yet later than it: with the log written in order, only a new numbering can say so.
    const isFarBelow = ranges.min - number > OVERTAKEN_MAX;
    if (isFarBelow && timeMs > ranges.minMs + CLOCK_TOLERANCE_MS) return undefined;
    return this.#earlierOf(number, timeMs) ?? newest;
  }

  /** The numbering before the newest that lacks this record and had its time, before the next one began. */
  #earlierOf(number: number, timeMs: number): Numbering | undefined {
    for (let at = this.#numberings.length - 2; at >= 0; at--) {
      const numbering = this.#numberings[at]!;
      const endMs = this.#numberings[at + 1]!.ranges.minMs;
      if (timeMs > endMs) return undefined;
      if (!numbering.ranges.has(number) && numbering.ranges.fits(number, timeMs)) return numbering;
    }
    return undefined;
  }

  #begin(number: number, timeMs: number, highMs: number): void {
    const ranges = new RecordRanges();
    ranges.add(number, timeMs, ignored);
    this.#newest = { ranges, highMs };
    this.#numberings.push(this.#newest);
    if (this.#numberings.length <= NUMBERINGS_MAX) return;
    const oldest = this.#numberings.shift()!;
    this.#numberings[0]!.ranges.absorb(oldest.ranges);
  }
}

function ignored(): void {
  // A record whose time is no clock's tells nothing of one.
}
