/** The certificate is read by Node's parser, by TLS itself on both ends, and by openssl where it is installed. */

import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandError } from '../exit.js';
import { generatedTls } from './generated-tls.js';
import { selfSignedCertificate } from './self-signed-certificate.js';

const NOW_MS = Date.now();
const DAY_MS = 86_400_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = [
  'fin-server.corp.example',
  '127.0.0.1',
  '192.168.7.9',
  '::1',
  'fe80::1:2',
  '::ffff:10.1.2.3',
  '2001:db8::',
];

function certificateOf(change: { names?: readonly string[]; fromMs?: number; untilMs?: number } = {}) {
  const wish = { names: NAMES, fromMs: NOW_MS - DAY_MS, untilMs: NOW_MS + DAY_MS, ...change };
  const pair = selfSignedCertificate(wish);
  return { ...pair, x509: new X509Certificate(pair.cert) };
}

describe('a certificate that signs itself', () => {
  test('is signed by its own key and is no authority', () => {
    const { x509, key } = certificateOf();
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(x509.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(x509.ca).toBe(false);
    expect(x509.subject).toBe('CN=chainsight');
    expect(x509.issuer).toBe(x509.subject);
    expect(x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(x509.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  test('holds for its names and for no other', () => {
    const { x509 } = certificateOf();
    expect(x509.checkHost('fin-server.corp.example')).toBe('fin-server.corp.example');
    expect(x509.checkHost('other.corp.example')).toBeUndefined();
    for (const address of NAMES.slice(1)) expect(x509.checkIP(address), address).toBeDefined();
    for (const address of ['192.168.7.8', '::2', '2001:db8::1']) expect(x509.checkIP(address), address).toBeUndefined();
  });

  test.each([
    {
      name: 'this century’s first half',
      fromMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      untilMs: Date.UTC(2049, 11, 31, 23, 59, 59),
    },
    { name: 'its second half', fromMs: Date.UTC(2050, 0, 1), untilMs: Date.UTC(2052, 1, 29, 12) },
  ])('is valid for the time wished: $name', ({ fromMs, untilMs }) => {
    const { x509 } = certificateOf({ fromMs, untilMs });
    expect([Date.parse(x509.validFrom), Date.parse(x509.validTo)]).toEqual([fromMs, untilMs]);
  });

  test('has another key and number each time, also with many names', () => {
    const names = Array.from({ length: 64 }, (_, index) => `host-${index}.${'x'.repeat(60)}.example`);
    const made = Array.from({ length: 50 }, () => certificateOf({ names }).x509);
    expect(new Set(made.map(({ serialNumber }) => serialNumber)).size).toBe(50);
    expect(new Set(made.map(({ fingerprint256 }) => fingerprint256)).size).toBe(50);
    for (const x509 of made) expect(x509.checkHost(names[63]!)).toBe(names[63]);
  });

  test('serves TLS to a client that trusts it alone', async () => {
    const { cert, key } = certificateOf();
    const server = createServer({ cert, key, minVersion: 'TLSv1.2' }, (socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const say = (options: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ host: '127.0.0.1', port, ...options });
        socket.on('data', (bytes) => resolve(bytes.toString()));
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      });
    expect(await say({ ca: cert, servername: 'fin-server.corp.example' })).toBe('hello');
    expect(await say({ ca: cert, host: '127.0.0.1' })).toBe('hello');
    expect(await say({ ca: cert, servername: 'other.corp.example' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await say({ ca: certificateOf().cert })).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY|SIGNATURE/);
    await new Promise((resolve) => server.close(resolve));
  });

  const hasOpenssl = existsSync('/usr/bin/openssl');
  test.skipIf(!hasOpenssl)('openssl reads it, verifies it and prints it back byte for byte', () => {
    const { cert } = certificateOf();
    const path = join(folder, 'cert.pem');
    writeFileSync(path, cert);
    const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
    expect(openssl('verify', '-x509_strict', '-check_ss_sig', '-CAfile', path, path)).toContain('OK');
    const text = openssl('x509', '-in', path, '-noout', '-text');
    for (const part of ['CA:FALSE', 'Digital Signature', 'TLS Web Server Authentication', 'IP Address:192.168.7.9'])
      expect(text).toContain(part);
    expect(openssl('x509', '-in', path)).toBe(cert);
  });
});

describe('the server’s own certificate', () => {
  const path = (name: string): string => join(folder, 'tls', name);

  test('is made once, its key readable by its owner alone', () => {
    const first = generatedTls(folder, '0.0.0.0', NOW_MS);
    expect(statSync(path('key.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'tls')).mode & 0o777).toBe(0o700);
    expect(readFileSync(path('cert.pem'))).toEqual(first.cert);
    expect(generatedTls(folder, '10.0.0.9', NOW_MS + 800 * DAY_MS)).toEqual(first);
    const x509 = new X509Certificate(first.cert);
    expect(x509.checkHost('localhost')).toBe('localhost');
    expect(x509.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(x509.subjectAltName).not.toContain('0.0.0.0');
  });

  test('names the address that the server listens on', () => {
    const { cert } = generatedTls(folder, '10.11.12.13', NOW_MS);
    expect(new X509Certificate(cert).checkIP('10.11.12.13')).toBe('10.11.12.13');
  });

  test.each([
    { name: 'it has expired', break: () => undefined, laterMs: 826 * DAY_MS },
    { name: 'the certificate is damaged', break: () => writeFileSync(path('cert.pem'), 'x'), laterMs: 0 },
    { name: 'the key is gone', break: () => rmSync(path('key.pem')), laterMs: 0 },
    {
      name: 'the key is another’s',
      break: () => writeFileSync(path('key.pem'), certificateOf().key),
      laterMs: 0,
    },
  ])('is made anew where $name', (way) => {
    const first = generatedTls(folder, '0.0.0.0', NOW_MS);
    way.break();
    const second = generatedTls(folder, '0.0.0.0', NOW_MS + way.laterMs);
    expect(second.cert).not.toEqual(first.cert);
    expect(new X509Certificate(second.cert).checkPrivateKey(createPrivateKey(second.key))).toBe(true);
    expect(generatedTls(folder, '0.0.0.0', NOW_MS + way.laterMs)).toEqual(second);
  });

  test('says so where the folder cannot be written', () => {
    writeFileSync(join(folder, 'tls'), 'a file');
    expect(() => generatedTls(folder, '0.0.0.0', NOW_MS)).toThrow(CommandError);
  });
});
