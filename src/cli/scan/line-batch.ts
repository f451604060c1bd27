/** Lines on their way from the thread that read them to the one that judges their host: bytes in one block, handed over without a copy. */

const ROOM_BYTES = 1024 * 1024;

export interface LineBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For each line: where it begins and ends in `bytes`, its number, and the place of its file in `files`. */
  readonly places: Int32Array<ArrayBuffer>;
  readonly files: readonly string[];
}

const PLACE = 4;

export class LineBatchWriter {
  #bytes = new Uint8Array(ROOM_BYTES);
  #used = 0;
  #places: number[] = [];
  readonly #files: string[] = [];

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  hasRoomFor(line: Uint8Array): boolean {
    return this.isEmpty || this.#used + line.length <= ROOM_BYTES;
  }

  add(line: Uint8Array, file: string, number: number): void {
    if (line.length > this.#bytes.length) this.#bytes = new Uint8Array(line.length);
    this.#bytes.set(line, this.#used);
    if (this.#files.at(-1) !== file) this.#files.push(file);
    this.#places.push(this.#used, this.#used + line.length, number, this.#files.length - 1);
    this.#used += line.length;
  }

  /** Begins anew afterwards. */
  take(): LineBatch {
    const batch = { bytes: this.#bytes, places: Int32Array.from(this.#places), files: [...this.#files] };
    this.#bytes = new Uint8Array(ROOM_BYTES);
    this.#used = 0;
    this.#places = [];
    this.#files.length = 0;
    return batch;
  }
}

export function* linesOf({ bytes, places, files }: LineBatch): Generator<{
  readonly bytes: Uint8Array;
  readonly number: number;
  readonly file: string;
}> {
  for (let at = 0; at < places.length; at += PLACE) {
    yield {
      bytes: bytes.subarray(places[at], places[at + 1]),
      number: places[at + 2]!,
      file: files[places[at + 3]!]!,
    };
  }
}
