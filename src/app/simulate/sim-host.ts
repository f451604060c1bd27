/** One simulated host: its processes, what is planned for it, and the Sysmon records that come of it, in order of time. */

import { hashesOf, type Program } from './program.js';
import { Random } from './random.js';

/** Values of a Sysmon record beside those that every record has. */
export type RecordFields = Readonly<Record<string, string | number>>;

export interface SimProcess {
  readonly guid: string;
  readonly pid: number;
  readonly program: Program;
  readonly commandLine: string;
  readonly user: string;
  readonly integrity: string;
  readonly session: number;
  readonly startMs: number;
  readonly parent: SimProcess | undefined;
  alive: boolean;
}

export interface SpawnOptions {
  readonly user?: string;
  readonly integrity?: string;
  readonly session?: number;
  readonly currentDirectory?: string;
}

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: (atMs: number) => void;
}

interface Written {
  readonly atMs: number;
  readonly order: number;
  readonly eventId: number;
  readonly fields: RecordFields;
}

const SYSTEM_USER = 'NT AUTHORITY\\SYSTEM';
const PIDS_MAX = 15_000;

export class SimHost {
  readonly random: Random;
  readonly user: string;
  readonly profileFolder: string;
  readonly ip: string;
  /** Long-lived processes by role, once the host has booted. */
  readonly running = new Map<string, SimProcess>();
  readonly #machineId: string;
  readonly #planned: Planned[] = [];
  #written: Written[] = [];
  #order = 0;
  #recordNumber: number;
  readonly #pids = new Set<number>();
  #nextPid = 400;

  constructor(
    readonly name: string,
    readonly index: number,
    seed: string,
    /** Multiplies how much goes on. */
    readonly noise: number,
  ) {
    this.random = new Random(`${seed}|${name}`);
    this.#machineId = this.random.hex(8);
    this.#recordNumber = this.random.integer(10_000, 400_000);
    const person = `${this.random.pick(GIVEN_NAMES)}.${this.random.pick(FAMILY_NAMES)}`;
    this.user = `CORP\\${person}`;
    this.profileFolder = `C:\\Users\\${person}`;
    this.ip = `10.20.${Math.floor(index / 250)}.${(index % 250) + 2}`;
  }

  at(atMs: number, run: (atMs: number) => void): void {
    this.#planned.push({ atMs, order: this.#order++, run });
  }

  /** Every `meanMs` or so, faster with more noise, from `fromMs` until `untilMs`. */
  every(meanMs: number, fromMs: number, untilMs: number, run: (atMs: number) => void): void {
    const next = (afterMs: number): void => {
      const atMs = afterMs + this.random.around(meanMs / this.noise);
      if (atMs >= untilMs) return;
      this.at(atMs, () => {
        run(atMs);
        next(atMs);
      });
    };
    next(fromMs);
  }

  /** Runs what is planned before `untilMs`. @returns true if anything was */
  run(untilMs: number): boolean {
    let ran = false;
    for (let due = this.#due(untilMs); due.length > 0; due = this.#due(untilMs)) {
      for (const planned of due) planned.run(planned.atMs);
      ran = true;
    }
    return ran;
  }

  /** The records of the time before `untilMs`, oldest first; each is given once. */
  take(untilMs: number): string[] {
    const ready = this.#written.filter((each) => each.atMs < untilMs);
    if (ready.length > 0) this.#written = this.#written.filter((each) => each.atMs >= untilMs);
    ready.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
    return ready.map((each) => this.#line(each));
  }

  write(eventId: number, atMs: number, fields: RecordFields): void {
    this.#written.push({ atMs, order: this.#order++, eventId, fields });
  }

  /** Starts a process: Sysmon 1 and the loads of its first libraries. */
  spawn(
    parent: SimProcess | undefined,
    program: Program,
    commandLine: string,
    atMs: number,
    options: SpawnOptions = {},
  ): SimProcess {
    const pid = this.#freePid();
    const process: SimProcess = {
      guid: this.#guid(atMs, pid),
      pid,
      program,
      commandLine,
      user: options.user ?? parent?.user ?? SYSTEM_USER,
      integrity: options.integrity ?? parent?.integrity ?? 'System',
      session: options.session ?? parent?.session ?? 0,
      startMs: atMs,
      parent,
      alive: true,
    };
    this.write(1, atMs, {
      ...subject(process),
      CommandLine: commandLine,
      CurrentDirectory:
        options.currentDirectory ??
        (process.user === SYSTEM_USER ? 'C:\\Windows\\system32\\' : `${this.profileFolder}\\`),
      LogonGuid: `{${this.#machineId}-0000-0000-0000-${process.session.toString(16).padStart(12, '0')}}`,
      LogonId: process.user === SYSTEM_USER ? '0x3e7' : '0x5a2f1',
      TerminalSessionId: process.session,
      IntegrityLevel: process.integrity,
      Hashes: program.hashes,
      FileVersion: '10.0.26100.1',
      Description: program.description,
      Product: program.product,
      Company: program.company,
      OriginalFileName: program.originalFileName,
      ParentProcessGuid: parent?.guid ?? '{00000000-0000-0000-0000-000000000000}',
      ParentProcessId: parent?.pid ?? 0,
      ParentImage: parent?.program.image ?? '-',
      ParentCommandLine: parent?.commandLine ?? '-',
      ParentUser: parent?.user ?? '-',
    });
    for (const [offset, library] of ['ntdll.dll', 'kernel32.dll', 'KernelBase.dll'].entries()) {
      this.loadImage(process, `C:\\Windows\\System32\\${library}`, atMs + 3 + offset);
    }
    return process;
  }

  exit(process: SimProcess, atMs: number): void {
    if (!process.alive) return;
    process.alive = false;
    this.#pids.delete(process.pid);
    this.write(5, atMs, subject(process));
  }

  /** A process that lives for a while and is gone. */
  brief(
    parent: SimProcess | undefined,
    program: Program,
    commandLine: string,
    atMs: number,
    lifeMs: number,
    options: SpawnOptions = {},
  ): SimProcess {
    const process = this.spawn(parent, program, commandLine, atMs, options);
    this.at(atMs + lifeMs, (endMs) => this.exit(process, endMs));
    return process;
  }

  loadImage(process: SimProcess, path: string, atMs: number, signed = true): void {
    this.write(7, atMs, {
      ...subject(process),
      ImageLoaded: path,
      FileVersion: '10.0.26100.1',
      Description: path.slice(path.lastIndexOf('\\') + 1),
      Product: signed ? 'Microsoft® Windows® Operating System' : '-',
      Company: signed ? 'Microsoft Corporation' : '-',
      OriginalFileName: signed ? path.slice(path.lastIndexOf('\\') + 1) : '-',
      Hashes: hashesOf(path),
      Signed: signed ? 'true' : 'false',
      Signature: signed ? 'Microsoft Windows' : '-',
      SignatureStatus: signed ? 'Valid' : 'Unavailable',
    });
  }

  connect(process: SimProcess, ip: string, port: number, atMs: number, hostName = ''): void {
    this.write(3, atMs, {
      ...subject(process),
      Protocol: 'tcp',
      Initiated: 'true',
      SourceIsIpv6: 'false',
      SourceIp: this.ip,
      SourceHostname: this.name,
      SourcePort: 49_152 + ((atMs >> 3) % 16_000),
      DestinationIsIpv6: 'false',
      DestinationIp: ip,
      DestinationHostname: hostName,
      DestinationPort: port,
    });
  }

  query(process: SimProcess, name: string, answer: string, atMs: number): void {
    this.write(22, atMs, { ...subject(process), QueryName: name, QueryStatus: '0', QueryResults: `::ffff:${answer};` });
  }

  createFile(process: SimProcess, path: string, atMs: number): void {
    this.write(11, atMs, { ...subject(process), TargetFilename: path, CreationUtcTime: utc(atMs) });
  }

  setValue(process: SimProcess, target: string, details: string, atMs: number): void {
    this.write(13, atMs, { ...subject(process), EventType: 'SetValue', TargetObject: target, Details: details });
  }

  access(source: SimProcess, target: SimProcess, mask: string, trace: string, atMs: number): void {
    this.write(10, atMs, {
      SourceProcessGUID: source.guid,
      SourceProcessId: source.pid,
      SourceThreadId: source.pid + 4,
      SourceImage: source.program.image,
      TargetProcessGUID: target.guid,
      TargetProcessId: target.pid,
      TargetImage: target.program.image,
      GrantedAccess: mask,
      CallTrace: trace,
      SourceUser: source.user,
      TargetUser: target.user,
    });
  }

  remoteThread(source: SimProcess, target: SimProcess, atMs: number): void {
    this.write(8, atMs, {
      SourceProcessGuid: source.guid,
      SourceProcessId: source.pid,
      SourceImage: source.program.image,
      TargetProcessGuid: target.guid,
      TargetProcessId: target.pid,
      TargetImage: target.program.image,
      NewThreadId: source.pid + 8,
      StartAddress: '0x000001F2A4B70000',
      StartModule: '-',
      StartFunction: '-',
      SourceUser: source.user,
      TargetUser: target.user,
    });
  }

  pipe(eventId: 17 | 18, process: SimProcess, name: string, atMs: number): void {
    this.write(eventId, atMs, {
      ...subject(process),
      EventType: eventId === 17 ? 'CreatePipe' : 'ConnectPipe',
      PipeName: name,
    });
  }

  /** A running process of the booted host. */
  process(role: string): SimProcess {
    return this.running.get(role) ?? this.running.get('services')!;
  }

  #due(untilMs: number): Planned[] {
    if (!this.#planned.some((each) => each.atMs < untilMs)) return [];
    const due = this.#planned.filter((each) => each.atMs < untilMs);
    const later = this.#planned.filter((each) => each.atMs >= untilMs);
    this.#planned.length = 0;
    this.#planned.push(...later);
    return due.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
  }

  #line(written: Written): string {
    return JSON.stringify({
      EventTime: utc(written.atMs).slice(0, 19),
      Hostname: this.name,
      SourceName: 'Microsoft-Windows-Sysmon',
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: written.eventId,
      RecordNumber: this.#recordNumber++,
      ExecutionProcessID: 3_104,
      RuleName: '-',
      UtcTime: utc(written.atMs),
      ...written.fields,
    });
  }

  /** Pids are multiples of four, handed out in a round, so that they come again as on real hosts. */
  #freePid(): number {
    do this.#nextPid = this.#nextPid + 4 * this.random.integer(1, 40);
    while (this.#pids.has(this.#wrapped()));
    const pid = this.#wrapped();
    this.#pids.add(pid);
    return pid;
  }

  #wrapped(): number {
    return 400 + (this.#nextPid % PIDS_MAX);
  }

  /** Sysmon's form: machine, start time in seconds (low half first), a number of the process. */
  #guid(atMs: number, pid: number): string {
    const seconds = Math.floor(atMs / 1000)
      .toString(16)
      .padStart(8, '0');
    const tail = (this.#order++).toString(16).padStart(8, '0');
    return `{${this.#machineId}-${seconds.slice(4)}-${seconds.slice(0, 4)}-${pid.toString(16).padStart(4, '0')}-0000${tail}}`;
  }
}

function subject(process: SimProcess): RecordFields {
  return { ProcessGuid: process.guid, ProcessId: process.pid, Image: process.program.image, User: process.user };
}

/** `2026-01-05 08:00:00.000`, as Sysmon writes it. */
export function utc(atMs: number): string {
  return new Date(atMs).toISOString().replace('T', ' ').replace('Z', '');
}

const GIVEN_NAMES = [
  'li',
  'anna',
  'wei',
  'marco',
  'sofia',
  'jun',
  'peter',
  'mei',
  'david',
  'yan',
  'laura',
  'hao',
  'nina',
  'omar',
  'lin',
  'eva',
];
const FAMILY_NAMES = [
  'chen',
  'meier',
  'rossi',
  'wang',
  'novak',
  'zhang',
  'smith',
  'garcia',
  'liu',
  'kim',
  'becker',
  'zhou',
  'silva',
  'huang',
];
