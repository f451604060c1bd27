/** Sysmon's `Hashes`: `SHA1=…,MD5=…`, any algorithms in any order. */

const BEST_FIRST = ['SHA256', 'SHA1', 'MD5', ''];

/** The strongest hash of a file, as lower-case hex digits; never IMPHASH, which many programs share. `undefined` where there is none. */
export function bestHash(hashes: string): string | undefined {
  const found = new Map<string, string>();
  for (const part of hashes.split(',')) {
    const match = /^\s*(?:(\w+)=)?([0-9a-f]{32,64})\s*$/i.exec(part);
    // All zeros is Sysmon's way to say that it could not read the file.
    if (match?.[2] !== undefined && !/^0+$/.test(match[2]))
      found.set((match[1] ?? '').toUpperCase(), match[2].toLowerCase());
  }
  const best = BEST_FIRST.find((algorithm) => found.has(algorithm));
  return best === undefined ? undefined : found.get(best);
}
