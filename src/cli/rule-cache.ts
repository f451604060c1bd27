/**
 * Keeps what was made of large folders of rules between two runs of the program, so that the second need not parse them again. One file for
 * each folder of rules:
 *
 *     chainsight rules 4 PROGRAM \n │ SHA-256 of the rest │ length of the readings │ readings │ late parts
 *
 * Each reading lies under a hash of its file's path and text, and says where among the late parts its own are: these are not read before
 * somebody looks at them. A file of another program, a damaged one, or one that others may write is as good as none. To lose it costs time alone.
 */

import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import {
  type PackFile,
  restoreReading,
  type StoredReading,
  type StoredSigma,
  storedReading,
} from '../engine/rule/index.js';
import { programIdentity } from './program-root.js';

/** Less text, in UTF-16 units, is read faster than a cache is opened. */
const TEXT_MIN = 20_000;
const DIGEST_BYTES = 32;
const LENGTH_BYTES = 4;

/** As it is written: of Sigma, where its late parts begin and end in place of what gives them. A list is read back faster than keys are. */
type WrittenReading =
  | Extract<StoredReading, { kind: 'yaml' }>
  | readonly [
      documents: StoredSigma['documents'],
      diagnostics: StoredSigma['diagnostics'],
      placeholdersKey: string,
      start: number,
      end: number,
    ];

let folder: string | undefined;

/** From here on caches lie in this folder; `undefined`, and before the first call: there are none. */
export function useRuleCache(path: string | undefined): void {
  folder = path;
}

/** Where the user's programs may keep what can be made again. */
export function userCacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const byUser = environment['XDG_CACHE_HOME'] ?? environment['LOCALAPPDATA'];
  return join(byUser !== undefined && byUser !== '' ? byUser : join(homedir(), '.cache'), 'chainsight');
}

/** Hands the engine what is known of the files already, and sees to it that the rest is known the next time. */
export function restoreRules(packPath: string, files: readonly PackFile[]): void {
  if (folder === undefined || files.reduce((sum, { text }) => sum + text.length, 0) < TEXT_MIN) return;
  const path = join(folder, `${digestOf(resolve(packPath)).slice(0, 32)}.rules`);
  const known = readCache(path);
  let restored = 0;
  for (const file of files) {
    const reading = known.get(keyOf(file));
    if (reading === undefined) continue;
    restoreReading(file, reading);
    restored++;
  }
  if (restored < files.length) saveAtExit(path, files, restored);
}

/** Of several readings of the same folder the last one is written. */
const unsaved = new Map<string, { readonly files: readonly PackFile[]; readonly restored: number }>();

function saveAtExit(path: string, files: readonly PackFile[], restored: number): void {
  if (unsaved.size === 0) process.once('exit', saveRules);
  unsaved.set(path, { files, restored });
}

/** Writes what was read anew. By itself when the program ends, but not when a thread does. */
export function saveRules(): void {
  for (const [path, { files, restored }] of unsaved) {
    const readings = files.flatMap((file): [string, StoredReading][] => {
      const reading = storedReading(file);
      return reading === undefined ? [] : [[keyOf(file), reading]];
    });
    if (readings.length > restored) writeCache(path, new Map(readings));
  }
  unsaved.clear();
  process.off('exit', saveRules);
}

type Cache = Pick<ReadonlyMap<string, StoredReading>, 'get'>;

function readCache(path: string): Cache {
  try {
    if (!isOurs(path)) return NONE;
    const bytes = readFileSync(path);
    const header = headerOf();
    const start = header.length + DIGEST_BYTES;
    if (bytes.length <= start || !bytes.subarray(0, header.length).equals(header)) return NONE;
    const payload = bytes.subarray(start);
    if (!bytes.subarray(header.length, start).equals(hash('sha256', payload, 'buffer'))) return NONE;
    const lateAt = LENGTH_BYTES + payload.readUInt32LE();
    const written = deserialize(payload.subarray(LENGTH_BYTES, lateAt)) as ReadonlyMap<string, WrittenReading>;
    const late = payload.subarray(lateAt);
    return { get: (key) => asStored(written.get(key), late) };
  } catch {
    // No such file, or one that this version of Node cannot read: the rules are read instead.
    return NONE;
  }
}

function asStored(reading: WrittenReading | undefined, late: Buffer): StoredReading | undefined {
  if (reading === undefined || 'kind' in reading) return reading;
  const [documents, diagnostics, placeholdersKey, start, end] = reading;
  const fetch: StoredSigma['late'] = () => deserialize(late.subarray(start, end)) as ReturnType<StoredSigma['late']>;
  return { kind: 'sigma', sigma: { documents, diagnostics, placeholdersKey, late: fetch } };
}

const NONE: Cache = new Map();

/** On systems that know owners: written by this user, and by nobody else. */
function isOurs(path: string): boolean {
  const { uid, mode } = statSync(path);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** Where it cannot be written (a full disk, a folder that may not be), the next start takes as long as this one, and nothing else is lost. */
function writeCache(path: string, readings: ReadonlyMap<string, StoredReading>): void {
  const payload = payloadOf(readings);
  const digest = hash('sha256', payload, 'buffer');
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch {
    return;
  }
  try {
    writeFileSync(temporary, Buffer.concat([headerOf(), digest, payload]), { mode: 0o600 });
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
    const part = serialize(late());
    written.set(key, [documents, diagnostics, placeholdersKey, start, start + part.length]);
    parts.push(part);
    start += part.length;
  }
  const head = serialize(written);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...parts]);
}

function keyOf({ path, text }: PackFile): string {
  return digestOf(`${path.length} ${path}${text}`);
}

function digestOf(text: string): string {
  return hash('sha256', text);
}

let header: Buffer | undefined;

function headerOf(): Buffer {
  // Any other build may read rules in another way.
  return (header ??= Buffer.from(`chainsight rules 4 ${digestOf(`${process.versions.node} ${programIdentity()}`)}\n`));
}
