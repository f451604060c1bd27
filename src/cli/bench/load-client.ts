/** Clients that post one event a request over connections kept alive, each waiting for its answer before it asks again. */

import { connect, type Socket } from 'node:net';

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Answers other than 202. */
  readonly refused: number;
}

/**
 * Bare sockets rather than an HTTP library: the client shares the machine with what it measures.
 *
 * @param bodies  one request each, dealt out to the clients in turn
 */
export async function postEach(
  port: number,
  token: string,
  bodies: readonly Buffer[],
  clients: number,
): Promise<LoadResult> {
  const head = `POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/x-ndjson\r\n`;
  let next = 0;
  let refused = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const socket = await opened(port);
      const answers = answersOf(socket);
      while (next < bodies.length) {
        const body = bodies[next++]!;
        // As they are: copies of large bodies make so much garbage that collecting it takes a processor from the server.
        socket.cork();
        socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`, 'latin1');
        socket.write(body);
        socket.uncork();
        if ((await answers()) !== 202) refused++;
      }
      socket.destroy();
    }),
  );
  return { requests: bodies.length, seconds: (performance.now() - started) / 1000, refused };
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.setNoDelay(true);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Gives the status of the next answer; knows just enough HTTP for answers with a stated length. */
function answersOf(socket: Socket): () => Promise<number> {
  let held = '';
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  const look = (): void => {
    const end = held.indexOf('\r\n\r\n');
    if (end < 0 || waiting === undefined) return;
    const length = Number(/content-length: (\d+)/i.exec(held)?.[1] ?? 0);
    if (held.length < end + 4 + length) return;
    const status = Number(held.slice(9, 12));
    held = held.slice(end + 4 + length);
    const { resolve } = waiting;
    waiting = undefined;
    resolve(status);
  };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    held += text;
    look();
  });
  const fail = (): void => waiting?.reject(new Error('The server closed the connection.'));
  socket.on('close', fail);
  socket.on('error', fail);
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      look();
    });
}
