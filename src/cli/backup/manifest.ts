/** `backup.json`: what a back-up holds, with a checksum of each file. It is written last, so a back-up that was cut has none. */

import { createHash } from 'node:crypto';
import { CommandError } from '../exit.js';

export const MANIFEST_NAME = 'backup.json';
const FORMAT = 'chainsight-backup';
const VERSION = 1;

export interface BackedUpFile {
  /** From the data folder, with `/` between its parts. */
  readonly path: string;
  readonly bytes: number;
  /** Permissions, as a number: 0o600. */
  readonly mode: number;
  /** Hex. */
  readonly sha256: string;
}

export interface Manifest {
  /** ISO 8601. */
  readonly made: string;
  /** Version of the program that made it. */
  readonly program: string;
  /** Of the state; 0 where it was gone, and the logs are all there is. */
  readonly layout: number;
  /** `statePosition`: up to where the copied state has the effects of this log; a start replays the rest. 0: none. */
  readonly logs: readonly { readonly name: string; readonly lastPosition: number; readonly statePosition: number }[];
  readonly files: readonly BackedUpFile[];
}

/** Modes are written as people write them: `"600"`. */
export function encodeManifest(manifest: Manifest): Buffer {
  const files = manifest.files.map((file) => ({ ...file, mode: file.mode.toString(8) }));
  const body = { format: FORMAT, version: VERSION, ...manifest, files };
  return Buffer.from(`${JSON.stringify({ ...body, digest: digestOf(body) }, undefined, 1)}\n`);
}

/** @throws CommandError where the bytes are no manifest, a damaged one, or one of a later version */
export function decodeManifest(bytes: Uint8Array, place: string): Manifest {
  const value = parse(bytes);
  if (!isMap(value) || value['format'] !== FORMAT) throw new CommandError(`${place} is no manifest of a back-up.`);
  const { digest, ...body } = value;
  if (digest !== digestOf(body)) throw new CommandError(`The back-up is damaged: ${place} is not as it was written.`);
  if (value['version'] !== VERSION) {
    throw new CommandError(
      `${place} is a manifest of version ${String(value['version'])}; this program reads version ${VERSION}. Restore with the version that made it, or a later one.`,
    );
  }
  // The digest has shown that these are the bytes that `encodeManifest` gave; paths are checked nevertheless, for they lead somewhere.
  const written = body as unknown as Manifest & { readonly files: readonly { readonly mode: unknown }[] };
  const files = written.files.map((file) => ({ ...file, mode: Number.parseInt(String(file.mode), 8) & 0o777 }));
  const odd = files.find((file) => !isSafePath(file.path));
  if (odd !== undefined)
    throw new CommandError(`${place} names a file outside of a data folder: ${JSON.stringify(odd.path)}.`);
  const { made, program, layout, logs } = written;
  return { made, program, layout, logs, files };
}

/** A path that stays in the folder it is joined to, on any system. */
export function isSafePath(path: unknown): path is string {
  return (
    typeof path === 'string' &&
    path !== MANIFEST_NAME &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part))
  );
}

function digestOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
