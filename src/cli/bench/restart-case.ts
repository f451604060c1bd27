/** How soon a server that has been killed, or stopped, takes events again with all that lived on its hosts before. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../exit.js';
import { creationRecord, PER_HOST } from './busy-hosts.js';
import type { BenchCase } from './cases.js';
import { postEach } from './load-client.js';
import { sensorToken, startServer } from './server-process.js';

const CLIENTS = 4;
const READY_TIMEOUT_MS = 120_000;
/** Their events are made and sent together: of all hosts at once they would be gigabytes. */
const HOSTS_AT_ONCE = 100;

/** @param processes  that live when the server ends, 200 on each host */
export async function restartCases(processes: number): Promise<readonly BenchCase[]> {
  const data = mkdtempSync(join(tmpdir(), 'chainsight-bench-'));
  const hosts = Math.ceil(processes / PER_HOST);
  const start = () => startServer(data, READY_TIMEOUT_MS);
  let server: Awaited<ReturnType<typeof start>> | undefined;
  try {
    const token = sensorToken(data);
    server = await start();
    const takingS = await sendAll(server.port, token, hosts);
    await server.end('SIGKILL');
    server = await start();
    await expectProcesses(server.port, hosts * PER_HOST);
    const killedS = server.startSeconds;
    await server.end('SIGTERM');
    server = await start();
    await expectProcesses(server.port, hosts * PER_HOST);
    const stoppedS = server.startSeconds;
    const of = `taking in their events: ${takingS.toFixed(1)} s`;
    return [
      { after: 'it was killed in a flood', seconds: killedS },
      { after: 'a stop', seconds: stoppedS },
    ].map(({ after, seconds }) => ({
      name: `restart with ${hosts * PER_HOST} live processes after ${after}`,
      value: Number(seconds.toFixed(2)),
      unit: 's',
      of,
      ratio: takingS / seconds,
    }));
  } finally {
    await server?.end('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
}

/** @returns seconds from the first request to the last answer, without making the events */
async function sendAll(port: number, token: string, hosts: number): Promise<number> {
  let seconds = 0;
  for (let first = 0; first < hosts; first += HOSTS_AT_ONCE) {
    const count = Math.min(HOSTS_AT_ONCE, hosts - first);
    const bodies = Array.from({ length: count }, (_, at) => bodyOf(first + at));
    const sent = await postEach(port, token, bodies, CLIENTS);
    if (sent.refused > 0) throw new CommandError(`The server refused ${sent.refused} of ${sent.requests} requests.`);
    seconds += sent.seconds;
  }
  return seconds;
}

/** @throws CommandError where a server holds fewer than it had: what it starts without takes no time */
async function expectProcesses(port: number, least: number): Promise<void> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const held = Number(/^chainsight_processes (\d+)$/m.exec(text)?.[1]);
  if (!(held >= least)) throw new CommandError(`The server has started with ${held} live processes of ${least}.`);
}

function bodyOf(host: number): Buffer {
  return Buffer.from(
    Array.from({ length: PER_HOST }, (_, index) =>
      JSON.stringify(creationRecord(`host${host}.example`, host, index)),
    ).join('\n'),
  );
}
