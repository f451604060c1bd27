/** The machine an event is about. Never the machine that carried it: `host`, `agent` and syslog's hostname are the forwarder's. */

export interface HostName {
  /** As rules meet it: in the letters of the record, without blanks around it and without a final dot. */
  readonly computer: string;
  /** The same in lower case. */
  readonly host: string;
}

const NO_HOST: HostName = { computer: '', host: '' };

let lastText = '';
let lastName = NO_HOST;

/** The name as Windows gives it, with its domain where it has one. Events of one host come in runs, so the last is kept. */
export function hostName(value: unknown): HostName {
  if (typeof value !== 'string') return NO_HOST;
  if (value === lastText) return lastName;
  let computer = value.trim();
  if (computer.endsWith('.')) computer = computer.slice(0, -1);
  lastText = value;
  // A DNS name has 253 characters at most; what is longer is no machine, and would be kept in every index.
  lastName = computer.length > 255 ? NO_HOST : { computer, host: computer.toLowerCase() };
  return lastName;
}
