/** Certificates and keys that do not serve are told in one sentence each, and not by Node when the server is made. */

import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_CERT, TEST_KEY } from '../../../test/support/certificate.js';
import { loadConfig, type Config } from '../config.js';
import { CommandError } from '../exit.js';
import { givenTls, refuseOpenAddress } from './given-tls.js';

const folder = mkdtempSync(join(tmpdir(), 'chainsight-given-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => (name === '' ? '' : join(folder, name));

beforeAll(() => {
  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'secret' };
  const files = {
    'cert.pem': TEST_CERT,
    'key.pem': TEST_KEY,
    'other.pem': other.export({ type: 'pkcs8', format: 'pem' }),
    'locked.pem': createPrivateKey(TEST_KEY).export({ type: 'pkcs8', format: 'pem', ...cipher }),
    'text.pem': 'no PEM at all',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
});

function configured(flags: { cert?: string; key?: string; listen?: string; insecure?: boolean }): Config {
  const loaded = loadConfig({
    data: folder,
    environment: {},
    flags: {
      'tls.cert': { flag: '--tls-cert', value: flags.cert && path(flags.cert) },
      'tls.key': { flag: '--tls-key', value: flags.key && path(flags.key) },
      'listen.http': { flag: '--listen', value: flags.listen },
      insecure: { flag: '--insecure', value: flags.insecure },
    },
  });
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join());
  return loaded.value;
}

describe('the certificate that is named', () => {
  test('none, and a pair that fits', () => {
    expect(givenTls(configured({}))).toBeUndefined();
    expect(givenTls(configured({ cert: 'cert.pem', key: 'key.pem' }))).toEqual({
      cert: Buffer.from(TEST_CERT),
      key: Buffer.from(TEST_KEY),
    });
  });

  test.each([
    { name: 'no key', cert: 'cert.pem', key: '', says: 'tls.key is missing: a certificate and its key go together' },
    { name: 'no certificate', cert: '', key: 'key.pem', says: '(see --tls-key)' },
    { name: 'a file that is not there', cert: 'gone.pem', key: 'key.pem', says: 'gone.pem cannot be read' },
    { name: 'a key that is not there', cert: 'cert.pem', key: 'gone.pem', says: 'gone.pem cannot be read' },
    { name: 'text for a certificate', cert: 'text.pem', key: 'key.pem', says: 'text.pem holds no certificate' },
    { name: 'text for a key', cert: 'cert.pem', key: 'text.pem', says: 'text.pem holds no key' },
    { name: 'the certificate for its key', cert: 'cert.pem', key: 'cert.pem', says: 'cert.pem holds no key' },
    { name: 'a key behind a password', cert: 'cert.pem', key: 'locked.pem', says: 'without a password' },
    { name: 'the key of another', cert: 'cert.pem', key: 'other.pem', says: 'other.pem is not the key of' },
  ])('$name', ({ cert, key, says }) => {
    const use = (): unknown => givenTls(configured({ cert, key }));
    expect(use).toThrow(CommandError);
    expect(use).toThrow(says);
  });
});

test.each([
  { listen: '127.0.0.1:0', hasTls: false, insecure: false, isRefused: false },
  { listen: '0.0.0.0:0', hasTls: false, insecure: false, isRefused: true },
  { listen: '0.0.0.0:0', hasTls: true, insecure: false, isRefused: false },
  { listen: '0.0.0.0:0', hasTls: false, insecure: true, isRefused: false },
])('$listen with TLS $hasTls, insecure $insecure: refused $isRefused', ({ listen, hasTls, insecure, isRefused }) => {
  const use = (): void => refuseOpenAddress(configured({ listen, insecure }), hasTls);
  if (isRefused) expect(use).toThrow('is not loopback');
  else expect(use).not.toThrow();
});
