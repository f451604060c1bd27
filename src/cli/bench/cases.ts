/** A measured figure, always beside what it is compared to in the same run: machines are noisy, ratios less so. */

export interface BenchCase {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What `ratio` compares it to, and over which data. */
  readonly of: string;
  readonly ratio: number;
}

/** Runs the given jobs in turn, `rounds` times over, and gives each one's median seconds: a drift of the machine hits all alike. */
export function medianSeconds(jobs: readonly (() => void)[], rounds: number): number[] {
  const seconds = jobs.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, job] of jobs.entries()) {
      const started = performance.now();
      job();
      seconds[index]!.push((performance.now() - started) / 1000);
    }
  }
  return seconds.map(median);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
