/** A real server process for tests of faults, and what its commands say of a data folder. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readRunningFile } from '../../src/cli/serve/running-file.js';
import type { Threat } from '../../src/engine/score/threat.js';

const PROGRAM = fileURLToPath(new URL('../../bin/chainsight.js', import.meta.url));
const run = promisify(execFile);

const running = new Set<ChildProcess>();

/** For the end of a test file, however it ended. */
export function killServers(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * @returns what a command prints
 * @throws Error  with its exit code or signal, and what it said of it
 */
export async function chainsight(...parameters: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, [PROGRAM, ...parameters], { maxBuffer: 1024 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { code, signal, stderr } = error as { code?: unknown; signal?: unknown; stderr?: string };
    throw new Error(`chainsight ${parameters.join(' ')}: ${String(code ?? signal)}: ${stderr ?? ''}`, { cause: error });
  }
}

/** How many lines a command prints: more than fit into one text. */
export async function countLines(...parameters: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let lines = 0;
  for await (const bytes of child.stdout as AsyncIterable<Buffer>) {
    for (let at = bytes.indexOf(NEW_LINE); at >= 0; at = bytes.indexOf(NEW_LINE, at + 1)) lines++;
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`chainsight ${parameters.join(' ')} ended with code ${code}`);
  return lines;
}

const NEW_LINE = 0x0a;

export interface Server {
  readonly url: string;
  readonly child: ChildProcess;
}

/** @returns once it takes events */
export async function startServer(data: string, environment: NodeJS.ProcessEnv = {}): Promise<Server> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--data', data, '--listen', '127.0.0.1:0'], {
    stdio: 'ignore',
    env: { ...process.env, ...environment },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  for (;;) {
    const url = urlOf(data, child);
    if (url !== undefined && (await readiness({ url, child })) === '') return { url, child };
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`);
    await wait(50);
  }
}

/** As it says itself; one that was killed has left what it said behind. */
function urlOf(data: string, { pid }: ChildProcess): string | undefined {
  const said = readRunningFile(data);
  return said?.pid === pid ? said?.url : undefined;
}

/** @returns `''` while events are taken, otherwise why not */
export async function readiness({ url }: Server): Promise<string> {
  const answer = await fetch(`${url}/ready`).catch(() => undefined);
  if (answer?.status === 200) return '';
  return answer === undefined ? 'no answer' : ((await answer.json()) as { reason: string }).reason;
}

/** @returns its exit code */
export async function stopped({ child }: Server, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exit) as [number | null];
  return code;
}

export async function newToken(data: string, role: 'sensor' | 'viewer' | 'admin'): Promise<string> {
  return (await chainsight('token', 'create', '--data', data, '--role', role, '--name', `test ${role}`)).trim();
}

/** The status is sent once the events are on disk; the rest of an answer may be lost with the server. */
export function sendEvents({ url }: Server, token: string, body: string): Promise<Response> {
  return fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body,
  });
}

export interface Exports {
  readonly threats: readonly Threat[];
  readonly events: readonly { readonly id: string; readonly host: string; readonly raw: string }[];
}

export async function exportsOf(data: string): Promise<Exports> {
  const lines = async (what: string): Promise<unknown[]> =>
    (await chainsight('export', what, '--data', data))
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { threats: (await lines('threats')) as Threat[], events: (await lines('events')) as Exports['events'] };
}
