/**
 * Counters for `/metrics`, in Prometheus' text format 0.0.4. No host and no user is ever named, nor anything of an event; rules are named to those alone who
 * may read them.
 */

import type { DeliveryAnswer, RejectionReason, RuleCost } from '../app/live-ports.js';
import type { ServerParts } from './parts.js';

/** Rules that are named, for hits and for time: each with a line of its own, so there is a bound. */
export const RULES_NAMED = 20;

type Taken = Pick<DeliveryAnswer & { readonly kind: 'taken' }, 'accepted' | 'duplicates' | 'reasons'>;

export type MetricsParts = Pick<ServerParts, 'state' | 'intake' | 'figures' | 'clock'>;

export class Metrics {
  #accepted = 0;
  #duplicates = 0;
  readonly #rejected = new Map<string, number>();
  readonly #refused = new Map<number, number>();
  readonly #requests = new Map<number, number>();

  constructor(private readonly startedMs: number) {}

  eventsTaken({ accepted, duplicates, reasons }: Taken): void {
    this.#accepted += accepted;
    this.#duplicates += duplicates;
    for (const reason in reasons) {
      const count = reasons[reason as RejectionReason] ?? 0;
      this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + count);
    }
  }

  /** A whole request of events was answered with this status. */
  eventsRefused(status: number): void {
    this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1);
  }

  requestDone(status: number): void {
    this.#requests.set(status, (this.#requests.get(status) ?? 0) + 1);
  }

  /** Requests of events refused as a whole, and events rejected out of others, since the server started. */
  get refusedEvents(): number {
    return [...this.#refused.values(), ...this.#rejected.values()].reduce((sum, count) => sum + count, 0);
  }

  /** @param costs  of the rules in force; `undefined` for a caller who may not read their names */
  text(
    { state, intake, figures, clock }: MetricsParts,
    streams: number,
    costs: readonly RuleCost[] | undefined,
  ): string {
    const nowMs = clock.nowMs();
    const engine = figures();
    const { backlog, waitingSinceMs, forgottenByCorrelations, restarts, heapBytes } = engine;
    const { diskWait, ...busyMs } = engine.spentMs;
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
    add(
      'events_accepted_total',
      'counter',
      'Events on disk that senders were told of since the server started, repetitions among them.',
      [['', this.#accepted]],
    );
    add(
      'events_duplicate_total',
      'counter',
      'Of the accepted events, repetitions of known ones, which changed nothing.',
      [['', this.#duplicates]],
    );
    add(
      'events_rejected_total',
      'counter',
      'Events rejected out of requests whose other events were taken, by reason.',
      [...this.#rejected].toSorted().map(([reason, count]) => [`{reason="${reason}"}`, count] as const),
    );
    add(
      'events_refused_requests_total',
      'counter',
      'Requests of events of which nothing was taken, by status.',
      byStatus(this.#refused),
    );
    add(
      'requests_total',
      'counter',
      'Requests that bring no events, by status, live streams left out.',
      byStatus(this.#requests),
    );
    add('events_stored', 'gauge', 'Events taken in since the data folder was made, repetitions left out.', [
      ['', state.eventCounts().events],
    ]);
    add('events_waiting', 'gauge', 'Events that were let in and wait for the engine, in the log or before it.', [
      ['', backlog],
    ]);
    add(
      'detection_lag_seconds',
      'gauge',
      'How long ago the oldest event came whose effects are not stored yet; 0 where none waits.',
      [['', waitingSinceMs === undefined ? 0 : seconds(Math.max(0, nowMs - waitingSinceMs))]],
    );
    add(
      'correlation_events_forgotten_total',
      'counter',
      'Events that correlations forgot for want of room, once for each correlation.',
      [['', forgottenByCorrelations]],
    );
    add('processes', 'gauge', 'Processes that detection holds in memory.', [['', engine.processes]]);
    add(
      'processes_forgotten_total',
      'counter',
      'Processes that left the memory of detection for want of room; what was known of them is stored.',
      [['', engine.forgottenProcesses]],
    );
    add('detection_restarts_total', 'counter', 'Times that detection ended by itself and was begun again.', [
      ['', restarts],
    ]);
    add(
      'detection_seconds_total',
      'counter',
      'What detection was busy with: reading bytes, the disk of the log, judging, storing.',
      Object.entries(busyMs).map(([part, ms]) => [`{part="${part}"}`, seconds(ms)]),
    );
    add(
      'detection_disk_wait_seconds_total',
      'counter',
      'While the disk of the log was written to or synced beside all else that detection does.',
      [['', seconds(diskWait)]],
    );
    if (costs !== undefined) {
      add(
        'rule_hits_total',
        'counter',
        `Events that a rule matched since the server started: the ${RULES_NAMED} rules with most.`,
        most(costs, ({ hits }) => hits),
      );
      add(
        'rule_seconds_total',
        'counter',
        `What a rule's evaluation took, estimated from one event in some tens: the ${RULES_NAMED} rules with most.`,
        most(costs, ({ ms }) => seconds(ms)),
      );
    }
    add('threats', 'gauge', 'Threats there are, by verdict.', [
      ['{verdict="open"}', open],
      ['{verdict="confirmed"}', confirmed],
      ['{verdict="ignored"}', ignored],
    ]);
    add('streams', 'gauge', 'Consoles connected to the live stream.', [['', streams]]);
    add('memory_resident_bytes', 'gauge', 'Resident memory of the process.', [['', memory.rss]]);
    add('memory_heap_bytes', 'gauge', 'JavaScript heap in use.', [['', memory.heapUsed + heapBytes]]);
    return `${lines.join('\n')}\n`;
  }
}

/** Statuses that were never answered have no line: a made-up one with 0 would be read as an answer that was given. */
function byStatus(counts: ReadonlyMap<number, number>): readonly (readonly [string, number])[] {
  return [...counts].toSorted(([a], [b]) => a - b).map(([status, count]) => [`{status="${status}"}`, count] as const);
}

function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(3));
}

function most(costs: readonly RuleCost[], figure: (cost: RuleCost) => number): (readonly [string, number])[] {
  return costs
    .map((cost) => [`{rule="${escaped(cost.rule)}"}`, figure(cost)] as const)
    .filter(([, value]) => value > 0)
    .toSorted(([one, more], [other, less]) => less - more || (one < other ? -1 : 1))
    .slice(0, RULES_NAMED);
}

/** A rule's author may have called it anything. */
function escaped(label: string): string {
  return label
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replace(/\r?\n|\r/g, String.raw`\n`);
}
