/** Recorded events of real shippers, read from `../shared/data`: every line must become an event or a reasoned skip. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Event } from '../engine/event/event.js';
import { createDecoder } from './index.js';
import type { Format } from './source.js';
import { collect } from './testing/collect.js';

const DATA = join(import.meta.dirname, '../../../shared/data');
const OTRF = join(DATA, 'otrf');
const REGRESSION = join(DATA, 'sigma-regression');
const isThere = existsSync(OTRF) && existsSync(REGRESSION);
if (!isThere) console.warn(`SKIPPED: no recorded events at ${DATA}; the tests over them did not run`);

/** The first part of each file is enough to meet every shape in it; all of them take a minute. */
const SAMPLE_BYTES = 1_000_000;

function sample(name: string): Uint8Array {
  // Some of the recordings lack the end of their gzip stream; the content is whole.
  const bytes = gunzipSync(readFileSync(join(OTRF, name)), { finishFlush: constants.Z_SYNC_FLUSH });
  const end = bytes.length <= SAMPLE_BYTES ? bytes.length : bytes.indexOf('\n', SAMPLE_BYTES) + 1;
  return bytes.subarray(0, end);
}

const identity = (event: Event): string => `${event.idHigh}:${event.idLow}`;

describe.runIf(isThere)('recorded attacks', () => {
  const files = isThere ? readdirSync(OTRF).filter((name) => name.endsWith('.jsonl.gz')) : [];

  test('there are recordings', () => expect(files.length).toBeGreaterThan(50));

  test.each(files)('%s', (name) => {
    const bytes = sample(name);
    const { events, skips, raws } = collect((sink) => createDecoder('json', sink, { file: name }), bytes, 65_536);
    const lines = new TextDecoder()
      .decode(bytes)
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(skips).toEqual([]);
    expect(events.length).toBe(lines.length);
    expect(events.filter((event) => event.host === '' || event.timeMs === 0)).toEqual([]);
    expect(events.filter((event) => event.sensor === 'sysmon' && event.action === undefined)).toEqual([]);
    // A line that stands there twice is one record, and no two records are taken for one.
    expect(new Set(events.map(identity)).size).toBe(new Set(raws).size);
    for (const event of events) {
      if (event.host !== event.host.toLowerCase()) expect(event.host).toBe(event.host.toLowerCase());
      if (event.action !== 'processcreate') continue;
      // One shipper lost Sysmon's ProcessId to its own ProcessID; the GUID is there.
      const { Image, ProcessGuid, ProcessId } = event.fields;
      expect([typeof Image, (ProcessGuid ?? ProcessId) === undefined]).toEqual(['string', false]);
    }
  });
});

describe.runIf(isThere)('pairs of an event log and the same as JSON', () => {
  const pairs = isThere
    ? readdirSync(REGRESSION, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json') && existsSync(join(REGRESSION, name.replace(/json$/, 'evtx'))))
        .map((name) => join(REGRESSION, name))
    : [];

  test('there are pairs', () => expect(pairs.length).toBeGreaterThan(100));

  test('both readers give the same records, with equal identity', () => {
    const read = (path: string, format: Format): Map<string, Event> => {
      const { events, skips } = collect((sink) => createDecoder(format, sink), readFileSync(path), 4096);
      expect(skips).toEqual([]);
      return new Map(events.map((event) => [identity(event), event]));
    };
    // The JSON has GUIDs without braces, numbers as numbers, texts trimmed, and no empty ones.
    const plain = (event: Event): Record<string, string> =>
      Object.fromEntries(
        Object.entries(event.fields)
          .map(([name, value]): [string, string] => [name, String(value).replaceAll(/[{}]/g, '').trim()])
          .filter(([, value]) => value !== ''),
      );
    for (const path of pairs) {
      const json = read(path, 'json');
      const log = read(path.replace(/json$/, 'evtx'), 'evtx');
      expect([...json.keys()].toSorted(), path).toEqual([...log.keys()].toSorted());
      for (const [id, event] of json) {
        const other = log.get(id);
        expect(other, path).toMatchObject({
          host: event.host,
          timeMs: event.timeMs,
          timeSource: event.timeSource,
          provider: event.provider,
          channel: event.channel,
          eventId: event.eventId,
          loggerPid: event.loggerPid,
          action: event.action,
        });
        if (other !== undefined) expect(plain(other), path).toMatchObject(plain(event));
      }
    }
  });
});
