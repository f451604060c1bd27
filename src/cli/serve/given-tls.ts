/**
 * What the settings say of the console's address: the certificate that they name, and whether it may be open to others without one. All of it is tried
 * before anything else is touched: Node tells of a key that does not fit only when the server is made.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { TlsFiles } from '../../server/parts.js';
import type { Config } from '../config.js';
import { reasonOf } from '../reason-of.js';
import { CommandError } from '../exit.js';
import { isLoopback } from './listen-address.js';

/**
 * @returns `undefined` where no certificate is named
 * @throws CommandError where only one of the two files is named, one cannot be read, or they do not belong together
 */
export function givenTls({ values, origins }: Pick<Config, 'values' | 'origins'>): TlsFiles | undefined {
  const certPath = values['tls.cert'];
  const keyPath = values['tls.key'];
  if (certPath === '' && keyPath === '') return undefined;
  if (certPath === '' || keyPath === '') {
    const [missing, stated] = certPath === '' ? (['tls.cert', 'tls.key'] as const) : (['tls.key', 'tls.cert'] as const);
    throw new CommandError(`${missing} is missing: a certificate and its key go together (see ${origins[stated]}).`);
  }
  const cert = readPem(certPath, 'certificate');
  const key = readPem(keyPath, 'key');
  const certificate = tried(() => new X509Certificate(cert), `${certPath} holds no certificate in PEM form.`);
  const privateKey = tried(
    () => createPrivateKey(key),
    `${keyPath} holds no key in PEM form that can be read without a password.`,
  );
  if (!certificate.checkPrivateKey(privateKey)) throw new CommandError(`${keyPath} is not the key of ${certPath}.`);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new CommandError(`${certPath} and ${keyPath} cannot be used: ${reasonOf(error)}.`);
  }
  return { cert, key };
}

/** Passwords and tokens must not cross a network in the clear unless somebody says that they may. @throws CommandError */
export function refuseOpenAddress({ values, origins }: Pick<Config, 'values' | 'origins'>, hasTls: boolean): void {
  const { host } = values['listen.http'];
  if (isLoopback(host) || hasTls || values.insecure) return;
  throw new CommandError(
    `${host} (${origins['listen.http']}) is not loopback. Give a certificate with --tls-cert and --tls-key, have one made with --tls-generate, or say --insecure if a proxy in front speaks TLS.`,
  );
}

function readPem(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CommandError(`The ${what} ${path} cannot be read: ${reasonOf(error)}.`);
  }
}

function tried<Answer>(read: () => Answer, otherwise: string): Answer {
  try {
    return read();
  } catch {
    throw new CommandError(otherwise);
  }
}
