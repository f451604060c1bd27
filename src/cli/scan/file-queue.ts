/** The files of a scan that wait for a thread to read them. */

import type { FileInput } from '../../files/index.js';

export interface QueuedFile {
  readonly file: FileInput;
  /** Of the thread that most of it is for; `undefined` where nobody knows. */
  readonly place: number | undefined;
}

export class FileQueue {
  readonly #waiting: QueuedFile[];

  constructor(files: readonly QueuedFile[]) {
    // The longest first, so that none is left for the end.
    this.#waiting = files.toSorted((one, other) => other.file.bytes - one.file.bytes);
  }

  /** One that is for the thread at `place`, else one that may be for it, else one of another's: to hand its lines over is better than to wait. */
  take(place: number): FileInput | undefined {
    const at = [place, undefined]
      .map((wanted) => this.#waiting.findIndex((queued) => queued.place === wanted))
      .find((found) => found >= 0);
    return this.#waiting.splice(at ?? 0, 1)[0]?.file;
  }
}
