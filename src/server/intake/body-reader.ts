/**
 * Reads a request's body piece by piece, unpacking gzip on the way, and never holds more than a piece: size and ratio are checked before the
 * bytes are used, so a bomb ends the request, not the server.
 */

import type { IncomingMessage } from 'node:http';
import { createGunzip, type Gunzip } from 'node:zlib';
import { HttpProblem } from '../problem.js';

export interface BodyLimits {
  readonly bodyBytes: number;
  readonly gzipRatio: number;
}

/** Below this a ratio says nothing: short repetitive batches pack very well. */
const RATIO_FREE_BYTES = 1024 * 1024;

/**
 * Hands all bytes to `use`, unpacked.
 *
 * @returns a promise that rejects with `HttpProblem` 400 (broken gzip, connection lost) or 413 (too large); `use` may have had some pieces by then
 */
export function readBody(
  request: IncomingMessage,
  isGzip: boolean,
  limits: BodyLimits,
  use: (piece: Uint8Array) => void,
): Promise<void> {
  return isGzip ? readGzip(request, limits, use) : readPlain(request, limits, use);
}

function readPlain(request: IncomingMessage, limits: BodyLimits, use: (piece: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > limits.bodyBytes) {
        request.removeAllListeners('data');
        reject(tooLarge(limits));
      } else {
        use(piece);
      }
    });
    request.on('end', resolve);
    request.on('error', () => reject(cutOff()));
    request.on('aborted', () => reject(cutOff()));
  });
}

function readGzip(request: IncomingMessage, limits: BodyLimits, use: (piece: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const gunzip: Gunzip = createGunzip();
    let packed = 0;
    let unpacked = 0;
    const stop = (problem: HttpProblem): void => {
      request.unpipe(gunzip);
      gunzip.removeAllListeners('data');
      gunzip.destroy();
      reject(problem);
    };
    request.on('data', (piece: Buffer) => {
      packed += piece.length;
      if (packed > limits.bodyBytes) stop(tooLarge(limits));
    });
    gunzip.on('data', (piece: Buffer) => {
      unpacked += piece.length;
      if (unpacked > limits.bodyBytes) stop(tooLarge(limits));
      else if (unpacked > RATIO_FREE_BYTES && unpacked > packed * limits.gzipRatio) stop(bomb(limits));
      else use(piece);
    });
    gunzip.on('end', resolve);
    gunzip.on('error', () =>
      stop(new HttpProblem(400, 'REQUEST_INVALID', 'The gzip stream is damaged or ends early; nothing was taken.')),
    );
    request.on('error', () => stop(cutOff()));
    request.on('aborted', () => stop(cutOff()));
    request.pipe(gunzip);
  });
}

export function tooLarge(limits: BodyLimits): HttpProblem {
  const mib = Math.round(limits.bodyBytes / 1024 / 1024);
  return new HttpProblem(
    413,
    'REQUEST_TOO_LARGE',
    `A request may hold ${mib} MiB of events, unpacked; nothing was taken. Send smaller batches.`,
  );
}

function bomb(limits: BodyLimits): HttpProblem {
  return new HttpProblem(
    413,
    'REQUEST_TOO_LARGE',
    `The gzip stream unpacks to over ${limits.gzipRatio} times its size; nothing was taken.`,
  );
}

function cutOff(): HttpProblem {
  return new HttpProblem(400, 'REQUEST_INVALID', 'The request ended before its body did; nothing was taken.');
}
