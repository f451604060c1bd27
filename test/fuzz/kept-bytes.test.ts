/** What holds of bytes that lie on disks and are read again, be they changed by a disk or by somebody: logs, snapshots, back-ups, packed files. And of lines dealt out unread. */

import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeManifest, encodeManifest } from '../../src/cli/backup/manifest.js';
import { readTar, TAR_END, TarError, tarHeader, tarPadding } from '../../src/cli/backup/tar.js';
import { CommandError } from '../../src/cli/exit.js';
import { HostGuess } from '../../src/cli/host-guess.js';
import { linesOfObjects } from '../../src/cli/serve/detection/lines-of-objects.js';
import { Engine } from '../../src/engine/engine.js';
import { SnapshotFault } from '../../src/engine/snapshot/record-reader.js';
import { decodeFile } from '../../src/files/decode-file.js';
import { writeZip } from '../../src/files/testing/zip-writer.js';
import { BlockIndex } from '../../src/log/block-index.js';
import type { LogFile } from '../../src/log/files.js';
import { frameBytes, readRecord, toPayload, writeFrame } from '../../src/log/frame.js';
import { scan } from '../../src/log/scan.js';
import { SKIP_REASONS } from '../../src/sources/source.js';
import { batch } from '../faults/story.js';
import { COMPILED } from '../faults/lives/worker.js';
import { incoming } from '../support/live-kit.js';
import type { Random } from '../support/random.js';
import { policy } from '../support/rules.js';
import { chunksOf, engineFrom } from '../support/snapshots.js';
import { CASES, hold, holdEach, SLOW_CASES } from './hold.js';
import { mutate, noise } from './mutation.js';

const RECORDS = batch(0);
const LINES = RECORDS.map((record) => JSON.stringify(record));

function changed(corpus: readonly Uint8Array[], tokens: readonly Uint8Array[]): (random: Random) => Buffer {
  return (random) => Buffer.from(random(20) === 0 ? noise(random) : mutate(random, corpus, tokens));
}

const bytesOf = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));
const NUMBERS = [[0], [0xff], [0x7f], [0x80], [0xff, 0xff, 0xff, 0xff], [1, 0, 0, 0], [0, 0, 0, 0x80]].map((bytes) =>
  Uint8Array.from(bytes),
);

test('lines that are dealt out by host before they are read', () => {
  const guess = new HostGuess();
  const tokens = ['\n', '\r\n', '{', '}', ' ', '"', '":"', '"Hostname":"', '"Computer": "', '\u0000', '{}', '[{}]'];
  const held = hold(
    changed(bytesOf(LINES.join('\n'), ...LINES, JSON.stringify(RECORDS)), bytesOf(...tokens)),
    (input) => {
      const bytes = input as Buffer;
      const lines = linesOfObjects(bytes) ?? [bytes];
      let at = 0;
      for (const line of lines) {
        const found = bytes.indexOf(line, at);
        // Blank ones are left out, and nothing else.
        if (found < 0 || bytes.toString('latin1', at, found).trim() !== '')
          throw new Error('a part of the body is left out');
        at = found + line.length;
        if ((guess.of(line)?.length ?? 1) > 255) throw new Error('a name is longer than names are');
      }
    },
  );
  expect(held).toBe(CASES);
});

describe('the log', () => {
  const SALT = 7;
  const segment = ((): Buffer => {
    const payloads = LINES.map((line, at) => {
      const raw = Buffer.from(line.slice(0, 120));
      return toPayload({ kind: 'event', raw, receivedMs: 9, eventMs: at, sensor: 's' }, (name) => Buffer.from(name));
    });
    const bytes = Buffer.alloc(payloads.reduce((sum, payload) => sum + frameBytes(payload), 0));
    let offset = 0;
    for (const [at, payload] of payloads.entries()) offset = writeFrame(bytes, offset, payload, at + 1, SALT);
    return bytes;
  })();
  const known = new Set(LINES.map((line) => line.slice(0, 120)));

  function fileOf(bytes: Buffer): LogFile {
    const read: LogFile['read'] = (target, offset, length, position) =>
      Promise.resolve({ bytesRead: bytes.copy(target, offset, position, Math.min(position + length, bytes.length)) });
    return { read } as LogFile;
  }

  test('gives records that were written, in their order, and says where there are none', async () => {
    let records = 0;
    const held = await holdEach(
      changed([segment], [...NUMBERS, segment.subarray(0, 44), Uint8Array.from([0xff, 0x43, 0x53, 0xfe])]),
      async (input) => {
        const bytes = input as Buffer;
        let last = 0;
        for await (const slice of scan(fileOf(bytes), { salt: SALT, from: 0, to: bytes.length, after: undefined })) {
          for (const { offset, header } of slice.frames) {
            const record = readRecord(slice.bytes, offset, header, (name) => name.toString('latin1'));
            const isOurs = record?.kind === 'event' && known.has(Buffer.from(record.raw).toString());
            if (!isOurs || header.position <= last) throw new Error('a record that nobody wrote');
            last = header.position;
            records++;
          }
          for (const { offset, bytes: size } of slice.holes)
            if (offset < 0 || size < 0 || offset + size > bytes.length) throw new Error('a hole beyond the file');
        }
      },
      CASES,
    );
    expect(held).toBe(CASES);
    expect(records).toBeGreaterThan(CASES);
  });

  test('takes an index of blocks for what it is', () => {
    const index = new BlockIndex(64);
    for (let at = 0; at < 4; at++) index.addFrame(64 + at * 300_000, 300_000, at + 1, at);
    const held = hold(changed([index.encode()], NUMBERS), (input) => {
      const read = BlockIndex.decode(input as Buffer);
      if (read !== undefined && !read.encode().equals(input as Buffer)) throw new Error('another index');
    });
    expect(held).toBe(CASES);
  });
});

describe('snapshots', () => {
  const options = { recordEvents: true, plugins: [] };
  const inForce = policy(COMPILED.rules);
  const engine = new Engine(inForce, options);
  for (const [at, { event }] of Array.from({ length: 12 }, (_, index) => incoming(...batch(index)))
    .flat()
    .entries())
    engine.apply(event, at + 1);
  engine.drain();
  const chunks = chunksOf(engine);

  test('are what was written, or refused', () => {
    let refused = 0;
    const held = hold(
      changed(chunks, NUMBERS),
      (input) => {
        try {
          engineFrom([input as Buffer], inForce, options);
        } catch (error) {
          if (!(error instanceof SnapshotFault)) throw error;
          refused++;
        }
      },
      SLOW_CASES * 4,
    );
    expect(held).toBe(SLOW_CASES * 4);
    expect(refused).toBeGreaterThan(SLOW_CASES);
  });
});

describe('back-ups', () => {
  const manifest = encodeManifest({
    made: '2026-01-05T09:00:00.000Z',
    program: '0.1.0',
    layout: 7,
    logs: [{ name: 'log', lastPosition: 9, statePosition: 8 }],
    files: [{ path: 'log/1.log', bytes: 3, mode: 0o600, sha256: 'f'.repeat(64) }],
  });

  test('have a manifest as it was written, or none', () => {
    const held = hold(
      changed([manifest], bytesOf('"files":[', '"../..', 'null', '{}', '"version":2', '__proto__', '"digest":""')),
      (input) => {
        try {
          decodeManifest(input as Buffer, 'backup.json');
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
        }
      },
    );
    expect(held).toBe(CASES);
  });

  test('are unpacked or refused', async () => {
    const content = Buffer.from('content');
    const long = `deep/${'d'.repeat(120)}/文`;
    const file = (path: string): Buffer =>
      Buffer.concat([tarHeader({ path, mode: 0o600, bytes: content.length }, 9), content, tarPadding(content.length)]);
    const archive = Buffer.concat([file('state.sqlite'), file(long), TAR_END]);
    const held = await holdEach(
      changed([archive], [...NUMBERS, ...bytesOf('ustar', '77777777777', 'path=../x\n', '9999 size=', 'x', '0')]),
      async (input) => {
        const pieces = async function* (): AsyncGenerator<Buffer> {
          const bytes = input as Buffer;
          for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
        };
        try {
          for await (const { bytes, content: own } of readTar(pieces())) {
            let length = 0;
            for await (const piece of own) length += piece.length;
            if (length !== bytes) throw new Error('another length than the header tells');
          }
        } catch (error) {
          if (!(error instanceof TarError)) throw error;
        }
      },
      SLOW_CASES * 4,
    );
    expect(held).toBe(SLOW_CASES * 4);
  });
});

test('packed files give events, and skips with a reason', async () => {
  const text = LINES.join('\n');
  const zip = writeZip([
    { name: 'a.jsonl', content: text },
    { name: 'b/c.json.gz', content: gzipSync(LINES[0]!), isStored: true },
  ]);
  let told = 0;
  const held = await holdEach(
    changed(
      [zip, gzipSync(text), gzipSync(zip)],
      [...NUMBERS, ...bytesOf('PK\u0003\u0004', 'PK\u0001\u0002', 'PK\u0005\u0006', '../../x')],
    ),
    async (input) => {
      const stdin = (async function* (): AsyncGenerator<Uint8Array> {
        yield input as Buffer;
      })();
      await decodeFile(
        '-',
        'f',
        {
          event: () => void told++,
          skip: ({ reason, message }) => {
            if (!SKIP_REASONS.includes(reason) || message === '')
              throw new Error(`no skip as it should be: ${message}`);
            told++;
          },
        },
        { stdin, archiveLimits: {} },
      );
    },
    SLOW_CASES,
  );
  expect(held).toBe(SLOW_CASES);
  expect(told).toBeGreaterThan(SLOW_CASES / 2);
});
