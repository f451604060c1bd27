/** A command run in this process: what it printed to stdout and the exit code it left. */

import type { Command } from 'commander';

export interface Captured {
  readonly out: string;
  readonly code: number;
}

/** @throws what the command throws, its complaints about arguments included */
export async function captured(command: () => Command, args: readonly string[]): Promise<Captured> {
  const { write } = process.stdout;
  let out = '';
  process.stdout.write = (text: string | Uint8Array): boolean => {
    out += typeof text === 'string' ? text : Buffer.from(text).toString();
    return true;
  };
  process.exitCode = 0;
  const program = command();
  for (const each of [program, ...program.commands]) each.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return { out, code: Number(process.exitCode) };
  } finally {
    process.stdout.write = write;
    process.exitCode = 0;
  }
}
