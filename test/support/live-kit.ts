/** A live service on a real log and a real state in a folder of its own, with rules as plain as can be; for tests of `src/app` and of faults. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { IncomingEvent } from '../../src/app/live-ports.js';
import { LiveService, type LiveParts } from '../../src/app/live/live-service.js';
import type { LiveTrouble } from '../../src/app/live/pipeline.js';
import type { CompiledPacks, PackSource } from '../../src/app/policy/compile-packs.js';
import { DEFAULT_POLICY } from '../../src/engine/policy.js';
import type { EventLog, Pause } from '../../src/app/ports.js';
import type { Event } from '../../src/engine/event/event.js';
import { openEventLog, type EventLogOptions } from '../../src/log/event-log.js';
import { createJsonDecoder } from '../../src/sources/json/json.js';
import { openStateStore, type StateStore } from '../../src/store/state-store.js';
import { ruleSet } from './rules.js';

export const pause: Pause = { turn: () => nextTurn(), sleep: (ms) => wait(ms) };

export class HandClock {
  constructor(public timeMs = Date.UTC(2026, 0, 5, 12, 0, 0)) {}
  nowMs(): number {
    return this.timeMs;
  }
}

/** A pack whose one file is JSON: rules that match where `Image` ends with `image`. */
export interface PlainRule {
  readonly id: string;
  readonly image: string;
  readonly points: number;
  readonly techniques?: readonly string[];
}

export function plainPack(...rules: readonly PlainRule[]): PackSource {
  return { name: 'plain', files: [{ path: 'plain.yml', text: JSON.stringify(rules) }] };
}

export function compilePlain(packs: readonly PackSource[]): CompiledPacks {
  const rules = packs.flatMap(({ files }) => files.flatMap(({ text }) => JSON.parse(text) as PlainRule[]));
  return {
    rules: ruleSet(
      rules.map((rule) => ({ ...rule, when: (event) => imageOf(event).endsWith(rule.image) })),
      [],
      JSON.stringify(rules),
    ),
    packs: packs.map(({ name }) => name),
    diagnostics: [],
  };
}

function imageOf(event: Event): string {
  const image = event.fields['Image'];
  return typeof image === 'string' ? image : '';
}

export const PLAIN_RULES: readonly PlainRule[] = [
  { id: 'evil', image: 'evil.exe', points: 100, techniques: ['T1059'] },
  { id: 'worse', image: 'worse.exe', points: 80, techniques: ['T1003'] },
  { id: 'odd', image: 'odd.exe', points: 10, techniques: ['T1112'] },
];

export interface Live {
  readonly service: LiveService;
  readonly log: EventLog;
  readonly state: StateStore;
  readonly troubles: LiveTrouble[];
  /** As at a normal stop. */
  close(): Promise<void>;
}

export interface LiveOptions {
  readonly log?: EventLogOptions;
  readonly parts?: Partial<LiveParts>;
}

/** Opens the folder without starting: `service.start()` reads the log. */
export async function openLive(folder: string, options: LiveOptions = {}): Promise<Live> {
  await mkdir(folder, { recursive: true });
  const state = openStateStore(join(folder, 'state.sqlite'));
  const log = await openEventLog(join(folder, 'log'), {
    lastKnownPosition: state.effects.committedPosition,
    ...options.log,
  });
  const troubles: LiveTrouble[] = [];
  const service = new LiveService({
    log,
    store: state.effects,
    clock: { nowMs: () => Date.now() },
    pause,
    decoder: createJsonDecoder,
    compile: compilePlain,
    readPacks: () => Promise.resolve([plainPack(...PLAIN_RULES)]),
    settings: DEFAULT_POLICY,
    plugins: [],
    onTrouble: (trouble) => troubles.push(trouble),
    ...options.parts,
  });
  return {
    service,
    log,
    state,
    troubles,
    async close() {
      await service.stop();
      await log.close();
      state.close();
    },
  };
}

/** Any JSON record, decoded as the server decodes it. */
export function incoming(...records: readonly object[]): IncomingEvent[] {
  const events: IncomingEvent[] = [];
  const decoder = createJsonDecoder({
    event: (event, raw) => events.push({ event, raw: Buffer.from(raw ?? []) }),
    skip: (skip) => {
      throw new Error(`a test made a record that is none: ${skip.message}`);
    },
  });
  decoder.push(Buffer.from(records.map((record) => JSON.stringify(record)).join('\n')));
  decoder.end();
  return events;
}

export interface SysmonRecord {
  readonly number: number;
  readonly eventId?: number;
  readonly host?: string;
  readonly atMs?: number;
  readonly guid: string;
  readonly pid?: number;
  readonly image: string;
  readonly parent?: { readonly guid: string; readonly image: string };
}

const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);

/** A Sysmon event in the flat shape, about one process. */
export function sysmon(record: SysmonRecord): object {
  const timeMs = START_MS + (record.atMs ?? record.number * 10);
  return {
    EventID: record.eventId ?? 1,
    SourceName: 'Microsoft-Windows-Sysmon',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Hostname: record.host ?? 'ws1.corp.example',
    RecordNumber: record.number,
    UtcTime: new Date(timeMs).toISOString().replace('T', ' ').replace('Z', ''),
    ProcessGuid: record.guid,
    ProcessId: String(record.pid ?? 4000 + record.number),
    Image: `C:\\Tools\\${record.image}`,
    CommandLine: record.image,
    User: 'CORP\\li',
    ...(record.parent === undefined
      ? {}
      : {
          ParentProcessGuid: record.parent.guid,
          ParentProcessId: '77',
          ParentImage: `C:\\Tools\\${record.parent.image}`,
        }),
  };
}

/** A GUID whose time part lies at the start of the tests' day. */
export function guid(number: number): string {
  const seconds = Math.floor(START_MS / 1000).toString(16);
  return `{0badcafe-${seconds.slice(4)}-${seconds.slice(0, 4)}-0000-${number.toString(16).padStart(12, '0')}}`;
}

/** shell.exe starts evil.exe starts worse.exe: 180 points. */
export function attack(host = 'ws1.corp.example', first = 1): object[] {
  const [shell, evil, worse] = [guid(first), guid(first + 1), guid(first + 2)];
  return [
    sysmon({ number: first, host, guid: shell, image: 'shell.exe' }),
    sysmon({ number: first + 1, host, guid: evil, image: 'evil.exe', parent: { guid: shell, image: 'shell.exe' } }),
    sysmon({ number: first + 2, host, guid: worse, image: 'worse.exe', parent: { guid: evil, image: 'evil.exe' } }),
  ];
}
