/** How a command ends: exit codes, and errors that are for people. */

import { AppError } from '../app/app-error.js';

export const EXIT_FINE = 0;
/** Findings, where `--fail-on` asked for it. */
export const EXIT_FINDINGS = 1;
/** Wrong use or bad input. */
export const EXIT_USE = 2;

/** Ends a command with a sentence and a code; anything else thrown is a bug and shows its stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  /** @param message  what went wrong, where, and what to do */
  constructor(
    message: string,
    readonly exitCode: number = EXIT_USE,
  ) {
    super(message);
  }
}

/** What the world did wrong, as a sentence for whoever started the command; anything else is a bug and stays what it is. */
export function asCommandError(error: unknown): unknown {
  if (error instanceof AppError) return new CommandError(error.message);
  const code = error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : '';
  return /^E[A-Z]+$/.test(code) ? new CommandError(`The system refused: ${(error as Error).message}.`) : error;
}
