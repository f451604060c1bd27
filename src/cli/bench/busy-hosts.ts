/** Hosts with as many processes as office machines have, all of which live. */

import { createHash } from 'node:crypto';

/** Processes of one host. */
export const PER_HOST = 200;
/** Of these, the others are children. */
const PARENTS = 20;
const PROGRAMS = 300;
const START_MS = Date.UTC(2026, 0, 5, 9);

/** A creation as Sysmon tells it, with texts as long as usual: what repeats in truth repeats here. */
export function creationRecord(host: number, index: number): Record<string, unknown> {
  const parent = index < PARENTS ? 0 : index % PARENTS;
  const program = (each: number): string =>
    each === 0 ? 'C:\\Windows\\explorer.exe' : `C:\\Program Files\\Vendor\\program${(host + each) % PROGRAMS}.exe`;
  const commandLine = (each: number): string =>
    `"${program(each)}" --type=renderer --session=${host}-${each} --user-data-dir="C:\\Users\\user${host}\\AppData\\Local\\${each}"`;
  const hash = createHash('sha256').update(program(index)).digest('hex').toUpperCase();
  const atMs = START_MS + index * 1000 + (host % 1000);
  return {
    SourceName: 'Microsoft-Windows-Sysmon',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    Hostname: `host${host}.example`,
    UtcTime: new Date(atMs).toISOString().replace('T', ' ').replace('Z', ''),
    RecordNumber: index + 1,
    ProcessGuid: guid(host, index),
    ProcessId: 1000 + 4 * index,
    Image: program(index),
    CommandLine: commandLine(index),
    CurrentDirectory: `C:\\Users\\user${host}\\`,
    OriginalFileName: `program${(host + index) % PROGRAMS}.exe`,
    User: `EXAMPLE\\user${host}`,
    IntegrityLevel: 'Medium',
    Hashes: `SHA256=${hash},MD5=${hash.slice(32)}`,
    ParentProcessGuid: guid(host, parent),
    ParentProcessId: 1000 + 4 * parent,
    ParentImage: program(parent),
    ParentCommandLine: commandLine(parent),
  };
}

function guid(host: number, index: number): string {
  const seconds = Math.floor(START_MS / 1000 + index).toString(16);
  const hostPart = host.toString(16).padStart(8, '0');
  return `{${hostPart}-${seconds.slice(4)}-${seconds.slice(0, 4)}-0000-${(index + 1).toString(16).padStart(12, '0')}}`;
}
