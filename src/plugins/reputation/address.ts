/** Which remote addresses may be told to a service outside: public ones, and none that means a machine of one's own. */

/** First and last address of each range that is not public, IPv4. Source: IANA IPv4 Special-Purpose Address Registry. */
const V4_RANGES: readonly (readonly [number, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
].map(([base, bits]): readonly [number, number] => {
  const first = toV4(base as string)!;
  return [first, first + 2 ** (32 - (bits as number)) - 1];
});

/**
 * The address in its one normal form if it is public; `undefined` for private, loopback, link-local, multicast, reserved and documentation
 * addresses, and for what is no address.
 */
export function publicAddress(text: string): string | undefined {
  const v4 = toV4(text);
  if (v4 !== undefined) return isPublicV4(v4) ? fromV4(v4) : undefined;
  const groups = toV6(text);
  if (groups === undefined) return undefined;
  const embedded = embeddedV4(groups);
  if (embedded !== undefined) return isPublicV4(embedded) ? fromV4(embedded) : undefined;
  return isPublicV6(groups) ? groups.map((group) => group.toString(16)).join(':') : undefined;
}

function toV4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

function fromV4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function isPublicV4(value: number): boolean {
  return !V4_RANGES.some(([first, last]) => value >= first && value <= last);
}

/** Eight groups; `undefined` for anything else, zone indexes included. */
function toV6(text: string): readonly number[] | undefined {
  if (text.length > 45 || !/^[0-9a-f:.]+$/i.test(text) || !text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const read = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (read.some((groups) => groups === undefined)) return undefined;
  const [head = [], tail = []] = read as number[][];
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** @param mayEndInV4  only the last part of an address may be written as IPv4 */
function groupsOf(text: string, mayEndInV4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = mayEndInV4 && index === parts.length - 1 ? toV4(part) : undefined;
    if (v4 !== undefined) groups.push(Math.floor(v4 / 65_536), v4 % 65_536);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** `::ffff:a.b.c.d`, as Windows writes IPv4 addresses of sockets that speak both. */
function embeddedV4(groups: readonly number[]): number | undefined {
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? groups[6]! * 65_536 + groups[7]! : undefined;
}

/** Global unicast (2000::/3) but for documentation, benchmarking and the like. Source: IANA IPv6 Special-Purpose Address Registry. */
function isPublicV6(groups: readonly number[]): boolean {
  const [first, second] = groups as [number, number];
  if (first < 0x2000 || first > 0x3fff) return false;
  if (first === 0x2001 && (second < 0x0200 || second === 0x0db8)) return false;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}
