/** The world failing under a use case: disk, database, another instance. Bad input is never one of these (`engine/base/diagnostic.ts`). */

/** Public and never reused; each has an entry in docs/reference/error-codes.md. */
export type AppErrorCode =
  | 'CURSOR_INVALID'
  | 'LOG_BUSY'
  | 'LOG_FULL'
  | 'LOG_FAILED'
  | 'LOG_CLOSED'
  | 'LOG_LOCKED'
  | 'LOG_UNREADABLE'
  | 'LOG_TOO_LARGE'
  | 'STORE_UNREADABLE'
  | 'STORE_TOO_NEW'
  | 'STORE_FAILED'
  | 'SNAPSHOT_FAILED'
  | 'SNAPSHOT_DAMAGED'
  | 'DETECTION_AWAY'
  | 'RULES_LOST'
  | 'RULES_UNREADABLE';

export class AppError extends Error {
  override readonly name = 'AppError';
  /** Set where trying again later may help. */
  readonly retryAfterSeconds: number | undefined;

  /** @param message  a sentence that says what was being done, what is wrong, and what to do about it */
  constructor(
    readonly code: AppErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
