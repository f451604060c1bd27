/** The events that the benchmark reads: recorded ones where a folder is given, simulated ones otherwise; in memory before any clock starts. */

import { simulate } from '../../app/simulate/simulate.js';
import { findInputs } from '../../files/index.js';
import { CommandError } from '../exit.js';

const LINES_MAX = 120_000;
const CHUNK_BYTES = 1024 * 1024;

export interface Material {
  /** For people: what is read, and in which mix. */
  readonly name: string;
  readonly lines: readonly Buffer[];
  /** The same lines as a file would come. */
  readonly chunks: readonly Buffer[];
}

const CREATION = ['"EventID":1,', '"EventID":4688,', '"EventID":"1"'];
/** Fewer creations than this say little. */
const CREATIONS_MIN = 200;
const CREATIONS_MAX = 20_000;

/** The process creations alone, several times over where they are few; `undefined` where there are hardly any. */
export function creationsOf({ lines, name }: Material): Material | undefined {
  const creations = lines.filter(isCreation);
  if (creations.length < CREATIONS_MIN) return undefined;
  return materialOf(creations.slice(0, CREATIONS_MAX), `process creations alone of ${name.split(',')[0]!}`);
}

/** The same events thinned out until one in ten is a process creation; `undefined` where there are hardly any. */
export function tenthCreations({ lines, name }: Material): Material | undefined {
  const creations = lines.filter(isCreation).length;
  if (creations < CREATIONS_MIN || creations * 10 >= lines.length) return undefined;
  const step = Math.floor((lines.length - creations) / (creations * 9));
  let others = 0;
  const thinned = lines.filter((line) => isCreation(line) || others++ % step === 0);
  return materialOf(thinned, `${name.split(' of ')[0]!}, thinned out`);
}

const isCreation = (line: Buffer): boolean => CREATION.some((text) => line.includes(text));

function materialOf(lines: readonly Buffer[], source: string): Material {
  const creations = lines.filter(isCreation).length;
  const mean = Math.round(lines.reduce((sum, line) => sum + line.length, 0) / lines.length);
  const share = ((creations / lines.length) * 100).toFixed(1);
  return {
    name: `${lines.length} events of ${mean} bytes (${source}), ${share} % process creations`,
    lines,
    chunks: chunksOf(lines),
  };
}

/** Every n-th line of the files, so that each is in it, or a simulated day of 20 hosts. */
export async function loadMaterial(paths: readonly string[]): Promise<Material> {
  const lines = paths.length === 0 ? simulatedLines() : await recordedLines(paths);
  if (lines.length === 0) throw new CommandError('There is no event in JSON lines to measure with.');
  return materialOf(lines, paths.length === 0 ? 'simulated' : 'recorded');
}

function simulatedLines(): Buffer[] {
  const lines: Buffer[] = [];
  for (const line of simulate({ hosts: 20, hours: 24, seed: '1', attacks: ['all'], noise: 1 }).lines) {
    lines.push(Buffer.from(line));
    if (lines.length >= LINES_MAX) break;
  }
  return lines;
}

async function recordedLines(paths: readonly string[]): Promise<Buffer[]> {
  const lines: Buffer[] = [];
  let seen = 0;
  let step = 1;
  for (const input of (await findInputs(paths)).inputs) {
    await input.decode({
      event(_event, raw) {
        if (raw === undefined || seen++ % step !== 0) return;
        lines.push(Buffer.from(raw));
        if (lines.length < LINES_MAX * 2) return;
        // Too many: every other one goes, and from now on half as many come.
        for (let index = 0; index < LINES_MAX; index++) lines[index] = lines[index * 2]!;
        lines.length = LINES_MAX;
        step *= 2;
      },
      skip: () => undefined,
    });
  }
  return lines;
}

function chunksOf(lines: readonly Buffer[]): Buffer[] {
  const whole = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  const chunks: Buffer[] = [];
  for (let start = 0; start < whole.length; start += CHUNK_BYTES)
    chunks.push(whole.subarray(start, start + CHUNK_BYTES));
  return chunks;
}
