/** Scan against its yardstick: how fast `JSON.parse` alone reads the same lines. One thread, everything on, data in memory. */

import { Engine } from '../../engine/engine.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import type { EnginePlugin } from '../../engine/plugin/plugin.js';
import type { Policy } from '../../engine/policy.js';
import { createDecoder } from '../../sources/index.js';
import { medianSeconds, type BenchCase } from './cases.js';
import { creationsOf, tenthCreations, type Material } from './material.js';
import { FEW, someRules } from './rule-cases.js';

const ROUNDS = 5;
/** Rules of which the cost is told beside that of few. */
const MANY = 3000;
/** Fewer events are read several times over, each time by a new engine: a program that judges has been running for a while. */
const EVENTS_MIN = 30_000;

/** The engine of the last scan stays until the next one is there: with the last object of a kind what V8 has learned of it goes too. */
const kept: Engine[] = [];

export function scanCases(material: Material, policy: Policy, plugins: () => readonly EnginePlugin[]): BenchCase[] {
  const others = [creationsOf(material), tenthCreations(material)].filter((each) => each !== undefined);
  return [material, ...others].flatMap((each, place) => {
    const isGrowing = place === 0 && policy.rules.rules.length > 2 * FEW;
    const numbers = isGrowing ? [FEW, MANY].map((count) => ({ ...policy, rules: someRules(policy.rules, count) })) : [];
    const timed = timeScan(each, policy, plugins, numbers);
    return place === 0
      ? [wholeScan(each, timed), ...parts(each, timed), ...growth(each, numbers, timed)]
      : [wholeScan(each, timed)];
  });
}

/** Seconds for all events. */
interface Timed {
  readonly parse: number;
  readonly decode: number;
  readonly match: number;
  readonly scan: number;
  /** With other numbers of rules. */
  readonly scanBy: readonly number[];
}

function timeScan(
  { lines, chunks }: Material,
  policy: Policy,
  plugins: () => readonly EnginePlugin[],
  others: readonly Policy[],
): Timed {
  const passes = Math.ceil(EVENTS_MIN / lines.length);
  const often = (job: () => void) => (): void => {
    for (let pass = 0; pass < passes; pass++) job();
  };
  const scanBy = (by: Policy) => (): void => {
    const engine = new Engine(by, { recordEvents: false, noteChanges: false, plugins: plugins() });
    const seen = new SeenRecords();
    read(chunks, (event) => engine.apply(event, 0, !seen.add(event)));
    kept[0] = engine;
  };
  const jobs = [
    () => {
      for (const line of lines) JSON.parse(line.toString());
    },
    () => read(chunks, () => undefined),
    () => read(chunks, (event) => void policy.rules.match(event)),
    scanBy(policy),
    ...others.map(scanBy),
  ];
  const seconds = medianSeconds(jobs.map(often), ROUNDS).map((each) => each / passes);
  kept.length = 0;
  const [parse = 0, decode = 0, match = 0, scan = 0, ...byOthers] = seconds;
  return { parse, decode, match, scan, scanBy: byOthers };
}

function wholeScan({ lines, name }: Material, { parse, scan }: Timed): BenchCase {
  return {
    name: 'scan',
    value: rate(lines, scan),
    unit: 'events/s',
    of: yardstick(lines, name, parse),
    ratio: parse / scan,
  };
}

function parts({ lines, name }: Material, { parse, decode, match, scan }: Timed): BenchCase[] {
  const of = yardstick(lines, name, parse);
  return [
    {
      name: 'scan: parse and normalise only',
      value: rate(lines, decode),
      unit: 'events/s',
      of,
      ratio: parse / decode,
    },
    share('parse', parse, scan, lines.length),
    share('normalise', decode - parse, scan, lines.length),
    share('match', match - decode, scan, lines.length),
    share('chains, scores and plugins', scan - match, scan, lines.length),
  ];
}

/** Of the whole time that an event takes; what matching alone takes is among the cases of rules. */
function growth({ lines, name }: Material, policies: readonly Policy[], { scanBy }: Timed): BenchCase[] {
  const [few, many] = policies.map(({ rules }) => rules.rules.length);
  const [fewS, manyS] = scanBy;
  if (few === undefined || fewS === undefined || manyS === undefined) return [];
  const perEvent = (seconds: number): number => Number(((seconds / lines.length) * 1e6).toFixed(2));
  return [
    {
      name: `scan with ${many} rules`,
      value: perEvent(manyS),
      unit: 'µs/event',
      of: `scan with ${few} of them: ${perEvent(fewS)} µs; ${name}`,
      ratio: manyS / fewS,
    },
  ];
}

const rate = (lines: readonly unknown[], seconds: number): number => Math.round(lines.length / seconds);

function yardstick(lines: readonly unknown[], name: string, parse: number): string {
  return `JSON.parse alone on the same lines: ${rate(lines, parse)} lines/s; ${name}`;
}

function share(name: string, seconds: number, whole: number, events: number): BenchCase {
  return {
    name: `scan: share of ${name}`,
    value: Number(((seconds / events) * 1e6).toFixed(2)),
    unit: 'µs/event',
    of: 'the whole scan',
    ratio: seconds / whole,
  };
}

function read(chunks: readonly Buffer[], take: (event: Parameters<Engine['apply']>[0]) => void): void {
  const decoder = createDecoder('json', { event: take, skip: () => undefined }, {});
  for (const chunk of chunks) decoder.push(chunk);
  decoder.end();
}
