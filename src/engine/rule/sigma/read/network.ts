/** Networks in CIDR notation, IPv4 and IPv6. */

export interface Network {
  readonly version: 4 | 6;
  /** Bits beyond the prefix are zero. */
  readonly address: bigint;
  readonly prefixBits: number;
  /** Whether there were bits beyond the prefix that were not zero. */
  readonly hadHostBits: boolean;
}

/** An address without a prefix is a network of one. `undefined` where the text is no network. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([0-9a-fA-F:.]{2,45})(?:\/(\d{1,3}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const isSix = match[1]!.includes(':');
  const address = isSix ? parseSix(match[1]!) : parseFour(match[1]!);
  const width = isSix ? 128 : 32;
  const prefixBits = match[2] === undefined ? width : Number(match[2]);
  if (address === undefined || prefixBits > width) return undefined;
  const host = BigInt(width - prefixBits);
  const network = (address >> host) << host;
  return { version: isSix ? 6 : 4, address: network, prefixBits, hadHostBits: network !== address };
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((address, part) => (address << 8n) | BigInt(part), 0n);
}

function parseSix(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, end] = halves.map((half) => groups(half)) as [
    readonly bigint[] | undefined,
    readonly bigint[] | undefined,
  ];
  if (head === undefined || (halves.length === 2 && end === undefined)) return undefined;
  const missing = 8 - head.length - (end?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array<bigint>(missing).fill(0n), ...(end ?? [])].reduce((sum, group) => (sum << 16n) | group, 0n);
}

/** 16-bit groups; the last two may be written as an IPv4 address. */
function groups(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const result: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const four = index === parts.length - 1 && part.includes('.') ? parseFour(part) : undefined;
    if (four !== undefined) result.push(four >> 16n, four & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) result.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return result;
}
