/** Ends what is idle of a server that is told to stop, again and again until nothing is left; after a deadline, everything. */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const LOOK_MS = 50;

export class Connections {
  readonly #open = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** @param closing  resolves once all connections are gone, which this brings about */
  async end(closing: Promise<unknown>, deadlineMs: number): Promise<void> {
    // A connection whose last answer is sent after the first look would be kept for its next request.
    const looking = setInterval(() => this.#endIdle(), LOOK_MS);
    const deadline = setTimeout(() => this.server.closeAllConnections(), deadlineMs);
    await closing;
    clearInterval(looking);
    clearTimeout(deadline);
  }

  #endIdle(): void {
    this.server.closeIdleConnections();
    // Browsers open connections ahead of need; to Node, one that has said nothing yet is not idle.
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }
}
