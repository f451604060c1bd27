/** Counters for `/metrics`, in Prometheus' text format 0.0.4. Numbers only: no host, user or rule is named to whoever scrapes. */

import type { Intake } from '../app/live-ports.js';
import type { StateQueries } from '../app/query-ports.js';

export class Metrics {
  #accepted = 0;
  #duplicates = 0;
  #rejected = 0;
  readonly #refused = new Map<number, number>();
  readonly #requests = new Map<number, number>();

  constructor(private readonly startedMs: number) {}

  eventsTaken(accepted: number, duplicates: number, rejected: number): void {
    this.#accepted += accepted;
    this.#duplicates += duplicates;
    this.#rejected += rejected;
  }

  /** A whole request of events was answered with this status. */
  eventsRefused(status: number): void {
    this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1);
  }

  requestDone(status: number): void {
    this.#requests.set(status, (this.#requests.get(status) ?? 0) + 1);
  }

  /** Requests for events refused, and single events rejected, since the server started. */
  get refusedEvents(): number {
    return [...this.#refused.values()].reduce((sum, count) => sum + count, this.#rejected);
  }

  text(state: StateQueries, intake: Intake, streams: number, nowMs: number): string {
    const { open, confirmed, ignored } = state.threatCounts();
    const memory = process.memoryUsage();
    const lines: string[] = [];
    const add = (
      name: string,
      kind: 'counter' | 'gauge',
      help: string,
      samples: readonly (readonly [string, number])[],
    ): void => {
      lines.push(`# HELP chainsight_${name} ${help}`, `# TYPE chainsight_${name} ${kind}`);
      for (const [labels, value] of samples) lines.push(`chainsight_${name}${labels} ${value}`);
    };
    add('up_seconds', 'gauge', 'Seconds since the server started.', [
      ['', Math.round((nowMs - this.startedMs) / 1000)],
    ]);
    add('takes_events', 'gauge', '1 while events are taken.', [['', intake.refusal === undefined ? 1 : 0]]);
    add('events_accepted_total', 'counter', 'Events taken since the server started.', [['', this.#accepted]]);
    add('events_duplicate_total', 'counter', 'Of those, events known already.', [['', this.#duplicates]]);
    add('events_rejected_total', 'counter', 'Single events rejected within a request.', [['', this.#rejected]]);
    add(
      'events_refused_requests_total',
      'counter',
      'Requests with events refused as a whole, by status.',
      byStatus(this.#refused),
    );
    add('requests_total', 'counter', 'Other requests, by status.', byStatus(this.#requests));
    add('events_stored', 'gauge', 'Events taken in, ever.', [['', state.eventCounts().events]]);
    add('threats', 'gauge', 'Threats by verdict.', [
      ['{verdict="open"}', open],
      ['{verdict="confirmed"}', confirmed],
      ['{verdict="ignored"}', ignored],
    ]);
    add('streams', 'gauge', 'Consoles connected to the live stream.', [['', streams]]);
    add('memory_resident_bytes', 'gauge', 'Resident memory of the process.', [['', memory.rss]]);
    add('memory_heap_bytes', 'gauge', 'JavaScript heap in use.', [['', memory.heapUsed]]);
    return `${lines.join('\n')}\n`;
  }
}

function byStatus(counts: ReadonlyMap<number, number>): readonly (readonly [string, number])[] {
  if (counts.size === 0) return [['{status="200"}', 0]];
  return [...counts].toSorted(([a], [b]) => a - b).map(([status, count]) => [`{status="${status}"}`, count] as const);
}
