import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { randomFrom } from '../../test/support/random.js';
import { writeEvtx } from '../sources/evtx/testing/evtx-writer.js';
import { smallRecord } from '../sources/evtx/testing/sample-log.js';
import { decodeFile } from './decode-file.js';
import type { InputOptions } from './input.js';
import { writeZip } from './testing/zip-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'decode-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Decoded {
  /** `file:line` of each event. */
  readonly events: string[];
  /** `reason message` of each skip. */
  readonly skips: string[];
  readonly notes: string[];
}

async function decodePath(path: string, name: string, options: InputOptions = {}): Promise<Decoded> {
  const decoded: Decoded = { events: [], skips: [], notes: [] };
  await decodeFile(
    path,
    name,
    {
      event: (event) => decoded.events.push(`${event.file}:${event.line}`),
      skip: (skip) => decoded.skips.push(`${skip.reason} ${skip.message}`),
    },
    { ...options, onNote: (note) => decoded.notes.push(note.message) },
  );
  return decoded;
}

function decode(name: string, content: Uint8Array | string, options: InputOptions = {}): Promise<Decoded> {
  const path = join(folder, 'input');
  writeFileSync(path, content);
  return decodePath(path, name, options);
}

function jsonLines(count: number, from = 1): string {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      SourceName: 'Microsoft-Windows-Sysmon',
      EventID: 1,
      Hostname: 'ws1',
      RecordNumber: from + index,
      UtcTime: '2020-09-04 07:06:09.681',
      ProcessGuid: '{5770385f-c22a-43e0-bf4c-06f5698ffbd9}',
      ProcessId: '1',
      Image: 'C:\\a.exe',
    }),
  ).join('\n');
}

const EVTX = writeEvtx({ chunks: [[smallRecord(7), smallRecord(8)]] }).bytes;

describe('formats and packings', () => {
  test.each<{ name: string; file: string; content: Uint8Array | string; events: string[] }>([
    { name: 'JSON lines', file: 'a.jsonl', content: jsonLines(2), events: ['a.jsonl:1', 'a.jsonl:2'] },
    { name: 'EVTX', file: 'a.evtx', content: EVTX, events: ['a.evtx:7', 'a.evtx:8'] },
    {
      name: 'EVTX under another name',
      file: 'evidence.bin',
      content: EVTX,
      events: ['evidence.bin:7', 'evidence.bin:8'],
    },
    { name: 'gzip', file: 'a.json.gz', content: gzipSync(jsonLines(2)), events: ['a.json.gz:1', 'a.json.gz:2'] },
    { name: 'gzip that the name does not tell', file: 'a.json', content: gzipSync(jsonLines(1)), events: ['a.json:1'] },
    {
      name: 'a name that tells of a gzip that is none',
      file: 'a.json.gz',
      content: jsonLines(1),
      events: ['a.json.gz:1'],
    },
    {
      name: 'several gzip members, one content',
      file: 'a.json.gz',
      content: Buffer.concat([gzipSync(`${jsonLines(1)}\n`), gzipSync(jsonLines(1, 2))]),
      events: ['a.json.gz:1', 'a.json.gz:2'],
    },
    {
      name: 'zip, entry by entry, others left alone',
      file: 'a.zip',
      content: writeZip([
        { name: 'logs/', content: '' },
        { name: 'logs/b.evtx', content: EVTX },
        { name: 'readme.md', content: '# hello' },
        { name: 'stored.json', content: jsonLines(1), isStored: true },
        { name: 'packed.json.gz', content: gzipSync(jsonLines(1)), isStored: true },
      ]),
      events: ['a.zip!logs/b.evtx:7', 'a.zip!logs/b.evtx:8', 'a.zip!stored.json:1', 'a.zip!packed.json.gz:1'],
    },
    {
      name: 'a zip in a zip',
      file: 'a.zip',
      content: writeZip([{ name: 'inner.zip', content: writeZip([{ name: 'x.json', content: jsonLines(1) }]) }]),
      events: ['a.zip!inner.zip!x.json:1'],
    },
    {
      name: 'a zip in a gzip',
      file: 'a.gz',
      content: gzipSync(writeZip([{ name: 'x.json', content: jsonLines(1) }])),
      events: ['a.gz!x.json:1'],
    },
    {
      name: 'names that would leave the folder are labels and nothing else',
      file: 'a.zip',
      content: writeZip([
        { name: '../../etc/x.json', content: jsonLines(1) },
        { name: '/root/y.json', content: jsonLines(1) },
        { name: 'c:\\z\u001b[2J.json', content: jsonLines(1) },
      ]),
      events: ['a.zip!../../etc/x.json:1', 'a.zip!/root/y.json:1', 'a.zip!c:/z\\u001b[2J.json:1'],
    },
  ])('$name', async ({ file, content, events }) => {
    expect(await decode(file, content)).toEqual({ events, skips: [], notes: [] });
  });

  test('standard input: plain, gzip and zip', async () => {
    for (const content of [
      jsonLines(2),
      gzipSync(jsonLines(2)),
      writeZip([{ name: 'x.json', content: jsonLines(2) }]),
    ]) {
      const bytes = Buffer.from(content as Uint8Array);
      async function* stdin(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
      }
      const { events, skips } = await decodePath('-', '-', { stdin: stdin() });
      expect(events).toHaveLength(2);
      expect(skips).toEqual([]);
    }
  });
});

describe('what is wrong with a file is said, and costs only what it must', () => {
  test('a gzip stream without its end gives its content and a note', async () => {
    const packed = gzipSync(jsonLines(5000));
    const { events, skips, notes } = await decode('a.json.gz', packed.subarray(0, packed.length - 8));
    expect(events).toHaveLength(5000);
    expect(skips).toEqual([]);
    expect(notes).toEqual(['a.json.gz is a gzip stream without its end; all of its content that is there was read']);
  });

  test('damage inside a gzip stream', async () => {
    const packed = gzipSync(
      Array.from({ length: 20_000 }, (_, index) => JSON.stringify({ index, x: Math.sin(index) })).join('\n'),
    );
    packed.fill(0xff, packed.length - 5000, packed.length - 4900);
    const { skips } = await decode('a.json.gz', packed);
    expect(skips.filter((skip) => skip.startsWith('damaged a.json.gz cannot be unpacked to its end: '))).toHaveLength(
      1,
    );
  });

  test.each<{ name: string; content: Uint8Array | string; skips: RegExp[]; notes: RegExp[] }>([
    { name: 'an empty file', content: '', skips: [], notes: [/^x is empty$/] },
    {
      name: 'a format that is not read',
      content: '\u0000\u0001\u0002PNG'.repeat(100),
      skips: [/^unsupported x holds none/],
      notes: [],
    },
    {
      name: 'an archive without entries',
      content: writeZip([]),
      skips: [],
      notes: [/^x is an archive without any file of events/],
    },
    {
      name: 'a zip whose end is cut off',
      content: writeZip([{ name: 'a.json', content: jsonLines(3) }]).subarray(0, 60),
      skips: [/^damaged x cannot be unpacked: /],
      notes: [],
    },
    {
      name: 'three packings',
      content: gzipSync(gzipSync(gzipSync('{}'))),
      skips: [/^unsupported x is an archive in an archive in an archive/],
      notes: [],
    },
  ])('$name', async ({ content, skips, notes }) => {
    const decoded = await decode('x', content);
    expect(decoded.events).toEqual([]);
    for (const [index, skip] of skips.entries()) expect(decoded.skips[index]).toMatch(skip);
    expect(decoded.skips).toHaveLength(skips.length);
    for (const [index, note] of notes.entries()) expect(decoded.notes[index]).toMatch(note);
    expect(decoded.notes).toHaveLength(notes.length);
  });

  test('entries that cannot be unpacked leave their neighbours', async () => {
    const archive = writeZip([
      { name: 'secret.json', content: jsonLines(1), isEncrypted: true },
      { name: 'odd.json', content: jsonLines(1), method: 99 },
      { name: 'broken.json', content: jsonLines(500) },
      { name: 'good.json', content: jsonLines(1) },
    ]);
    const at = archive.indexOf('broken.json') + 'broken.json'.length;
    archive.fill(0xff, at + 20, at + 60);
    const { events, skips } = await decode('a.zip', archive);
    expect(events.filter((event) => !event.includes('broken'))).toEqual(['a.zip!good.json:1']);
    expect(skips).toContainEqual('unsupported a.zip!secret.json is encrypted; unpack it first');
    expect(skips).toContainEqual('damaged a.zip!odd.json cannot be unpacked: unsupported compression method: 99');
    expect(skips.some((skip) => skip.startsWith('damaged a.zip!broken.json cannot be unpacked: '))).toBe(true);
  });

  test('a file that is not there any more', async () => {
    expect((await decodePath(join(folder, 'gone.json'), 'gone.json')).skips).toEqual([
      'unreadable gone.json cannot be read: there is no such file',
    ]);
  });

  test('a folder', async () => {
    expect((await decodePath(folder, 'folder')).skips).toEqual(['unreadable folder cannot be read: it is a folder']);
  });

  test('a bug in whoever takes the events is not taken for a damaged file', async () => {
    const path = join(folder, 'bug.zip');
    writeFileSync(path, writeZip([{ name: 'x.json', content: jsonLines(1) }]));
    const sink = {
      event: (): never => {
        throw new TypeError('a bug');
      },
      skip: () => undefined,
    };
    await expect(decodeFile(path, 'bug.zip', sink)).rejects.toThrow('a bug');
  });
});

describe('bombs', () => {
  const archiveLimits = { maxRatio: 20, freeBytes: 100_000 };
  const zeros = Buffer.alloc(5_000_000);

  test.each([
    { name: 'gzip', content: gzipSync(zeros) },
    { name: 'gzip in gzip', content: gzipSync(gzipSync(zeros)) },
    { name: 'zip', content: writeZip([{ name: 'a.json', content: zeros }]) },
    {
      name: 'zip in zip',
      content: writeZip([{ name: 'a.zip', content: writeZip([{ name: 'b.json', content: zeros }]) }]),
    },
    {
      name: 'many small ones in one zip',
      content: writeZip(
        Array.from({ length: 100 }, (_, index) => ({ name: `${index}.json`, content: zeros.subarray(0, 50_000) })),
      ),
    },
  ])('$name', async ({ content }) => {
    const { events, skips } = await decode('bomb', content, { archiveLimits });
    expect(events).toEqual([]);
    expect(skips.at(-1)).toMatch(/^too-large bomb was not read to its end: it unpacks to more than 20 times its size/);
  });

  test('an archive with more entries than allowed', async () => {
    const archive = writeZip(
      Array.from({ length: 12 }, (_, index) => ({ name: `${index}.json`, content: jsonLines(1) })),
    );
    const { events, skips } = await decode('a.zip', archive, { archiveLimits: { maxEntries: 10 } });
    expect(events).toHaveLength(10);
    expect(skips).toEqual(['too-large a.zip has more than 10 entries; the rest was not read']);
  });

  test('an archive that would have to be held and is too large', async () => {
    const inner = writeZip([{ name: 'b.json', content: jsonLines(100), isStored: true }]);
    const { skips } = await decode('a.zip', writeZip([{ name: 'inner.zip', content: inner }]), {
      archiveLimits: { maxHeldBytes: 1000 },
    });
    expect(skips[0]).toMatch(/^too-large a.zip!inner.zip is an archive of more than 1000 bytes/);
  });
});

test('no file stays open, however its reading ends', async () => {
  const open = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);
  const files: [string, Uint8Array | string, InputOptions][] = [
    ['a.bin', '\u0000\u0001'.repeat(3_000_000), {}],
    ['a.gz', gzipSync(Buffer.alloc(5_000_000)), { archiveLimits: { maxRatio: 1, freeBytes: 1 } }],
    [
      'a.zip',
      writeZip([{ name: 'a.json', content: Buffer.alloc(5_000_000) }]),
      { archiveLimits: { maxRatio: 1, freeBytes: 1 } },
    ],
    ['a.zip', writeZip([{ name: 'a.json', content: jsonLines(3) }]), { archiveLimits: { maxEntries: 0 } }],
    ['a.zip', writeZip([{ name: 'a.json', content: jsonLines(3) }]).subarray(0, 70), {}],
    ['a.gz', gzipSync(gzipSync(gzipSync('{}'))), {}],
  ];
  const before = open();
  for (const [name, content, options] of files)
    for (let time = 0; time < 3; time++) await decode(name, content, options);
  await vi.waitFor(() => expect(open()).toBeLessThanOrEqual(before), { timeout: 10_000 });
});

test('mutated archives give events, skips or notes, and nothing else', async () => {
  const bases = [
    writeZip([
      { name: 'a.json', content: jsonLines(3) },
      { name: 'b.zip', content: writeZip([{ name: 'c.json', content: jsonLines(2) }]) },
    ]),
    gzipSync(jsonLines(20)),
  ];
  const random = randomFrom(12_345);
  for (let index = 0; index < 300; index++) {
    const bytes = Buffer.from(bases[index % 2]!);
    for (let count = 1 + random(4); count > 0; count--) bytes[random(bytes.length)] = random(256);
    const started = performance.now();
    await decode('m', random(4) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
    expect(performance.now() - started).toBeLessThan(1000);
  }
});
