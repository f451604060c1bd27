/** For outcomes that should be equal and are too long to read. */

/** @returns the first line that differs, with what stands before it; `''` if the texts are equal */
export function firstDifference(one: string, other: string): string {
  if (one === other) return '';
  const [a, b] = [one.split('\n'), other.split('\n')];
  const index = a.findIndex((line, at) => line !== b[at]);
  return [...a.slice(Math.max(0, index - 6), index), `- ${b[index] ?? ''}`, `+ ${a[index] ?? ''}`].join('\n');
}
