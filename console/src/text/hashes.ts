/** Sysmon's `SHA256=…,MD5=…` in parts. Pure. */

export interface NamedHash {
  readonly algorithm: string;
  readonly digits: string;
}

/** At most eight; whatever does not look like `NAME=hex` is left out. */
export function hashesOf(text: string): NamedHash[] {
  return text
    .slice(0, 2000)
    .split(/[,;]/, 8)
    .flatMap((part) => {
      const match = /^\s*([A-Za-z0-9]{2,12})=([0-9A-Fa-f]{8,128})\s*$/.exec(part);
      return match?.[1] !== undefined && match[2] !== undefined
        ? [{ algorithm: match[1].toUpperCase(), digits: match[2] }]
        : [];
    });
}

const BEST = ['SHA256', 'SHA1', 'MD5', 'IMPHASH'];

/** The one to put on an allow list: the strongest that names this very file. */
export function bestHash(hashes: readonly NamedHash[]): NamedHash | undefined {
  return hashes.toSorted((a, b) => rank(a) - rank(b)).find((hash) => hash.algorithm !== 'IMPHASH');
}

function rank(hash: NamedHash): number {
  const at = BEST.indexOf(hash.algorithm);
  return at < 0 ? BEST.length : at;
}
