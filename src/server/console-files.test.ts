/** What a browser gets: the one page, the built files, and the headers that keep both from doing anything else. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/fake-server.js';

let server: TestServer;
const folder = mkdtempSync(join(tmpdir(), 'chainsight-console-'));

beforeAll(async () => {
  mkdirSync(join(folder, 'dist/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'dist/index.html'), '<!doctype html><style nonce="__CSP_NONCE__"></style>');
  writeFileSync(join(folder, 'dist/favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'dist/assets/main-1a2b.js'), 'console.log(1)');
  server = await testServer({ consoleFolder: join(folder, 'dist') });
});
afterAll(async () => {
  await server.server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('console', () => {
  test.each([
    '/',
    '/threats',
    '/threats/abc?tab=story',
    '/plugins/hello',
    '/hosts/fin-03/',
    '/hosts/ws-003.corp.example',
    '/hosts/10.0.0.7',
    '/hosts/a%2Fb.js',
    '/assets',
    '/gone.svg',
    '/v1x',
  ])('%s is the one page', async (path) => {
    const { status, text, headers } = await server.ask('GET', path);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/html');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(text).toContain(`nonce="${nonce}"`);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('the nonce is new each time', async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => (await server.ask('GET', '/')).headers['content-security-policy']),
    );
    expect(policies[0]).not.toBe(policies[1]);
  });

  test('built files are kept for a year, others are asked for again', async () => {
    expect((await server.ask('GET', '/assets/main-1a2b.js')).headers['cache-control']).toContain('immutable');
    expect((await server.ask('GET', '/favicon.svg')).headers['cache-control']).toBe('public, max-age=0');
    expect((await server.ask('GET', '/assets/gone.js')).status).toBe(404);
  });

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/%00.txt',
    '/index.html%00.js',
  ])('nothing outside the folder: %s', async (path) => {
    const { text } = await server.ask('GET', path);
    expect(text).not.toBe('secret');
  });

  test.each(['/assets/..%2f..%2fsecret.txt', '/assets/..%2findex.html', '/assets/'])('%s is nothing', async (path) => {
    const { status, json } = await server.ask('GET', path);
    expect([status, json.code]).toEqual([404, 'REQUEST_NOT_FOUND']);
  });

  test.each(['/api/v1/none', '/intake/v2/events', '/services/collector/health', '/v1/logs', '/v1'])(
    '%s is no page: a shipper would take it for an intake that is well',
    async (path) => {
      const { status, json } = await server.ask('GET', path, { headers: { accept: 'text/html,*/*' } });
      expect(status).toBe(404);
      expect(json).toMatchObject({ code: 'REQUEST_NOT_FOUND' });
    },
  );

  test('`/health` is a page for a browser and a probe for a program', async () => {
    expect((await server.ask('GET', '/health', { headers: { accept: 'text/html,*/*' } })).text).toContain('<!doctype');
    expect((await server.ask('GET', '/health', { headers: { accept: '*/*' } })).json.status).toBe('up');
  });
});
