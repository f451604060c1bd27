/** How much correlations may remember, and what goes first where there is more. */

export interface CorrelationLimits {
  readonly groupsPerCorrelation: number;
  readonly eventsPerGroup: number;
  /** Over all correlations. */
  readonly events: number;
}

export const DEFAULT_CORRELATION_LIMITS: CorrelationLimits = {
  groupsPerCorrelation: 20_000,
  eventsPerGroup: 5_000,
  events: 100_000,
};

/** Share that is left after something had to go, so that room is made seldom and costs little for each event. */
const LEFT = 0.9;

interface Evictable {
  readonly hostKey: string;
  readonly timeMs: number;
}

export function roomLeft(max: number): number {
  return Math.max(1, Math.floor(max * LEFT));
}

/**
 * What has to go so that `goal` are left: the oldest by event time of the hosts that have the most. One host, or one clock that runs a year
 * ahead, cannot take the memory of all others.
 */
export function oldestOfTheLargest<Item extends Evictable>(items: readonly Item[], goal: number): Item[] {
  const byHost = new Map<string, Item[]>();
  for (const item of items) {
    const own = byHost.get(item.hostKey);
    if (own === undefined) byHost.set(item.hostKey, [item]);
    else own.push(item);
  }
  const share = fairShare(
    [...byHost.values()].map((own) => own.length),
    goal,
  );
  const going: Item[] = [];
  for (const own of byHost.values()) {
    if (own.length <= share) continue;
    let left = own.length - share;
    const until = Float64Array.from(own, ({ timeMs }) => timeMs).sort()[left]!;
    for (const item of own) {
      if (item.timeMs >= until) continue;
      going.push(item);
      left--;
    }
    for (const item of own) if (item.timeMs === until && left-- > 0) going.push(item);
  }
  return going;
}

/** The largest number that each may keep so that all together keep no more than `goal`. */
export function fairShare(sizes: readonly number[], goal: number): number {
  const ascending = [...sizes].sort((a, b) => a - b);
  let left = goal;
  for (const [index, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}
