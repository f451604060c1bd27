/**
 * The console: built files from `dist/console`, and its one page for every address that is no file and no API, because the console's own
 * addresses are drawn in the browser.
 */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { randomBytes } from 'node:crypto';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from './problem.js';
import type { BrowserPage } from './routes/probe-routes.js';

/** Of our API, and of intakes that shippers know from other products: one that asks whether somebody is there must not take the page for a yes. */
const OTHERS_ADDRESS = /^(?:api\/|(?:intake|services|v1)(?:\/|$))/;

/** The built page may ask for a nonce by this word; each answer gets its own. */
const NONCE_WORD = '__CSP_NONCE__';

/** @param nonce  of this answer, for styles */
export function consolePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types vue chainsight',
  ].join('; ');
}

/** @returns the page for requests that a browser makes for a person, to be shared with other routes of the same address */
export async function serveConsole(app: FastifyInstance, folder: string | undefined): Promise<BrowserPage> {
  const indexPath = folder === undefined ? undefined : join(folder, 'index.html');
  const page = (reply: FastifyReply): FastifyReply => {
    if (indexPath === undefined || !existsSync(indexPath)) {
      throw new HttpProblem(
        404,
        'REQUEST_NOT_FOUND',
        'The console is not built: run `npm run build`. The API is at /api/v1.',
      );
    }
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-security-policy', consolePolicy(nonce))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(readFileSync(indexPath, 'utf8').replaceAll(NONCE_WORD, nonce));
  };

  if (folder !== undefined && existsSync(folder)) {
    await app.register(fastifyStatic, {
      root: folder,
      serve: false,
      index: false,
      // The built files carry a hash of their content in their names.
      immutable: true,
      maxAge: '365d',
    });
  }

  app.get('/*', { schema: { hide: true } }, (request: FastifyRequest<{ Params: { '*': string } }>, reply) => {
    const path = request.params['*'];
    if (OTHERS_ADDRESS.test(path)) throw new HttpProblem(404, 'REQUEST_NOT_FOUND', 'There is no GET at this address.');
    // A page of an older build asks for what is gone: that is an error, not the page.
    const isAsset = path.startsWith('assets/');
    if (folder !== undefined && path !== 'index.html' && (isAsset || holdsFile(folder, path))) {
      reply.header('content-security-policy', consolePolicy('none'));
      return isAsset ? reply.sendFile(path) : reply.sendFile(path, { maxAge: 0, immutable: false });
    }
    return page(reply);
  });

  return (request, reply) => (request.headers.accept?.includes('text/html') === true ? page(reply) : undefined);
}

/** The name alone does not tell: an address of the console may end in a host's name, `ws-003.corp.example`. */
function holdsFile(folder: string, path: string): boolean {
  const file = join(folder, path);
  return file.startsWith(join(folder, sep)) && existsSync(file) && statSync(file).isFile();
}
