/** Where on a time axis a moment lies, with idle stretches folded to a fixed width. Pure. */

export interface TimeSegment {
  readonly fromMs: number;
  readonly toMs: number;
  /** 0 … 1 over the axis. */
  readonly left: number;
  readonly right: number;
  readonly folded: boolean;
}

export interface TimeScale {
  readonly segments: readonly TimeSegment[];
  /** 0 … 1; moments before or after the axis are put on its ends. */
  at(timeMs: number): number;
}

/** An idle stretch longer than this part of the whole is folded… */
const FOLD_FROM = 0.1;
/** …to this part of the axis. */
const FOLDED_WIDTH = 0.05;

/** @param moments  starts, ends and evidence times in UTC milliseconds, in any order; zeros (not seen) are left out */
export function timeScaleOf(moments: Iterable<number>): TimeScale {
  const times = Float64Array.from(moments)
    .filter((time) => time > 0)
    .sort();
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined || last === first) {
    const fromMs = first ?? 0;
    return {
      segments: [{ fromMs, toMs: fromMs + 1, left: 0, right: 1, folded: false }],
      at: (time) => (time <= fromMs ? 0 : 1),
    };
  }
  const span = last - first;
  const gaps: { from: number; to: number }[] = [];
  for (let i = 1; i < times.length; i += 1) {
    const from = times[i - 1]!;
    const to = times[i]!;
    if (to - from > span * FOLD_FROM) gaps.push({ from, to });
  }
  // Everything folded would leave an axis of folds only: two lone moments stay linear.
  const folds =
    times.length > 2 && gaps.length > 0 && gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0) < span ? gaps : [];
  const busy = span - folds.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  const busyWidth = 1 - folds.length * FOLDED_WIDTH;
  const segments: TimeSegment[] = [];
  let left = 0;
  let from = first;
  const push = (toMs: number, folded: boolean): void => {
    const right = left + (folded ? FOLDED_WIDTH : ((toMs - from) / busy) * busyWidth);
    segments.push({ fromMs: from, toMs, left, right, folded });
    left = right;
    from = toMs;
  };
  for (const gap of folds) {
    if (gap.from > from) push(gap.from, false);
    push(gap.to, true);
  }
  if (last > from) push(last, false);
  return { segments, at: (time) => place(segments, time) };
}

function place(segments: readonly TimeSegment[], time: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle]!.toMs < time) low = middle + 1;
    else high = middle;
  }
  const segment = segments[low]!;
  const part = (time - segment.fromMs) / (segment.toMs - segment.fromMs);
  return segment.left + Math.min(1, Math.max(0, part)) * (segment.right - segment.left);
}
