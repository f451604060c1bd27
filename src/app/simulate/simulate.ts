/** Deterministic synthetic hosts: ordinary work, and attacks where asked. Pure: the same options give the same bytes, on any machine. */

import type { Attack } from './attacks/attack.js';
import { ATTACKS } from './attacks/stories.js';
import { planOffice } from './office-day.js';
import { SimHost } from './sim-host.js';

export interface SimulateOptions {
  readonly hosts: number;
  readonly hours: number;
  readonly seed: string;
  /** Names from `attackNames()`, `all`, or none. Each is played once, on a host that the seed picks. */
  readonly attacks: readonly string[];
  /** How much goes on: 1 is ordinary, 2 twice as much. */
  readonly noise: number;
  /** Start of the simulated time, UTC milliseconds; a Monday morning unless told otherwise. */
  readonly startMs?: number | undefined;
  /** Host names from a number; `ws-001.corp.example` unless told otherwise. */
  readonly nameOf?: (index: number) => string;
}

/** A chain that is an attack. */
export interface Truth {
  readonly attack: string;
  readonly techniques: readonly string[];
  readonly host: string;
  readonly startProcessGuid: string;
  readonly startTime: string;
}

export interface Simulation {
  /** Sysmon records as JSON, one a line, without the line break; in the order of time. */
  readonly lines: Iterable<string>;
  /** Complete once `lines` has been read to its end. */
  readonly truth: readonly Truth[];
}

const DEFAULT_START_MS = Date.UTC(2026, 0, 5, 7, 30);
const SLICE_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
/** Hosts boot within the first twenty minutes; a story needs a booted host. */
const BOOTED_AFTER_MS = 25 * 60_000;

export function attackNames(): readonly string[] {
  return ATTACKS.map((attack) => attack.name);
}

/** @throws RangeError if an option makes no sense; the message says which */
export function simulate(options: SimulateOptions): Simulation {
  if (!Number.isInteger(options.hosts) || options.hosts < 1 || options.hosts > 100_000)
    throw new RangeError('hosts must be a whole number from 1 to 100,000');
  if (!(options.hours > 0 && options.hours <= 24 * 366))
    throw new RangeError('hours must be above 0 and at most 8,784');
  if (!(options.noise > 0 && options.noise <= 100)) throw new RangeError('noise must be above 0 and at most 100');
  const attacks = attacksOf(options.attacks);
  const truth: Truth[] = [];
  return { truth, lines: linesOf(options, attacks, truth) };
}

function attacksOf(names: readonly string[]): readonly Attack[] {
  if (names.includes('all')) return ATTACKS;
  return names.map((name) => {
    const attack = ATTACKS.find((each) => each.name === name);
    if (attack === undefined)
      throw new RangeError(`there is no attack ${JSON.stringify(name)}; there are ${attackNames().join(', ')}`);
    return attack;
  });
}

function* linesOf(options: SimulateOptions, attacks: readonly Attack[], truth: Truth[]): Generator<string> {
  const startMs = options.startMs ?? DEFAULT_START_MS;
  const endMs = startMs + Math.round(options.hours * HOUR_MS);
  const nameOf = options.nameOf ?? ((index: number) => `ws-${String(index + 1).padStart(3, '0')}.corp.example`);
  const hosts = Array.from(
    { length: options.hosts },
    (_, index) => new SimHost(nameOf(index), index, options.seed, options.noise),
  );
  for (const host of hosts) planOffice(host, startMs, endMs);
  planAttacks(hosts, attacks, startMs, endMs, truth);
  for (let sliceMs = startMs; sliceMs < endMs; sliceMs += SLICE_MS) {
    const untilMs = Math.min(endMs, sliceMs + SLICE_MS);
    // A story on one host may plan something on another, so all must be done before any is taken.
    while (hosts.filter((host) => host.run(untilMs)).length > 0);
    const slice = hosts.flatMap((host) => host.take(untilMs).map((line) => ({ line, key: timeIn(line) })));
    slice.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
    for (const { line } of slice) yield line;
  }
}

/** Spread over the hosts and over the time between the last boot and the end. */
function planAttacks(
  hosts: readonly SimHost[],
  attacks: readonly Attack[],
  startMs: number,
  endMs: number,
  truth: Truth[],
): void {
  const fromMs = Math.min(startMs + BOOTED_AFTER_MS, endMs);
  const stepMs = (endMs - fromMs) / (attacks.length + 1);
  for (const [index, attack] of attacks.entries()) {
    const host = hosts[(index * 3 + 2) % hosts.length]!;
    const neighbour = hosts[(index * 3 + 3) % hosts.length]!;
    const atMs = Math.round(fromMs + stepMs * (index + 0.5));
    host.at(atMs, () => {
      for (const { host: where, start } of attack.play({ host, neighbour, atMs })) {
        truth.push({
          attack: attack.name,
          techniques: attack.techniques,
          host: where.name,
          startProcessGuid: start.guid,
          startTime: new Date(start.startMs).toISOString(),
        });
      }
    });
  }
}

/** The record's own time as it stands in the line: text that sorts as time does. */
function timeIn(line: string): string {
  const start = line.indexOf('"UtcTime":"') + 11;
  return line.slice(start, start + 23);
}
