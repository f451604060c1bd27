/** Which machine a line of JSON is about, without parsing it: for dealing lines out by host. A guess, right for what the usual shippers write. */

const KEYS = ['Hostname', 'Computer', 'computer_name', 'computer', 'hostname'].flatMap((name) => [
  Buffer.from(`"${name}":"`),
  Buffer.from(`"${name}": "`),
]);
const QUOTE = 0x22;
const NAME_MAX = 255;

/** Remembers which name the last line had it under: lines of one file are alike. */
export class HostGuess {
  #last = KEYS[0]!;

  /** @returns the host as the line spells it, `undefined` where nothing tells */
  of(line: Uint8Array): string | undefined {
    const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
    const start = bytes.indexOf(this.#last);
    if (start >= 0) return nameAt(bytes, start + this.#last.length);
    for (const key of KEYS) {
      const at = key === this.#last ? -1 : bytes.indexOf(key);
      if (at < 0) continue;
      this.#last = key;
      return nameAt(bytes, at + key.length);
    }
    return undefined;
  }
}

function nameAt(bytes: Buffer, start: number): string | undefined {
  const end = bytes.indexOf(QUOTE, start);
  return end <= start || end - start > NAME_MAX ? undefined : bytes.toString('latin1', start, end);
}
