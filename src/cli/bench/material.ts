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
  /** The process creations of all that was read, also of what was thinned out. */
  readonly creations: readonly Buffer[];
}

const CREATION = ['"EventID":1,', '"EventID":4688,', '"EventID":"1"'];
/** Fewer creations than this say little. */
const CREATIONS_MIN = 200;
const CREATIONS_MAX = 20_000;

/** The process creations alone; `undefined` where there are hardly any. */
export function creationsOf({ creations, name }: Material): Material | undefined {
  if (creations.length < CREATIONS_MIN) return undefined;
  return materialOf(creations, `process creations alone, of what ${name.split(',')[0]!} were taken from`);
}

/** The same events thinned out until one in ten is a process creation; `undefined` where there are hardly any. */
export function tenthCreations({ lines, creations, name }: Material): Material | undefined {
  const others = lines.filter((line) => !isCreation(line));
  if (creations.length < CREATIONS_MIN || creations.length * 9 >= others.length) return undefined;
  const step = others.length / (creations.length * 9);
  const mixed: Buffer[] = [];
  let at = 0;
  for (const creation of creations) {
    for (let next = 0; next < 9; next++) mixed.push(others[Math.floor(step * at++)]!);
    mixed.push(creation);
  }
  return materialOf(mixed, `${name.split(' of ')[0]!}, mixed with all creations`);
}

const isCreation = (line: Buffer): boolean => CREATION.some((text) => line.includes(text));

function materialOf(
  lines: readonly Buffer[],
  source: string,
  creations: readonly Buffer[] = lines.filter(isCreation),
): Material {
  const mean = Math.round(lines.reduce((sum, line) => sum + line.length, 0) / lines.length);
  const share = ((lines.filter(isCreation).length / lines.length) * 100).toFixed(1);
  return {
    name: `${lines.length} events of ${mean} bytes (${source}), ${share} % process creations`,
    lines,
    chunks: chunksOf(lines),
    creations: creations.slice(0, CREATIONS_MAX),
  };
}

/** Every n-th line of the files, so that each is in it, or a simulated day of 20 hosts. */
export async function loadMaterial(paths: readonly string[]): Promise<Material> {
  const creations: Buffer[] = [];
  const lines = paths.length === 0 ? simulatedLines() : await recordedLines(paths, creations);
  if (lines.length === 0) throw new CommandError('There is no event in JSON lines to measure with.');
  return paths.length === 0 ? materialOf(lines, 'simulated') : materialOf(lines, 'recorded', creations);
}

function simulatedLines(): Buffer[] {
  const lines: Buffer[] = [];
  for (const line of simulate({ hosts: 20, hours: 24, seed: '1', attacks: ['all'], noise: 1 }).lines) {
    lines.push(Buffer.from(line));
    if (lines.length >= LINES_MAX) break;
  }
  return lines;
}

/** @param creations  gets every process creation */
async function recordedLines(paths: readonly string[], creations: Buffer[]): Promise<Buffer[]> {
  const lines: Buffer[] = [];
  let seen = 0;
  let step = 1;
  for (const input of (await findInputs(paths)).inputs) {
    await input.decode({
      event(_event, raw) {
        if (raw === undefined) return;
        const isWanted = seen++ % step === 0;
        const line = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
        if (creations.length < CREATIONS_MAX && isCreation(line)) creations.push(Buffer.from(line));
        if (!isWanted) return;
        lines.push(Buffer.from(line));
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
