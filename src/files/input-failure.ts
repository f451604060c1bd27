/** The world failing under a file: caught where its reading began, and told as a skip. Anything else that is thrown is a bug and goes on. */

import type { SkipReason } from '../sources/source.js';

export class InputFailure extends Error {
  override readonly name = 'InputFailure';

  /** @param message  the end of a sentence that starts with the file's name */
  constructor(
    readonly reason: SkipReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The same bytes; what fails while they are read fails as an `InputFailure`. What the reader of them throws is left alone. */
export async function* failingAs(
  reason: SkipReason,
  verb: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await asFailure(reason, verb, () => iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

export async function asFailure<Value>(reason: SkipReason, verb: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputFailure) throw error;
    throw new InputFailure(reason, `${verb}: ${error instanceof Error ? describeSystemError(error) : String(error)}`, {
      cause: error,
    });
  }
}

const SYSTEM_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission denied; run as a user who may read it, or change its permissions'],
  ['EPERM', 'the system does not allow it'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is a file, not a folder'],
  ['ELOOP', 'its symbolic links lead in a circle'],
  ['EMFILE', 'too many files are open'],
  ['EIO', 'the disk reports an error'],
]);

/** Node's error in words, without its path: whoever tells it has said which file. */
export function describeSystemError(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : SYSTEM_ERRORS.get(code)) ?? error.message;
}
