/** A stated reason not to score something: evidence stays, with zero points, and names the exception. */

export type ExceptionScope = 'hash' | 'path' | 'commandLine' | 'user' | 'host' | 'rule' | 'ancestor';

export interface Exception {
  readonly id: string;
  readonly scope: ExceptionScope;
  /**
   * `hash`: hex digits of any algorithm, matches the process or any ancestor up to its root (the original's allow list).
   * `path`, `commandLine`, `user`, `host`, `ancestor` (an ancestor's image): text with `*` and `?`, case-insensitive, whole value.
   * `rule`: a rule's id, or an evidence key such as `technique:T1059`.
   */
  readonly value: string;
  /** Narrowings: both must fit where given. */
  readonly host?: string | undefined;
  readonly rule?: string | undefined;
  readonly reason: string;
  readonly author: string;
  readonly createdMs: number;
  /** Event time from which it no longer holds. */
  readonly expiresMs?: number | undefined;
}
