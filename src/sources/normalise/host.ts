/** The machine an event is about. Never the machine that carried it: `host`, `agent` and syslog's hostname are the forwarder's. */

let lastText = '';
let lastHost = '';

/** The name as Windows gives it, lower case, with its domain where it has one. Events of one host come in runs, so the last is kept. */
export function hostName(value: unknown): string {
  if (typeof value !== 'string') return '';
  if (value === lastText) return lastHost;
  let host = value.trim().toLowerCase();
  if (host.endsWith('.')) host = host.slice(0, -1);
  // A DNS name has 253 characters at most; what is longer is no machine, and would be kept in every index.
  if (host.length > 255) host = '';
  lastText = value;
  lastHost = host;
  return host;
}
