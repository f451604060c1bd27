/** IP addresses in fields, for `cidr`. Source: RFC 4291 (text forms of version 6), RFC 4632. */

export interface Address {
  readonly version: 4 | 6;
  readonly bits: bigint;
}

const LENGTH_MAX = 64;
/** `::ffff:0:0/96`, where a version 6 socket shows peers of version 4. */
const MAPPED = 0xffffn;

/**
 * @param text  `10.0.0.1`, `fe80::1`, `fe80::1%4`, `::ffff:10.0.0.1`; no port, no brackets
 * @returns `undefined` for anything else
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > LENGTH_MAX) return undefined;
  if (!text.includes(':')) {
    const bits = parseVersion4(text);
    return bits === undefined ? undefined : { version: 4, bits };
  }
  const zone = text.indexOf('%');
  const bits = parseVersion6(zone < 0 ? text : text.slice(0, zone));
  return bits === undefined ? undefined : { version: 6, bits };
}

/** Whether an address lies in a network. A version 4 address that is mapped into version 6 lies in networks of both. */
export function isInNetwork(address: Address, version: 4 | 6, network: bigint, prefixBits: number): boolean {
  if (address.version === version) return samePrefix(address.bits, network, prefixBits, version === 4 ? 32 : 128);
  if (version === 4 && address.bits >> 32n === MAPPED) {
    return samePrefix(address.bits & 0xffff_ffffn, network, prefixBits, 32);
  }
  return false;
}

function samePrefix(left: bigint, right: bigint, prefixBits: number, size: number): boolean {
  const rest = BigInt(size - prefixBits);
  return left >> rest === right >> rest;
}

function parseVersion4(text: string): bigint | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (found === null) return undefined;
  let bits = 0;
  for (const part of found.slice(1)) {
    const value = Number(part);
    if (value > 255) return undefined;
    bits = bits * 256 + value;
  }
  return BigInt(bits);
}

function parseVersion6(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let plain = text;
  if (dotted !== null) {
    const last = parseVersion4(dotted[2]!);
    if (last === undefined) return undefined;
    plain = `${dotted[1]}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}`;
  }
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...before!];
  if (after !== undefined) {
    const missing = 8 - before!.length - after.length;
    if (missing < 1) return undefined;
    groups.push(...Array.from({ length: missing }, () => '0'), ...after);
  }
  if (groups.length !== 8) return undefined;
  let bits = 0n;
  for (const group of groups) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    bits = (bits << 16n) | BigInt(`0x${group}`);
  }
  return bits;
}
