/**
 * Records of which a shipper kept what Windows rendered: Splunk's classic text, and the message of a Security record about a process.
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

/** Of a message's section: its heading stands alone on a line and ends in a colon, in the wide one of Chinese and Japanese too. */
const HEADING = /^[^\s:：][^:：\t]{0,80}[:：]$/;
/** Of an indented line: what stands behind its label. No language has a colon in the label. */
const ENTRY = /^(?:\t| {2})\s*[^\s:：][^:：\t]{0,80}[:：](.*)$/;
const HEX = /^0x[\da-f]{1,16}$/i;

const ACCOUNT = ['UserSid', 'UserName', 'DomainName', 'LogonId'] as const;

/**
 * The data of Security 4688 or 4689, under their own names; `undefined` where the message is no such one. Windows renders it in the language
 * of the machine, so values are told by their place: of a creation the accounts of creator and target (Windows 7 has the first alone), then
 * the process, whose ids are the only texts in hex. What an attacker wrote, the command line, is the last of them.
 */
export function processInMessage(message: string, eventId: number): Record<string, unknown> | undefined {
  const sections = sectionsOf(message);
  const place = sections.findIndex(([first = '']) => HEX.test(first));
  const [subject, target] = sections.slice(0, place);
  if (place < 1 || place > 2 || !isAccount(subject) || (place === 2 && !isAccount(target))) return undefined;
  const process = eventId === 4688 ? createdIn(sections[place] ?? []) : endedIn(sections[place] ?? []);
  return process && Object.assign(accountIn(subject, 'Subject'), accountIn(target, 'Target'), process);
}

/** The values of each section's lines. */
function sectionsOf(message: string): string[][] {
  const sections: string[][] = [];
  for (const line of message.slice(0, CHARS_MAX).split('\n', LINES_MAX)) {
    const text = line.trimEnd();
    if (HEADING.test(text)) sections.push([]);
    const value = ENTRY.exec(text)?.[1];
    if (value !== undefined) sections.at(-1)?.push(value.trim());
  }
  return sections;
}

function isAccount(values: readonly string[] | undefined): boolean {
  return values !== undefined && values.length === ACCOUNT.length && HEX.test(values[3] ?? '');
}

function accountIn(values: readonly string[] | undefined, role: 'Subject' | 'Target'): Record<string, unknown> {
  const fields = bag();
  for (const [index, name] of ACCOUNT.entries()) if (values !== undefined) fields[role + name] = values[index];
  return fields;
}

/** Windows 10 added the label and the parent's name together, both before what older ones had behind it. */
function createdIn(values: readonly string[]): Record<string, unknown> | undefined {
  const [NewProcessId, NewProcessName, TokenElevationType, ...rest] = values;
  const isOld = HEX.test(rest[0] ?? '');
  const names = isOld
    ? ['ProcessId', 'CommandLine']
    : ['MandatoryLabel', 'ProcessId', 'ParentProcessName', 'CommandLine'];
  if (!HEX.test(rest[names.indexOf('ProcessId')] ?? '')) return undefined;
  const fields: Record<string, unknown> = { NewProcessId, NewProcessName, TokenElevationType };
  for (const [index, name] of names.entries()) if (rest[index] !== undefined) fields[name] = rest[index];
  return fields;
}

function endedIn([ProcessId, ProcessName, Status]: readonly string[]): Record<string, unknown> | undefined {
  return HEX.test(Status ?? '') ? { ProcessId, ProcessName, Status } : undefined;
}
