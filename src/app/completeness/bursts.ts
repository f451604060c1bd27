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
  /** The lag that was usual when it began. */
  readonly usualLagMs: number;
}

type StoredBurst = readonly [number, number, number, number, number, number];
export type StoredBursts = readonly StoredBurst[];

export class Bursts {
  /** Oldest first. */
  readonly all: Burst[] = [];

  /**
   * @param usualLagMs  `undefined` where the host has not been current yet: then nothing is late
   * @param lateMs      more than this beyond what is usual is late
   */
  late(timeMs: number, receivedMs: number, usualLagMs: number | undefined, lateMs: number): void {
    const last = this.all.at(-1);
    const isOpen =
      last !== undefined && receivedMs - last.untilMs <= PAUSE_MS && receivedMs - last.receivedMs <= LENGTH_MAX_MS;
    const usual = isOpen ? last.usualLagMs : usualLagMs;
    if (usual === undefined || receivedMs - timeMs - usual <= lateMs) return;
    if (!isOpen) {
      this.all.push({ receivedMs, untilMs: receivedMs, fromMs: timeMs, toMs: timeMs, events: 1, usualLagMs: usual });
      if (this.all.length > BURSTS_MAX) this.all.shift();
      return;
    }
    last.untilMs = Math.max(last.untilMs, receivedMs);
    last.fromMs = Math.min(last.fromMs, timeMs);
    last.toMs = Math.max(last.toMs, timeMs);
    last.events++;
  }

  toStored(): StoredBursts {
    return this.all.map((burst): StoredBurst => {
      const { receivedMs, untilMs, fromMs, toMs, events, usualLagMs } = burst;
      return [receivedMs, untilMs, fromMs, toMs, events, usualLagMs];
    });
  }

  static fromStored(stored: StoredBursts): Bursts {
    const bursts = new Bursts();
    for (const [receivedMs, untilMs, fromMs, toMs, events, usualLagMs] of stored) {
      bursts.all.push({ receivedMs, untilMs, fromMs, toMs, events, usualLagMs });
    }
    return bursts;
  }
}
