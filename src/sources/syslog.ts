/** Lines of syslog, whose header may stand before a record: RFC 3164, RFC 5424, and what relays write to files (the same without the priority). */

/** Up to here a record is sought behind a header: in bytes, or where text was decoded already in UTF-16 units. */
export const SYSLOG_HEADER_MAX = 1_024;

/** @param text  the beginning of a line, 24 characters or all of it; the priority may be missing */
export function beginsAsSyslog(text: string): boolean {
  return /^(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:|(?:\d{1,2} )?\d{4}-\d\d-\d\dT)/.test(text);
}

/** An element of RFC 5424's structured data, at the beginning of a word. Values with a bare `]` are no good form, and common. */
const STRUCTURED_DATA = /(?<=[ \]])\[[^\s="\]]+(?: +[^\s="\]]+="(?:[^"\\]|\\.)*")* *\]/g;

/** The text with blanks for structured data, which may hold whatever begins a record; every other character stands where it stood. */
export function withoutStructuredData(text: string): string {
  return text.includes('[') ? text.replace(STRUCTURED_DATA, (element) => ' '.repeat(element.length)) : text;
}
