/**
 * Records of which a shipper kept what Windows rendered: Splunk's classic text, and the English message of a Security record about a process.
 * A command line is an attacker's text and comes last in both, so of a name that comes twice the first one counts.
 */

import { bag, type Tree } from './tree.js';

/** A rendered record has some thirty lines; what is longer is text that somebody put into one of them. */
const CHARS_MAX = 65_536;
const LINES_MAX = 200;

/** Splunk's: a local time, `Name=value` lines, and the message behind `Message=` to the end. `undefined` where it is something else. */
export function classicText(text: string): Tree | undefined {
  if (!/^\s*\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d(?:\.\d+)? [AP]M\r?\nLogName=/.test(text)) return undefined;
  const record = bag();
  const whole = text.slice(0, CHARS_MAX).trimStart();
  const [time = '', ...lines] = whole.split('\n', LINES_MAX);
  record['TimeCreated'] = time.trim();
  for (const line of lines) {
    const mark = line.indexOf('=');
    const name = line.slice(0, Math.max(mark, 0));
    if (name === 'Message') {
      record['Message'] = whole.slice(whole.indexOf('\nMessage=') + '\nMessage='.length);
      break;
    }
    if (/^\w+$/.test(name)) record[name] ??= line.slice(mark + 1).trim();
  }
  return record;
}

/** By section of the message and label in it, as Windows 7 to 11 write them. */
const SUBJECT: Readonly<Record<string, string>> = {
  'Security ID': 'UserSid',
  'Account Name': 'UserName',
  'Account Domain': 'DomainName',
  'Logon ID': 'LogonId',
};
const ROLES: ReadonlyMap<string, string> = new Map([
  ['Subject', 'Subject'],
  ['Creator Subject', 'Subject'],
  ['Target Subject', 'Target'],
]);
const CREATED: Readonly<Record<string, string>> = {
  'New Process ID': 'NewProcessId',
  'New Process Name': 'NewProcessName',
  'Token Elevation Type': 'TokenElevationType',
  'Mandatory Label': 'MandatoryLabel',
  'Creator Process ID': 'ProcessId',
  'Creator Process Name': 'ParentProcessName',
  'Process Command Line': 'CommandLine',
};
const ENDED: Readonly<Record<string, string>> = {
  'Process ID': 'ProcessId',
  'Process Name': 'ProcessName',
  'Exit Status': 'Status',
};

/** The data of Security 4688 or 4689, under their own names; `undefined` where the message is no such one, or in another language. */
export function processInMessage(message: string, eventId: number): Record<string, unknown> | undefined {
  const labels = eventId === 4688 ? CREATED : ENDED;
  const fields = bag();
  let role: string | undefined;
  let hasProcess = false;
  for (const line of message.slice(0, CHARS_MAX).split('\n', LINES_MAX)) {
    const match = /^(\t| {2,})?([A-Z][A-Za-z ]{2,30}):(.*)$/.exec(line.trimEnd());
    if (match === null) continue;
    const [, indent, label = '', rest = ''] = match;
    if (indent === undefined && rest.trim() === '') {
      role = ROLES.get(label);
      hasProcess ||= label === 'Process Information';
      continue;
    }
    const name = role === undefined ? labels[label] : `${role}${SUBJECT[label] ?? ''}`;
    if (name !== undefined && name !== role && fields[name] === undefined) fields[name] = rest.trim();
  }
  return hasProcess ? fields : undefined;
}
