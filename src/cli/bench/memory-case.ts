/**
 * What a live process weighs: hosts that were all switched on in the same morning, each with 200 processes of which none has ended. In a process of its
 * own, so that resident memory is that of the engine and of the program, and of nothing that was measured before.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hashesOf } from '../../app/simulate/program.js';
import { Engine } from '../../engine/engine.js';
import type { EnginePlugin } from '../../engine/plugin/plugin.js';
import type { Policy } from '../../engine/policy.js';
import { createDecoder } from '../../sources/index.js';
import type { BenchCase } from './cases.js';

const PER_HOST = 200;
/** What is to hold: 10,000 hosts in 3 GiB. */
const LINE_BYTES = 3 * 2 ** 30;
const LINE_PROCESSES = 10_000 * PER_HOST;
/** As live detection takes effects: now and then. */
const DRAIN_EVERY = 1000;
const BATCH_BYTES = 256 * 1024;
const START_MS = Date.UTC(2026, 0, 5, 7, 30);

export function memoryCases(policy: Policy, plugins: readonly EnginePlugin[], hosts: number): BenchCase[] {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const engine = new Engine(policy, { recordEvents: true, plugins });
  // What every process shares is there once the first ones are: tables of rules above all.
  feed(engine, 1, 'warm-up');
  engine.forgetHost('warm-up-0.example');
  engine.drain();
  collect();
  const before = process.memoryUsage();
  feed(engine, hosts, 'ws');
  const peak = process.memoryUsage().rss;
  collect();
  const after = process.memoryUsage();
  const processes = engine.processCount;
  const held = (after.heapUsed + after.external - before.heapUsed - before.external) / processes;
  const name = `memory of ${processes} live processes on ${hosts} hosts`;
  const rss = after.rss;
  const scaled = before.rss + ((rss - before.rss) * LINE_PROCESSES) / processes;
  return [
    {
      name,
      value: Math.round(held),
      unit: 'bytes each',
      of: `the line, ${Math.round(LINE_BYTES / LINE_PROCESSES)} bytes each, all in`,
      ratio: held / (LINE_BYTES / LINE_PROCESSES),
    },
    {
      name: `${name}, resident`,
      value: mebibytes(rss),
      unit: 'MiB',
      of: `${mebibytes(before.rss)} MiB without them (${mebibytes(peak)} MiB before what was left over was collected); ${LINE_PROCESSES} of them would be ${mebibytes(scaled)} MiB, against the line of ${mebibytes(LINE_BYTES)}`,
      ratio: scaled / LINE_BYTES,
    },
  ];
}

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Hosts take turns, as they do in a morning; all comes as bytes, so that texts are what a decoder makes of them. */
function feed(engine: Engine, hosts: number, prefix: string): void {
  let taken = 0;
  const decoder = createDecoder(
    'json',
    {
      event(event) {
        engine.apply(event, taken);
        if (++taken % DRAIN_EVERY === 0) engine.drain();
      },
      skip: ({ message }) => {
        throw new Error(`The benchmark's own event is not one: ${message}`);
      },
    },
    {},
  );
  let lines = '';
  for (let index = 0; index < PER_HOST; index++) {
    for (let host = 0; host < hosts; host++) {
      lines += `${JSON.stringify(creation(`${prefix}-${host}.example`, host, index))}\n`;
      if (lines.length < BATCH_BYTES) continue;
      decoder.push(Buffer.from(lines));
      lines = '';
    }
  }
  decoder.push(Buffer.from(lines));
  decoder.end();
  engine.drain();
}

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
function creation(hostname: string, host: number, index: number): Record<string, unknown> {
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
