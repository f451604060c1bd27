/** How long a detection thread is at what: reading bytes, waiting for the disk, judging, storing. */

import type { SpentMs } from '../../../app/live-ports.js';
import type { EffectStore } from '../../../app/ports.js';
import type { LogFile, LogFiles } from '../../../log/files.js';

export class WorkTime {
  #read = 0;
  #disk = 0;
  #diskWait = 0;
  #store = 0;

  /** @param busyMs  how long the thread has done anything, waits for a disk in place among it */
  spent(busyMs: number): SpentMs {
    const [read, disk, store] = [this.#read, this.#disk, this.#store];
    return { read, disk, store, judge: Math.max(0, busyMs - read - disk - store), diskWait: this.#diskWait };
  }

  reading<Answer>(work: () => Answer): Answer {
    const startedMs = performance.now();
    try {
      return work();
    } finally {
      this.#read += performance.now() - startedMs;
    }
  }

  /** The same store, timed. */
  store(store: EffectStore): EffectStore {
    return {
      get committedPosition() {
        return store.committedPosition;
      },
      hostStreams: () => store.hostStreams(),
      addDuplicates: (count) => store.addDuplicates(count),
      commit: (...parameters) => {
        const startedMs = performance.now();
        try {
          store.commit(...parameters);
        } finally {
          this.#store += performance.now() - startedMs;
        }
      },
    };
  }

  /** The same files, timed. */
  files(files: LogFiles): LogFiles {
    return { ...files, open: async (path, mode) => this.#file(await files.open(path, mode)) };
  }

  #file(file: LogFile): LogFile {
    return {
      ...file,
      write: (source, offset, length, position) => this.#waiting(() => file.write(source, offset, length, position)),
      datasync: () => this.#waiting(() => file.datasync()),
    };
  }

  /** What is made in place is done when the promise is there; what a thread of the pool does is waited for from then on. */
  async #waiting<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const startedMs = performance.now();
    const answer = work();
    const returnedMs = performance.now();
    this.#disk += returnedMs - startedMs;
    try {
      return await answer;
    } finally {
      this.#diskWait += performance.now() - returnedMs;
    }
  }
}
