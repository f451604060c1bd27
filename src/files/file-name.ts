/** What the name of a file says of its content. Only a hint for which files of a folder to read: content decides how. */

/** For messages. */
export const EVENT_EXTENSIONS = '.evtx, .xml, .json, .jsonl, .ndjson, .log, .csv, and .gz or .zip of these';

const EVENT_FILE = /\.(?:evtx|xml|json|jsonl|ndjson|log|csv)(?:\.(?:gz|zip))?$/i;
const ARCHIVE = /\.(?:gz|zip)$/i;
/** Tar is a format of its own inside the gzip, and none that events come in. */
const TAR = /\.(?:tar\.gz|tgz)$/i;

/** Whether a file found in a folder or an archive, and not named by the person, is worth reading. */
export function mayHoldEvents(name: string): boolean {
  return EVENT_FILE.test(name) || (ARCHIVE.test(name) && !TAR.test(name));
}

/** `a.json.gz` → `a.json`: the name that the content has once unpacked. */
export function withoutPacking(name: string): string {
  return name.replace(ARCHIVE, '');
}

/**
 * Order of names by the bytes of their UTF-8 form: the same on every machine and in every language, unlike the order in which a folder
 * lists them. It is the order of UTF-16 units, but that surrogates come after all others.
 */
export function compareBytes(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (left !== right) return surrogatesLast(left) - surrogatesLast(right);
  }
  return one.length - other.length;
}

function surrogatesLast(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

const LABEL_LENGTH = 400;

/** A name as it may stand in a line of a terminal or a log: control and direction characters escaped, and not endless. */
export function printable(name: string): string {
  const safe = name.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return safe.length > LABEL_LENGTH ? `${safe.slice(0, LABEL_LENGTH)}…` : safe;
}
