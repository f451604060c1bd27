/** Pieces of records in messages. A record is an attacker's text, and a message is printed. */

const SHOWN_CHARS_MAX = 40;

/** A short piece of a record: quoted, at most 42 characters and an ellipsis, safe for a terminal and for a line of a log. */
export function excerpt(text: string): string {
  let shown = '';
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const char = text[index] ?? '';
    const isPlain = code >= 0x20 && code <= 0x7e && char !== '"' && char !== '\\';
    const escaped = char === '"' || char === '\\' ? `\\${char}` : `\\u${code.toString(16).padStart(4, '0')}`;
    const next = isPlain ? char : escaped;
    if (shown.length + next.length > SHOWN_CHARS_MAX) return `"${shown}…"`;
    shown += next;
  }
  return `"${shown}"`;
}
