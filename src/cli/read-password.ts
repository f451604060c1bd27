/** A password from whoever is at the terminal, not shown while it is typed; or one line from a pipe. */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandError } from './exit.js';

export async function readPassword(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new CommandError('No password was given.')));
      lines.once('SIGINT', () => lines.close());
    });
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
