/**
 * Makes a certificate that signs itself, for servers that have no other. Written as DER by hand: Node makes keys and signatures, and cannot
 * make certificates. Layout: RFC 5280, section 4.1.
 *
 *     Certificate ─┬─ TBSCertificate: version, serial, algorithm, issuer, validity, subject, public key, extensions
 *                  ├─ algorithm: ECDSA with SHA-256
 *                  └─ signature over the bytes of TBSCertificate
 */

import { generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

export interface CertificateWish {
  /** Host names in ASCII, and IP addresses: what clients will call the server. At least one. */
  readonly names: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** Object identifiers. Sources: RFC 5280, RFC 5480, RFC 5758. */
const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
  ipAddress: 0x87,
} as const;

/** A new P-256 key and its certificate, both PEM. It is no authority: whoever trusts it trusts this one server. */
export function selfSignedCertificate(wish: CertificateWish): PemPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(der(TAG.set, sequence(oid(OID.commonName), der(TAG.utf8, Buffer.from('chainsight')))));
  const body = sequence(
    der(TAG.version, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, serialNumber()),
    algorithm,
    name,
    sequence(time(wish.fromMs), time(wish.untilMs)),
    name,
    spki,
    der(TAG.extensions, extensions(wish.names, spki)),
  );
  const certificate = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  return {
    cert: pem(certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensions(names: readonly string[], spki: Buffer): Buffer {
  // Of the key usages only the first bit, digitalSignature: seven bits of the byte are not used.
  const signatureOnly = der(TAG.bits, Buffer.from([7, 0x80]));
  return sequence(
    extension(OID.basicConstraints, true, sequence()),
    extension(OID.keyUsage, true, signatureOnly),
    extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))),
    extension(OID.subjectAltName, false, sequence(...names.map(alternativeName))),
    extension(OID.subjectKeyIdentifier, false, der(TAG.octets, hash('sha1', spki, 'buffer'))),
  );
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [der(TAG.boolean, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...critical, der(TAG.octets, value));
}

function alternativeName(name: string): Buffer {
  const version = isIP(name);
  if (version === 4) return der(TAG.ipAddress, Buffer.from(name.split('.').map(Number)));
  return version === 6 ? der(TAG.ipAddress, bytesOfV6(name)) : der(TAG.dnsName, Buffer.from(name, 'ascii'));
}

/** The URL parser writes every form of an address in one: lower-case groups, at most one `::`, no dots. */
function bytesOfV6(address: string): Buffer {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined): string[] =>
    text === undefined || text === '' ? [] : text.split(':').map((group) => group.padStart(4, '0'));
  const before = groups(head);
  const after = groups(tail);
  const missing = Array.from({ length: 8 - before.length - after.length }, () => '0000');
  return Buffer.from([...before, ...missing, ...after].join(''), 'hex');
}

/** 127 random bits, so that it is positive and never 0. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

/** Years up to 2049 are written with two digits, later ones with four. Source: RFC 5280, 4.1.2.5. */
function time(timeMs: number): Buffer {
  const text = new Date(timeMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return text < '2050' ? der(TAG.utcTime, Buffer.from(text.slice(2))) : der(TAG.generalTime, Buffer.from(text));
}

function sequence(...members: readonly Buffer[]): Buffer {
  return der(TAG.sequence, ...members);
}

/** All bits of whole bytes. */
function bits(bytes: Buffer): Buffer {
  return der(TAG.bits, Buffer.from([0]), bytes);
}

/** The first two numbers share a byte; of the others each is written in groups of seven bits, all but the last with the top bit set. */
function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(TAG.oid, Buffer.from([first * 40 + second, ...bytes]));
}

/** Tag, length, value. Lengths from 128 on are written as their own length with the top bit set, then the number. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const digits = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...digits]), value]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
