/** A file opened once more, for writes past the page cache. Not every system and file system has them. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';

/** What a file system answers that takes no such write, or not this one. */
const REFUSALS: ReadonlySet<unknown> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']);

export class DirectFile {
  #handle: fs.FileHandle | undefined;
  /** Undefined on systems that know no such way of opening a file, and once one was refused. */
  #flag: number | undefined = constants.O_DIRECT;

  /** @param path  of a file that is there */
  constructor(private readonly path: string) {}

  /** @returns what `write` does; `undefined` where nothing was written, and it has to be done in another way */
  async write<Answer>(write: (file: fs.FileHandle) => Answer | Promise<Answer>): Promise<Answer | undefined> {
    const handle = this.#handle ?? (await this.#open());
    if (handle === undefined) return undefined;
    try {
      return await write(handle);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#flag = undefined;
      await this.close();
      return undefined;
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** Where it fails for another reason than that the file system has no such writes, the next one may come through. */
  async #open(): Promise<fs.FileHandle | undefined> {
    if (this.#flag === undefined) return undefined;
    try {
      this.#handle = await fs.open(this.path, constants.O_RDWR | this.#flag);
    } catch (error) {
      if (isRefusal(error)) this.#flag = undefined;
    }
    return this.#handle;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && REFUSALS.has(error.code);
}
