/** `server.json` in the data folder: how commands on the same machine reach the running server. It holds no secret. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { runningPath } from '../data-folder.js';

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** SHA-256 of its certificate as Node writes it, `''` without TLS: commands know it again by that. */
  readonly fingerprint: string;
}

export function writeRunningFile(dataFolder: string, server: RunningServer): void {
  writeFileSync(runningPath(dataFolder), `${JSON.stringify(server)}\n`, { mode: 0o600 });
}

export function removeRunningFile(dataFolder: string): void {
  rmSync(runningPath(dataFolder), { force: true });
}

/** What the file says, be the server there or not; `undefined` where there is no such file or it is damaged. */
export function readRunningFile(dataFolder: string): RunningServer | undefined {
  try {
    const { url, pid, fingerprint } = JSON.parse(
      readFileSync(runningPath(dataFolder), 'utf8'),
    ) as Partial<RunningServer>;
    return typeof url === 'string' && typeof pid === 'number' && typeof fingerprint === 'string'
      ? { url, pid, fingerprint }
      : undefined;
  } catch {
    return undefined;
  }
}
