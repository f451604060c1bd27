/**
 * Texts as the database binding can carry them. It cuts a text at its first NUL and replaces lone surrogates, and both occur in what hosts
 * send; such texts, and those that begin with the mark, are kept as the mark and their JSON form.
 */

const MARK = '\u0001json:';
const AWKWARD = /[\0\ud800-\udfff]/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

export function toStored(text: string): string {
  if (!AWKWARD.test(text) && !text.startsWith(MARK)) return text;
  const isAwkward = text.includes('\0') || text.startsWith(MARK) || LONE_SURROGATE.test(text);
  return isAwkward ? MARK + JSON.stringify(text) : text;
}

export function fromStored(text: string): string {
  return text.startsWith(MARK) ? (JSON.parse(text.slice(MARK.length)) as string) : text;
}

/** For columns that are only searched: what the binding cannot carry becomes a blank. */
export function searchable(...parts: readonly string[]): string {
  return parts.join('\n').toLowerCase().replace(/\0/g, ' ').replace(new RegExp(LONE_SURROGATE, 'g'), ' ');
}
