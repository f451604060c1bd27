/** Scan against its yardstick: how fast `JSON.parse` alone reads the same lines. One thread, everything on, data in memory. */

import { Engine } from '../../engine/engine.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import type { EnginePlugin } from '../../engine/plugin/plugin.js';
import type { Policy } from '../../engine/policy.js';
import { createDecoder } from '../../sources/index.js';
import { medianSeconds, type BenchCase } from './cases.js';
import { creationsOf, tenthCreations, type Material } from './material.js';

const ROUNDS = 5;

export function scanCases(material: Material, policy: Policy, plugins: () => readonly EnginePlugin[]): BenchCase[] {
  const others = [creationsOf(material), tenthCreations(material)].filter((each) => each !== undefined);
  return [...splitScan(material, policy, plugins), ...others.map((each) => wholeScan(each, policy, plugins))];
}

function wholeScan(material: Material, policy: Policy, plugins: () => readonly EnginePlugin[]): BenchCase {
  return splitScan(material, policy, plugins)[0]!;
}

function splitScan(material: Material, policy: Policy, plugins: () => readonly EnginePlugin[]): BenchCase[] {
  const { lines, chunks } = material;
  const parse = (): void => {
    for (const line of lines) JSON.parse(line.toString());
  };
  const decode = (): void => read(chunks, () => undefined);
  const decodeAndMatch = (): void => read(chunks, (event) => void policy.rules.match(event));
  const scan = (): void => {
    const engine = new Engine(policy, { recordEvents: false, noteChanges: false, plugins: plugins() });
    const seen = new SeenRecords();
    read(chunks, (event) => engine.apply(event, 0, !seen.add(event)));
  };
  const [parseS = 0, decodeS = 0, matchS = 0, scanS = 0] = medianSeconds([parse, decode, decodeAndMatch, scan], ROUNDS);
  const rate = (seconds: number): number => Math.round(lines.length / seconds);
  const of = `JSON.parse alone on the same lines: ${rate(parseS)} lines/s; ${material.name}`;
  return [
    { name: 'scan', value: rate(scanS), unit: 'events/s', of, ratio: parseS / scanS },
    { name: 'scan: parse and normalise only', value: rate(decodeS), unit: 'events/s', of, ratio: parseS / decodeS },
    share('parse', parseS, scanS, lines.length),
    share('normalise', decodeS - parseS, scanS, lines.length),
    share('match', matchS - decodeS, scanS, lines.length),
    share('chains, scores and plugins', scanS - matchS, scanS, lines.length),
  ];
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
