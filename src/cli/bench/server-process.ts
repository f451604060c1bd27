/** A server as people start it, with a token for those who send to it. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CommandError } from '../exit.js';
import { programRoot } from '../program-root.js';
import { findRunningServer } from '../running-server.js';

export interface ServerProcess {
  readonly port: number;
  /** From its start until it took events. */
  readonly startSeconds: number;
  /** Resolves once it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const program = (): string => join(programRoot(), 'bin/chainsight.js');

/** @returns its secret */
export function sensorToken(dataFolder: string): string {
  const token = ['token', 'create', '--data', dataFolder, '--role', 'sensor', '--name', 'bench'];
  return execFileSync(process.execPath, [program(), ...token], { encoding: 'utf8' }).trim();
}

/** @throws CommandError where it takes no events within the time */
export async function startServer(dataFolder: string, withinMs: number): Promise<ServerProcess> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [program(), 'serve', '--data', dataFolder, '--listen', '127.0.0.1:0'], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  while (child.exitCode === null && performance.now() - startedMs < withinMs) {
    const running = await findRunningServer(dataFolder);
    if (running !== undefined) {
      const startSeconds = (performance.now() - startedMs) / 1000;
      return { port: Number(new URL(running.url).port), startSeconds, end };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await end('SIGKILL');
  throw new CommandError('The server did not become ready.');
}
