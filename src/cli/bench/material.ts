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

/** Every n-th line of the files, so that each is in it, or a simulated day of 20 hosts. */
export async function loadMaterial(paths: readonly string[]): Promise<Material> {
  const lines = paths.length === 0 ? simulatedLines() : await recordedLines(paths);
  if (lines.length === 0) throw new CommandError('There is no event in JSON lines to measure with.');
  const creations = lines.filter((line) => line.includes('"EventID":1,') || line.includes('"EventID":4688,')).length;
  const mean = Math.round(lines.reduce((sum, line) => sum + line.length, 0) / lines.length);
  const source = paths.length === 0 ? 'simulated' : 'recorded';
  return {
    name: `${lines.length} ${source} events of ${mean} bytes, ${((creations / lines.length) * 100).toFixed(1)} % process creations`,
    lines,
    chunks: chunksOf(lines),
  };
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
