/**
 * A thread beside the plugin's: it runs when the plugin's does not. It ends the process when that grows too large, and when the server is gone, which
 * a plugin in an endless loop would never notice.
 */

import { parentPort, Worker, workerData } from 'node:worker_threads';

const LOOK_EVERY_MS = 50;

interface Watched {
  /** Process id of the server. */
  readonly serverPid: number;
  readonly residentBytesMax: number;
}

/** Resolves once the thread watches. @param program  this program; in the thread it calls `keepWatch` */
export async function startWatchdog(program: string, residentMbMax: number): Promise<void> {
  const watched: Watched = { serverPid: process.ppid, residentBytesMax: residentMbMax * 1024 * 1024 };
  const thread = new Worker(program, { workerData: watched, resourceLimits: { maxOldGenerationSizeMb: 16 } });
  await new Promise((resolve) => thread.once('message', resolve));
  thread.unref();
}

export function keepWatch(): void {
  const { serverPid, residentBytesMax } = workerData as Watched;
  setInterval(() => {
    if (process.ppid !== serverPid || process.memoryUsage.rss() > residentBytesMax)
      process.kill(process.pid, 'SIGKILL');
  }, LOOK_EVERY_MS);
  parentPort?.postMessage('watching');
}
