/** Errors on their way from thread to thread: a copy would lose what kind they are. */

import { AppError, type AppErrorCode } from '../../../app/app-error.js';

export interface WireError {
  readonly message: string;
  readonly stack: string | undefined;
  /** Of an `AppError`. */
  readonly code: AppErrorCode | undefined;
  readonly retryAfterSeconds: number | undefined;
}

export function toWire(error: unknown): WireError {
  const known = error instanceof AppError ? error : undefined;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, stack, code: known?.code, retryAfterSeconds: known?.retryAfterSeconds };
}

export function fromWire({ message, stack, code, retryAfterSeconds }: WireError): Error {
  if (code !== undefined) {
    return new AppError(code, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
  }
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
