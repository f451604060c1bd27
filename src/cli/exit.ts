/** How a command ends: exit codes, and errors that are for people. */

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
