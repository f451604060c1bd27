/** One line of what `doctor` says. */

export type Grade = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly topic: 'configuration' | 'folder' | 'disk' | 'clock' | 'versions' | 'server' | 'log' | 'state' | 'audit';
  readonly grade: Grade;
  /** What was found, without a full stop. */
  readonly says: string;
  /** What to do about it. */
  readonly advice?: string;
  /** Units last in the names. */
  readonly figures?: Readonly<Record<string, number | string>>;
}

const GRADES: readonly Grade[] = ['ok', 'warn', 'fail'];

export function worst(findings: readonly Finding[]): Grade {
  return GRADES[Math.max(0, ...findings.map(({ grade }) => GRADES.indexOf(grade)))]!;
}

export function mebibytes(bytes: number): string {
  return bytes < 10 * 1024 ** 3 ? `${(bytes / 1024 ** 2).toFixed(1)} MiB` : `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
