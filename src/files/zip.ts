/**
 * Reads the entries of a zip archive one after another. Names inside are labels for people and never paths: nothing is written.
 */

import { fromBufferPromise, getFileNameLowLevel, openPromise, type Entry, type ZipFile } from 'yauzl';

/** Names are decoded here: by default one `..` among them would make the library refuse the whole archive. */
const OPTIONS = { lazyEntries: true, autoClose: true, decodeStrings: false } as const;

export interface ZipEntry {
  /** With forward slashes; may be anything an attacker likes. */
  readonly name: string;
  readonly isEncrypted: boolean;
  /** Fails if the entry is damaged or packed in a way that is not supported. */
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** @param source  a path, or an archive held in memory. Fails if it is not a zip archive, or its list of entries is damaged */
export async function* zipEntries(source: string | Buffer): AsyncGenerator<ZipEntry> {
  const archive =
    typeof source === 'string' ? await openPromise(source, OPTIONS) : await fromBufferPromise(source, OPTIONS);
  // Errors reach the loop below; one that comes after it has ended must not end the program.
  archive.on('error', () => undefined);
  try {
    for await (const entry of archive.eachEntry()) {
      const name = nameOf(entry);
      if (name.endsWith('/')) continue;
      yield { name, isEncrypted: entry.isEncrypted(), open: () => openEntry(archive, entry) };
    }
  } finally {
    archive.close();
  }
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}

function openEntry(archive: ZipFile, entry: Entry): Promise<AsyncIterable<Uint8Array>> {
  return archive.openReadStreamPromise(entry);
}
