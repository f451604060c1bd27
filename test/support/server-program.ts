/** The built program as a process of its own: its server, started as a person starts it, and its commands. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const PROGRAM = fileURLToPath(new URL('../../bin/chainsight.js', import.meta.url));

const running = new Set<ChildProcess>();

export interface StartedServer {
  readonly child: ChildProcess;
  readonly url: string;
  /** The one-time link that it printed; `undefined` once somebody used one. */
  readonly setupLink: string | undefined;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
  /** All that it has written to its standard output and error so far. */
  output(): string;
}

/**
 * @returns once it says where it listens: then it takes events
 * @throws Error with all that it said where it ended before
 */
export async function startServer(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<StartedServer> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  running.add(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  void ended.then(() => running.delete(child));
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (piece: Buffer): void => {
      output += piece.toString();
      // It writes all that it has to say of this at once.
      if (/listens on \S+\n/.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then((code) => reject(new Error(`The server ended with ${code} before it was ready:\n${output}`)));
  });
  return {
    child,
    url: /listens on (\S+)\n/.exec(output)![1]!,
    setupLink: /First start: open (\S+)/.exec(output)?.[1],
    ended,
    output: () => output,
  };
}

/** For the end of a test, however it ended. */
export async function killServers(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      return ended;
    }),
  );
}

/** What a command prints on its standard output. @throws Error where it ends with another code than 0 */
export async function chainsight(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}
