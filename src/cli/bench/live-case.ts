/** A real server process on a fresh data folder, one event a request from four clients, against the original's rate on this kind of machine. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../exit.js';
import { programRoot } from '../program-root.js';
import type { BenchCase } from './cases.js';
import { postEach } from './load-client.js';
import type { Material } from './material.js';

const CLIENTS = 4;
const REQUESTS = 60_000;
const WARM_UP = 5_000;
/** RmEye's server, one event a request, four keep-alive clients, on the machine kind that this project is measured on. */
const BASELINE_RATE = 521;
const READY_TIMEOUT_MS = 20_000;

export async function liveCase(material: Material): Promise<BenchCase> {
  const data = mkdtempSync(join(tmpdir(), 'chainsight-bench-'));
  const program = join(programRoot(), 'bin/chainsight.js');
  try {
    const token = execFileSync(
      process.execPath,
      [program, 'token', 'create', '--data', data, '--role', 'sensor', '--name', 'bench'],
      {
        encoding: 'utf8',
      },
    ).trim();
    const port = await freePort();
    const server = spawn(process.execPath, [program, 'serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
      stdio: 'ignore',
    });
    const ended = once(server, 'exit');
    try {
      await untilReady(port);
      const bodies = material.lines.slice(0, WARM_UP + REQUESTS);
      await postEach(port, token, bodies.slice(0, WARM_UP), CLIENTS);
      const measured = bodies.slice(WARM_UP);
      const result = await postEach(port, token, measured, CLIENTS);
      if (result.refused > 0)
        throw new CommandError(`The server refused ${result.refused} of ${result.requests} requests.`);
      const rate = result.requests / result.seconds;
      return {
        name: `live: one event a request, ${CLIENTS} clients`,
        value: Math.round(rate),
        unit: 'requests/s',
        of: `the original on this kind of machine: ${BASELINE_RATE} requests/s; ${material.name}`,
        ratio: rate / BASELINE_RATE,
      };
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function untilReady(port: number): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const ready = await fetch(`http://127.0.0.1:${port}/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new CommandError('The server did not become ready.');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new CommandError('No free port.');
  return address.port;
}
