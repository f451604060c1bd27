/** Events that came long after they happened from a host that was current before: an agent had held them back. */

/** Bursts kept; the oldest goes first. */
const BURSTS_MAX = 16;
/** A burst is over once nothing late came for so long, … */
const PAUSE_MS = 10 * 60_000;
/** … and what goes on for longer is how this host sends now. */
const LENGTH_MAX_MS = 6 * 60 * 60_000;

export interface Burst {
  /** Receive times of its first and last event. */
  readonly receivedMs: number;
  untilMs: number;
  /** Event times, earliest and latest. */
  fromMs: number;
  toMs: number;
  events: number;
}

type StoredBurst = readonly [number, number, number, number, number];
export type StoredBursts = readonly StoredBurst[];

export class Bursts {
  /** Oldest first. */
  readonly all: Burst[] = [];

  /**
   * An event that is older than usual.
   *
   * @returns false where that is not late any more, but what will be usual
   */
  late(timeMs: number, receivedMs: number): boolean {
    const last = this.all.at(-1);
    if (last === undefined || receivedMs - last.untilMs > PAUSE_MS) {
      this.all.push({ receivedMs, untilMs: receivedMs, fromMs: timeMs, toMs: timeMs, events: 1 });
      if (this.all.length > BURSTS_MAX) this.all.shift();
      return true;
    }
    last.untilMs = Math.max(last.untilMs, receivedMs);
    if (receivedMs - last.receivedMs > LENGTH_MAX_MS) return false;
    last.fromMs = Math.min(last.fromMs, timeMs);
    last.toMs = Math.max(last.toMs, timeMs);
    last.events++;
    return true;
  }

  toStored(): StoredBursts {
    return this.all.map(({ receivedMs, untilMs, fromMs, toMs, events }): StoredBurst => [
      receivedMs,
      untilMs,
      fromMs,
      toMs,
      events,
    ]);
  }

  static fromStored(stored: StoredBursts): Bursts {
    const bursts = new Bursts();
    for (const [receivedMs, untilMs, fromMs, toMs, events] of stored) {
      bursts.all.push({ receivedMs, untilMs, fromMs, toMs, events });
    }
    return bursts;
  }
}
