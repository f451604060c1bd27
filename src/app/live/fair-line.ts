/**
 * Who may hand events to the log next. What is in the log is judged in its order, so little may be there unjudged: the rest waits before it. Sensors take
 * turns, and of each sensor the hosts that it speaks for: whoever brings one event waits for a part of what another brings, and not for all of it.
 */

export interface Party {
  /** By whose token it comes. */
  readonly sensor: string;
  readonly host: string;
}

interface Asking {
  readonly most: number;
  readonly grant: (count: number) => void;
}

/** Events by the host that they came from, and their sum. */
interface SensorCount {
  total: number;
  readonly byHost: Map<string, number>;
}

export class FairLine {
  /** What came in and is not done with. */
  readonly #counts = new Map<string, SensorCount>();
  #total = 0;
  #parties = 0;
  /** Events of it that had their turn. */
  #ahead = 0;
  /** Who waits for a turn, by sensor and host; the first of the first is next. */
  readonly #asking = new Map<string, Map<string, Asking[]>>();

  /** @param windowEvents  events that may have had their turn and not be done with before others wait */
  constructor(private readonly windowEvents: () => number) {}

  get total(): number {
    return this.#total;
  }

  /** How many have events here. */
  get parties(): number {
    return this.#parties;
  }

  get sensors(): number {
    return this.#counts.size;
  }

  /** Events that had no turn yet. */
  get held(): number {
    return this.#total - this.#ahead;
  }

  ofSensor({ sensor }: Party): number {
    return this.#counts.get(sensor)?.total ?? 0;
  }

  of({ sensor, host }: Party): number {
    return this.#counts.get(sensor)?.byHost.get(host) ?? 0;
  }

  enter(party: Party, count: number): void {
    this.#change(party, count);
  }

  /** For events that had no turn. */
  leave(party: Party, count: number): void {
    this.#change(party, -count);
  }

  /**
   * @param most  events that have entered and had no turn
   * @returns how many of them may go on; now, where nobody waits. 0 where everybody was let go
   */
  turn({ sensor, host }: Party, most: number): number | Promise<number> {
    const now = this.#asking.size === 0 ? this.#grantable(most) : 0;
    if (now > 0) return this.#granted(now);
    return new Promise((grant) => {
      const hosts = this.#asking.get(sensor) ?? new Map<string, Asking[]>();
      const queue = hosts.get(host) ?? [];
      queue.push({ most, grant });
      this.#asking.set(sensor, hosts.set(host, queue));
    });
  }

  /** Events that had their turn are judged, were known, or could not be kept. */
  done(party: Party, count: number): void {
    this.#ahead -= count;
    this.#change(party, -count);
    for (const [sensor, hosts] of this.#asking) {
      const [host, queue] = hosts.entries().next().value!;
      const { most, grant } = queue[0]!;
      const granted = this.#grantable(most);
      if (granted === 0) return;
      queue.shift();
      // Both stand behind all others, where more of them waits.
      hosts.delete(host);
      if (queue.length > 0) hosts.set(host, queue);
      this.#asking.delete(sensor);
      if (hosts.size > 0) this.#asking.set(sensor, hosts);
      grant(this.#granted(granted));
    }
  }

  /** Nobody waits any longer: it is for them to see why. */
  letGo(): void {
    const all = [...this.#asking.values()].flatMap((hosts) => [...hosts.values()].flat());
    this.#asking.clear();
    for (const { grant } of all) grant(0);
  }

  #grantable(most: number): number {
    return Math.max(0, Math.min(most, this.windowEvents() - this.#ahead));
  }

  #granted(count: number): number {
    this.#ahead += count;
    return count;
  }

  #change({ sensor, host }: Party, change: number): void {
    if (change === 0) return;
    const counts = this.#counts.get(sensor) ?? { total: 0, byHost: new Map<string, number>() };
    const before = counts.byHost.get(host) ?? 0;
    this.#total += change;
    counts.total += change;
    if (before === 0) this.#parties++;
    if (before + change === 0) {
      this.#parties--;
      counts.byHost.delete(host);
    } else counts.byHost.set(host, before + change);
    if (counts.total === 0) this.#counts.delete(sensor);
    else this.#counts.set(sensor, counts);
  }
}
