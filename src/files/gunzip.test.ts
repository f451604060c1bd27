import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gunzip, type GzipEnd } from './gunzip.js';

const TEXT = Buffer.from(
  Array.from({ length: 60_000 }, (_, index) => `{"line":${index},"x":${Math.sin(index)}}`).join('\n'),
);
const PACKED = gzipSync(TEXT);

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpack(bytes: Buffer, size = 1_000_000): Promise<{ content: Buffer; end: GzipEnd | undefined }> {
  const content: Uint8Array[] = [];
  let end: GzipEnd | undefined;
  for await (const chunk of gunzip(pieces(bytes, size), (given) => (end = given))) content.push(chunk);
  return { content: Buffer.concat(content), end };
}

test.each([1000, 65_536, 65_537, 10_000_000])('in pieces of %d bytes', async (size) => {
  const { content, end } = await unpack(PACKED, size);
  expect(content.equals(TEXT)).toBe(true);
  expect(end).toEqual({ kind: 'whole' });
});

test('several members are one content', async () => {
  const { content, end } = await unpack(Buffer.concat([gzipSync('one,'), gzipSync(''), gzipSync('two')]));
  expect(content.toString()).toBe('one,two');
  expect(end).toEqual({ kind: 'whole' });
});

test('zeros after the end are padding', async () => {
  const { content, end } = await unpack(Buffer.concat([PACKED, Buffer.alloc(300_000)]), 70_000);
  expect(content.equals(TEXT)).toBe(true);
  expect(end).toEqual({ kind: 'whole' });
});

test.each([
  { name: 'the last byte', left: PACKED.length - 1, all: true },
  { name: 'checksum and length', left: PACKED.length - 8, all: true },
  { name: 'half', left: PACKED.length >> 1, all: false },
  { name: 'all but the header', left: 10, all: false },
  { name: 'a part of the header', left: 5, all: false },
])('cut off $name: all content that is there, and said', async ({ left, all }) => {
  const { content, end } = await unpack(PACKED.subarray(0, left));
  expect(TEXT.subarray(0, content.length).equals(content)).toBe(true);
  expect(content.length).toBeGreaterThanOrEqual(all ? TEXT.length : left > 100 ? TEXT.length / 3 : 0);
  expect(end).toEqual({ kind: 'cut' });
});

test('damage inside: what comes before, and said', async () => {
  const damaged = Buffer.from(PACKED);
  damaged.fill(0xff, PACKED.length >> 1, (PACKED.length >> 1) + 100);
  const { content, end } = await unpack(damaged);
  expect(end?.kind).toBe('damaged');
  expect(content.subarray(0, 300_000).equals(TEXT.subarray(0, 300_000))).toBe(true);
});

test('a reader may stop early', async () => {
  let ended = false;
  for await (const chunk of gunzip(pieces(PACKED, 1000), () => (ended = true))) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  expect(ended).toBe(false);
});
