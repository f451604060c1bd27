/**
 * The server's own certificate, made once and kept in the data folder (`tls/cert.pem`, `tls/key.pem`): for `tls.generate`, where nobody has
 * another one. Nobody vouches for it, so clients have to be told of it: by the file, or by the fingerprint.
 */

import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import type { TlsFiles } from '../../server/parts.js';
import { reasonOf } from '../reason-of.js';
import { CommandError } from '../exit.js';
import { makeFolder } from '../make-folder.js';
import { selfSignedCertificate } from './self-signed-certificate.js';

const DAY_MS = 86_400_000;
/** The longest that all clients take. */
const VALID_MS = 825 * DAY_MS;
/** Clocks of sensors differ. */
const EARLY_MS = DAY_MS;
/** Names in one certificate: a machine may have any number of addresses. */
const NAMES_MAX = 64;

/**
 * The kept certificate while it is valid, or a new one.
 *
 * @param listenHost  the address that the server listens on
 * @throws CommandError where the folder cannot be written
 */
export function generatedTls(dataFolder: string, listenHost: string, nowMs: number): TlsFiles {
  const folder = join(dataFolder, 'tls');
  const kept = keptPair(folder);
  if (kept !== undefined && isValid(kept, nowMs)) return kept;
  const pair = selfSignedCertificate({
    names: namesOf(listenHost),
    fromMs: nowMs - EARLY_MS,
    untilMs: nowMs + VALID_MS,
  });
  try {
    makeFolder(folder);
    // The key first: a certificate that is there has its key.
    writePrivately(join(folder, 'key.pem'), pair.key);
    writePrivately(join(folder, 'cert.pem'), pair.cert);
  } catch (error) {
    throw new CommandError(`The certificate cannot be kept in ${folder}: ${reasonOf(error)}.`);
  }
  return { cert: Buffer.from(pair.cert), key: Buffer.from(pair.key) };
}

function keptPair(folder: string): TlsFiles | undefined {
  try {
    return { cert: readFileSync(join(folder, 'cert.pem')), key: readFileSync(join(folder, 'key.pem')) };
  } catch {
    return undefined;
  }
}

/** False for damaged files too, and for a key that is not the certificate's: a crash may have come between the two. */
function isValid({ cert, key }: TlsFiles, nowMs: number): boolean {
  try {
    const certificate = new X509Certificate(cert);
    return certificate.checkPrivateKey(createPrivateKey(key)) && Date.parse(certificate.validTo) > nowMs;
  } catch {
    return false;
  }
}

/** Never readable by others, not even for a moment, and never half written. */
function writePrivately(path: string, text: string): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, text, { mode: 0o600, flush: true });
  renameSync(fresh, path);
}

/** What clients may call this machine: its name, its addresses, and loopback for those on it. */
function namesOf(listenHost: string): readonly string[] {
  const own = domainToASCII(hostname());
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  const names = ['localhost', '127.0.0.1', '::1', own, listenHost, ...addresses];
  // An address with a zone means something on this machine only.
  const fitting = names.filter((name) => /^[\w.:-]{1,253}$/.test(name) && name !== '0.0.0.0' && name !== '::');
  return [...new Set(fitting)].slice(0, NAMES_MAX);
}
