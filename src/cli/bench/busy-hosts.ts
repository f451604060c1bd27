/** Hosts that were all switched on in the same morning, with as many processes as offices have, none of which has ended. */

import { hashesOf } from '../../app/simulate/program.js';

/** Processes of one host. */
export const PER_HOST = 200;
const START_MS = Date.UTC(2026, 0, 5, 7, 30);

interface Role {
  readonly image: string;
  /** Place of the parent in `ROLES`. */
  readonly parent: number;
  readonly user: 'system' | 'person';
  readonly commandLine: (host: number, index: number) => string;
}

const SERVICES = 3;
const EXPLORER = 5;
const BROWSER = 6;
const CHAT = 7;
const EDITOR = 8;

/** The first processes of a host by their index; those after them are services, a browser's and other programs' children, and tools. */
const ROLES: readonly Role[] = [
  role('System', 0, 'system', () => ''),
  role('C:\\Windows\\System32\\smss.exe', 0, 'system', () => '\\SystemRoot\\System32\\smss.exe'),
  role('C:\\Windows\\System32\\wininit.exe', 1, 'system', () => 'wininit.exe'),
  role('C:\\Windows\\System32\\services.exe', 2, 'system', () => 'C:\\Windows\\system32\\services.exe'),
  role('C:\\Windows\\System32\\winlogon.exe', 1, 'system', () => 'winlogon.exe'),
  role('C:\\Windows\\explorer.exe', 4, 'person', () => 'C:\\Windows\\Explorer.EXE'),
  role(
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    EXPLORER,
    'person',
    () => '"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" ',
  ),
  role(
    'C:\\Program Files\\WindowsApps\\MSTeams_25290\\ms-teams.exe',
    EXPLORER,
    'person',
    () => '"C:\\Program Files\\WindowsApps\\MSTeams_25290\\ms-teams.exe" --autostart',
  ),
  role(
    'C:\\Users\\Public\\Apps\\VS Code\\Code.exe',
    EXPLORER,
    'person',
    () => '"C:\\Users\\Public\\Apps\\VS Code\\Code.exe" --unity-launch',
  ),
];

const LATER: readonly Role[] = [
  role(
    'C:\\Windows\\System32\\svchost.exe',
    SERVICES,
    'system',
    (_, index) => `C:\\Windows\\system32\\svchost.exe -k LocalSystemNetworkRestricted -p -s Service${index}`,
  ),
  role(
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    BROWSER,
    'person',
    (host, index) =>
      `"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --type=renderer --lang=en-US --device-scale-factor=1 --num-raster-threads=4 --renderer-client-id=${index} --time-ticks-at-unix-epoch=-17674${host}${index}81 --launch-time-ticks=${host}${index}9 --field-trial-handle=${2000 + index},i,${host * 7919 + index},262144 --mojo-platform-channel-handle=${3000 + index} /prefetch:1`,
  ),
  role(
    'C:\\Windows\\System32\\svchost.exe',
    SERVICES,
    'system',
    (_, index) => `C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule${index}`,
  ),
  role(
    'C:\\Program Files\\WindowsApps\\MSTeams_25290\\ms-teams.exe',
    CHAT,
    'person',
    (host, index) =>
      `"C:\\Program Files\\WindowsApps\\MSTeams_25290\\ms-teams.exe" --type=utility --user-data-dir="C:\\Users\\user${host}\\AppData\\Local\\Teams" --service=${index}`,
  ),
  role(
    'C:\\Users\\Public\\Apps\\VS Code\\Code.exe',
    EDITOR,
    'person',
    (host, index) =>
      `"C:\\Users\\Public\\Apps\\VS Code\\Code.exe" --ms-enable-electron-run-as-node server.js ${host}.${index}`,
  ),
];

function role(image: string, parent: number, user: Role['user'], commandLine: Role['commandLine']): Role {
  return { image, parent, user, commandLine };
}

/** Three of eight are ordinary programs that a person started, each a chain of its own. */
function roleOf(index: number): Role {
  if (index < ROLES.length) return ROLES[index]!;
  const turn = index % 8;
  if (turn < LATER.length) return LATER[turn]!;
  const image = `C:\\Program Files\\Vendor ${turn}\\Product ${index}\\program${index}.exe`;
  return role(image, EXPLORER, 'person', (host) => `"${image}" --profile "C:\\Users\\user${host}\\Documents"`);
}

/** A creation with all fields that Sysmon gives it. */
export function creationRecord(hostname: string, host: number, index: number): Record<string, unknown> {
  const { image, parent, user, commandLine } = roleOf(index);
  const by = roleOf(parent);
  const fileName = image.slice(image.lastIndexOf('\\') + 1);
  const time = new Date(START_MS + index * 30_000 + (host % 30_000)).toISOString().replace('T', ' ').replace('Z', '');
  const name = (each: Role): string => (each.user === 'system' ? 'NT AUTHORITY\\SYSTEM' : `EXAMPLE\\user${host}`);
  return {
    EventTime: time.slice(0, 19),
    Hostname: hostname,
    SourceName: 'Microsoft-Windows-Sysmon',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    RecordNumber: 100_000 + index,
    ExecutionProcessID: 3104,
    RuleName: '-',
    UtcTime: time,
    ProcessGuid: guid(host, index),
    ProcessId: 1000 + 4 * index,
    Image: image,
    User: name({ ...by, user }),
    CommandLine: commandLine(host, index),
    CurrentDirectory: user === 'system' ? 'C:\\Windows\\system32\\' : `C:\\Users\\user${host}\\`,
    LogonGuid: guid(host, 999),
    LogonId: '0x5a2f1',
    TerminalSessionId: 1,
    IntegrityLevel: user === 'system' ? 'System' : 'Medium',
    // Three releases of each program are about.
    Hashes: hashesOf(`${image}|${host % 3}`),
    FileVersion: '10.0.26100.1',
    Description: fileName,
    Product: 'Product',
    Company: 'Company',
    OriginalFileName: fileName,
    ParentProcessGuid: guid(host, parent),
    ParentProcessId: 1000 + 4 * parent,
    ParentImage: by.image,
    ParentCommandLine: by.commandLine(host, parent),
    ParentUser: name(by),
  };
}

function guid(host: number, index: number): string {
  const seconds = Math.floor(START_MS / 1000 + index * 30).toString(16);
  const machine = host.toString(16).padStart(8, '0');
  const tail = (index + 1).toString(16).padStart(12, '0');
  return `{${machine}-${seconds.slice(4)}-${seconds.slice(0, 4)}-0000-${tail}}`.toUpperCase();
}
