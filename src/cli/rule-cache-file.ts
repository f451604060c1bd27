/**
 * The file in which what was made of a folder of rules is kept:
 *
 *     chainsight rules 5 PROGRAM \n │ SHA-256 of the rest │ length of the readings │ readings │ late parts
 *
 * Each reading lies under a key that the caller has made of its file, and says where among the late parts its own are: these are not read before
 * somebody looks at them. A file of another program or a damaged one is as good as none.
 */

import { hash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { LateParts, StoredReading, StoredSigma } from '../engine/rule/index.js';
import { programIdentity } from './program-root.js';
import { makeFolder } from './make-folder.js';

const DIGEST_BYTES = 32;
const LENGTH_BYTES = 4;

export type CachedRules = Pick<ReadonlyMap<string, StoredReading>, 'get'>;

export const NO_RULES: CachedRules = new Map();

/** As it is written: of Sigma, where its late parts lie in place of what gives them. A list is read back faster than keys are. */
type WrittenReading =
  | Extract<StoredReading, { kind: 'yaml' }>
  | readonly [
      documents: StoredSigma['documents'],
      diagnostics: StoredSigma['diagnostics'],
      placeholdersKey: string,
      start: number,
      detectionsStart: number,
      end: number,
    ];

export function readCacheFile(path: string): CachedRules {
  try {
    const bytes = readFileSync(path);
    const header = headerOf();
    const start = header.length + DIGEST_BYTES;
    if (bytes.length <= start || !bytes.subarray(0, header.length).equals(header)) return NO_RULES;
    const payload = bytes.subarray(start);
    if (!bytes.subarray(header.length, start).equals(hash('sha256', payload, 'buffer'))) return NO_RULES;
    const lateAt = LENGTH_BYTES + payload.readUInt32LE();
    const written = deserialize(payload.subarray(LENGTH_BYTES, lateAt)) as ReadonlyMap<string, WrittenReading>;
    const late = payload.subarray(lateAt);
    return { get: (key) => asStored(written.get(key), late) };
  } catch {
    // No such file, or one that this version of Node cannot read: the rules are read instead.
    return NO_RULES;
  }
}

function asStored(reading: WrittenReading | undefined, late: Buffer): StoredReading | undefined {
  if (reading === undefined || 'kind' in reading) return reading;
  const [documents, diagnostics, placeholdersKey, start, detectionsStart, end] = reading;
  const abouts: LateParts['abouts'] = () => deserialize(late.subarray(start, detectionsStart)) as never;
  const detections: LateParts['detections'] = () => deserialize(late.subarray(detectionsStart, end)) as never;
  return { kind: 'sigma', sigma: { documents, diagnostics, placeholdersKey, late: { abouts, detections } } };
}

/**
 * Where it cannot be written (a full disk, a folder that may not be), the next start takes as long as this one, and nothing else is lost.
 *
 * @param mode  of the file
 */
export function writeCacheFile(path: string, readings: ReadonlyMap<string, StoredReading>, mode: number): void {
  const payload = payloadOf(readings);
  const digest = hash('sha256', payload, 'buffer');
  const temporary = `${path}.${process.pid}`;
  try {
    makeFolder(dirname(path));
  } catch {
    return;
  }
  try {
    writeFileSync(temporary, Buffer.concat([headerOf(), digest, payload]), { mode });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}

function payloadOf(readings: ReadonlyMap<string, StoredReading>): Buffer {
  const written = new Map<string, WrittenReading>();
  const parts: Buffer[] = [];
  let start = 0;
  for (const [key, reading] of readings) {
    if (reading.kind === 'yaml') {
      written.set(key, reading);
      continue;
    }
    const { documents, diagnostics, placeholdersKey, late } = reading.sigma;
    const abouts = serialize(late.abouts());
    const detections = serialize(late.detections());
    const detectionsStart = start + abouts.length;
    const end = detectionsStart + detections.length;
    written.set(key, [documents, diagnostics, placeholdersKey, start, detectionsStart, end]);
    parts.push(abouts, detections);
    start = end;
  }
  const head = serialize(written);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...parts]);
}

let header: Buffer | undefined;

function headerOf(): Buffer {
  // Any other build may read rules in another way.
  return (header ??= Buffer.from(
    `chainsight rules 5 ${hash('sha256', `${process.versions.node} ${programIdentity()}`)}\n`,
  ));
}
