/** A reputation service on loopback that answers as told, well and badly, and remembers what it was asked. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

export const BAD_FILE = json({ scan_results: { scan_all_result_i: 1, scan_all_result_a: 'Infected' } });
export const GOOD_FILE = json({ scan_results: { scan_all_result_i: 0 } });
export const BAD_ADDRESS = json({ lookup_results: { detected_by: 3, sources: [] } });
export const GOOD_ADDRESS = json({ lookup_results: { detected_by: 0, sources: [] } });
export const NOT_FOUND = json({ error: { code: 404_003, messages: ['The hash was not found'] } }, 404);

/** Never answers. */
export const SILENT: Behaviour = () => undefined;
/** Begins well and goes on without end, as fast as it can. */
export const ENDLESS: Behaviour = async (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const part = Buffer.alloc(64 * 1024, 0x20);
  while (!response.destroyed) if (!response.write(part)) await Promise.race([drained(response), wait(50)]);
};
/** Sixty kilobytes that unpack to sixty-four megabytes. */
export const PACKED_BOMB: Behaviour = (response) => {
  const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
};
/** A byte now and then: each in time, the whole never. */
export const DRIPPING: Behaviour = async (response) => {
  response.writeHead(200);
  while (!response.destroyed) {
    response.write(' ');
    await wait(20);
  }
};
export const BROKEN: Behaviour = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"scan_results":');
  setTimeout(() => response.destroy(), 10);
};

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('drain', resolve));
}

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export class ReputationService {
  readonly asked: Asked[] = [];
  /** By the last part of the path, the behaviours of one call after the other; the last one stays. */
  readonly answers = new Map<string, Behaviour[]>();
  otherwise: Behaviour = NOT_FOUND;
  /** Most requests that were open at one time. */
  most = 0;
  #open = 0;

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.asked.push({ path: request.url ?? '', headers: request.headers });
      this.most = Math.max(this.most, ++this.#open);
      response.on('close', () => this.#open--);
      const known = this.answers.get(decodeURIComponent((request.url ?? '').split('/').at(-1)!));
      const behaviour = (known !== undefined && known.length > 1 ? known.shift() : known?.[0]) ?? this.otherwise;
      void behaviour(response, request);
    });
  }

  static async start(): Promise<ReputationService> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return new ReputationService(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  on(value: string, ...behaviours: readonly Behaviour[]): void {
    this.answers.set(value, [...behaviours]);
  }

  get paths(): readonly string[] {
    return this.asked.map(({ path }) => path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
