/** What an attack's story is: it acts on booted hosts and says which chain it made. */

import type { SimHost, SimProcess } from '../sim-host.js';

export interface Stage {
  /** The victim; a second host where the story moves. */
  readonly host: SimHost;
  readonly neighbour: SimHost;
  readonly atMs: number;
}

export interface Attack {
  readonly name: string;
  readonly techniques: readonly string[];
  /** @returns the start processes of the chains that are the attack */
  play(stage: Stage): readonly { readonly host: SimHost; readonly start: SimProcess }[];
}

export const UNBACKED_TRACE =
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|UNKNOWN(000001F2A4B7139C)';

/** Base64 of UTF-16LE, as `-EncodedCommand` takes it; ASCII only. */
export function encodedCommand(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const bytes = [...text].flatMap((character) => [character.charCodeAt(0), 0]);
  let out = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(index, index + 3);
    const left = bytes.length - index;
    out += alphabet[a >> 2]! + alphabet[((a & 3) << 4) | (b >> 4)]!;
    out += left > 1 ? alphabet[((b & 15) << 2) | (c >> 6)]! : '=';
    out += left > 2 ? alphabet[c & 63]! : '=';
  }
  return out;
}
