/** Addresses and networks that may use a listener without a credential. */

import { BlockList, isIP } from 'node:net';

/** `10.0.0.5`, `10.0.0.0/8`, `::1`, `fd00::/8`. */
export function isAddressOrNetwork(text: string): boolean {
  return parse(text) !== undefined;
}

export class AddressList {
  readonly #list = new BlockList();

  /** @param entries  each has passed `isAddressOrNetwork` */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const parsed = parse(entry);
      if (parsed !== undefined) this.#list.addSubnet(parsed.address, parsed.prefix, parsed.family);
    }
  }

  has(address: string | undefined): boolean {
    if (address === undefined) return false;
    const plain = plainAddress(address);
    return this.#list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  }
}

/** A socket that takes both families gives IPv4 addresses as `::ffff:10.0.0.5`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

function parse(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? longest : Number(prefixText);
  return prefix > longest ? undefined : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
