/** A server's parts in memory, as plain as they can be: what the tests of `src/server` stand on where the store itself is not the question. */

import type {
  AccessStore,
  AuditRecord,
  EnrolmentRecord,
  SessionRecord,
  TokenRecord,
  TokenRole,
  UserRecord,
} from '../../src/app/access-ports.js';
import type { HuntRecord, HuntStore } from '../../src/app/hunt-ports.js';
import type {
  HuntedChain,
  Hunter,
  IncomingEvent,
  Intake,
  LiveNotice,
  LiveNotices,
  PluginDesk,
  PolicyDesk,
  RuleCost,
  RulesInForce,
  SampleMaker,
  Sender,
  TakeAnswer,
} from '../../src/app/live-ports.js';
import type {
  HostRecord,
  Page,
  PageRequest,
  StateQueries,
  StoredThreat,
  TreeRow,
  VolumeRow,
} from '../../src/app/query-ports.js';
import type { ChainRecord, EventRecord, ProcessRecord } from '../../src/engine/effects.js';
import type { Exception } from '../../src/engine/score/exception.js';
import type { Threat } from '../../src/engine/score/threat.js';
import { ByteCopies } from '../../src/app/live/byte-copies.js';
import { DecodedDelivery } from '../../src/app/live/delivery.js';
import type { DecoderMaker } from '../../src/app/replay/stored-event.js';
import { makeToken } from '../../src/server/access/make-token.js';
import { createJsonDecoder } from '../../src/sources/json/json.js';
import type { ServerParts } from '../../src/server/parts.js';
import { invalidCursor } from '../../src/store/cursor.js';

export class FakeClock {
  constructor(public timeMs = Date.UTC(2026, 0, 2, 3, 4, 5)) {}
  nowMs(): number {
    return this.timeMs;
  }
}

function pageOf<Item>(items: readonly Item[], { limit, cursor }: PageRequest): Page<Item> {
  const start = Number(cursor ?? 0);
  if (Number.isNaN(start)) throw invalidCursor();
  const end = start + limit;
  return {
    items: items.slice(start, end),
    next: end < items.length ? String(end) : undefined,
    count: { items: items.length, exact: true },
  };
}

export class FakeAccess implements AccessStore {
  readonly #users = new Map<string, UserRecord>();
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #tokens = new Map<string, TokenRecord>();
  readonly #enrolments = new Map<string, EnrolmentRecord>();
  readonly #facts = new Map<string, string>();
  readonly entries: AuditRecord[] = [];

  users = () => [...this.#users.values()];
  user = (name: string) => this.#users.get(name.toLowerCase());
  addUser(user: UserRecord): boolean {
    if (this.user(user.name) !== undefined) return false;
    this.#users.set(user.name.toLowerCase(), user);
    return true;
  }
  changeUser(name: string, change: Partial<UserRecord>): boolean {
    const user = this.user(name);
    if (user === undefined) return false;
    this.#users.set(name.toLowerCase(), { ...user, ...change });
    return true;
  }
  removeUser(name: string): boolean {
    this.removeSessionsOf(name);
    return this.#users.delete(name.toLowerCase());
  }
  addSession = (session: SessionRecord) => void this.#sessions.set(session.idHash, session);
  session = (idHash: string) => this.#sessions.get(idHash);
  removeSession = (idHash: string) => void this.#sessions.delete(idHash);
  removeSessionsOf(user: string): void {
    for (const session of this.#sessions.values()) if (session.user === user) this.removeSession(session.idHash);
  }
  removeSessionsExpired(nowMs: number): void {
    for (const session of this.#sessions.values()) if (session.expiresMs <= nowMs) this.removeSession(session.idHash);
  }
  tokens = () => [...this.#tokens.values()];
  tokenByHash = (hash: string) => this.tokens().find(({ secretHash }) => secretHash === hash);
  addToken = (token: TokenRecord) => void this.#tokens.set(token.id, token);
  removeToken = (id: string) => this.#tokens.delete(id);
  touchToken(id: string, usedMs: number): void {
    const token = this.#tokens.get(id);
    if (token !== undefined) this.#tokens.set(id, { ...token, lastUsedMs: usedMs });
  }
  enrolments = () => [...this.#enrolments.values()];
  enrolmentByHash = (hash: string) => this.enrolments().find(({ codeHash }) => codeHash === hash);
  addEnrolment = (enrolment: EnrolmentRecord) => void this.#enrolments.set(enrolment.id, enrolment);
  useEnrolment(id: string, nowMs: number): boolean {
    const enrolment = this.#enrolments.get(id);
    if (enrolment === undefined || enrolment.usesLeft === 0 || enrolment.expiresMs <= nowMs) return false;
    this.#enrolments.set(id, { ...enrolment, usesLeft: enrolment.usesLeft - 1 });
    return true;
  }
  removeEnrolment = (id: string) => this.#enrolments.delete(id);
  addAudit = (entry: AuditRecord) => void this.entries.push(entry);
  audit(filter: { who?: string | undefined; action?: string | undefined }, page: PageRequest) {
    const numbered = this.entries.map((entry, index) => ({ ...entry, id: index + 1 })).reverse();
    return pageOf(
      numbered.filter(
        ({ who, action }) =>
          (filter.who === undefined || who === filter.who) && (filter.action === undefined || action === filter.action),
      ),
      page,
    );
  }
  fact = (name: string) => this.#facts.get(name);
  setFact = (name: string, value: string | undefined) =>
    void (value === undefined ? this.#facts.delete(name) : this.#facts.set(name, value));
}

export class FakeState implements StateQueries {
  readonly stored = new Map<string, StoredThreat>();
  readonly chains = new Map<string, ChainRecord>();
  readonly allProcesses = new Map<string, ProcessRecord>();
  readonly allHosts = new Map<string, HostRecord>();
  /** `HostStream.toText` by host. */
  readonly streams = new Map<string, string>();
  events: EventRecord[] = [];
  volumes: (VolumeRow & { readonly host: string })[] = [];

  threats(filter: { verdict?: string | undefined; host?: string | undefined }, page: PageRequest): Page<StoredThreat> {
    const all = [...this.stored.values()]
      .filter(({ decision }) => filter.verdict === undefined || decision.verdict === filter.verdict)
      .filter(({ threat }) => filter.host === undefined || threat.host === filter.host)
      .sort((a, b) => b.threat.score - a.threat.score);
    return pageOf(all, page);
  }
  threat = (id: string) => this.stored.get(id);
  decide: StateQueries['decide'] = (id, change, by, nowMs, revision) => {
    const before = this.stored.get(id);
    if (before === undefined) return { kind: 'missing' };
    if (revision !== undefined && revision !== before.decision.revision) return { kind: 'conflict', current: before };
    const decision = {
      ...before.decision,
      ...change,
      changed: false,
      handledBy: by,
      handledMs: nowMs,
      revision: before.decision.revision + 1,
    };
    const after = { threat: before.threat, decision } as StoredThreat;
    this.stored.set(id, after);
    return { kind: 'done', before, after };
  };
  removeThreat = (id: string) => this.stored.delete(id);
  threatCounts() {
    const count = (verdict: string) =>
      [...this.stored.values()].filter(({ decision }) => decision.verdict === verdict).length;
    return { open: count('open'), confirmed: count('confirmed'), ignored: count('ignored'), changed: 0 };
  }
  topTechniques = () => [];
  chain = (id: string) => this.chains.get(id);
  chainProcesses = (chainId: string, page: PageRequest) =>
    pageOf(
      [...this.allProcesses.values()].filter((process) => process.chainId === chainId),
      page,
    );
  processes = (ids: readonly string[]) =>
    ids.map((id) => this.allProcesses.get(id)).filter((process) => process !== undefined);
  treeRows(chainId: string, limit: number) {
    const rows: TreeRow[] = [...this.allProcesses.values()]
      .filter((process) => process.chainId === chainId)
      .map(treeRowOf);
    return { rows: rows.slice(0, limit), total: rows.length };
  }
  processEvents = (processId: string, _filter: object, page: PageRequest) =>
    pageOf(
      this.events.filter((event) => event.processId === processId),
      page,
    );
  hosts = (_text: string | undefined, page: PageRequest) => pageOf([...this.allHosts.values()], page);
  host = (name: string) => this.allHosts.get(name);
  hostStream = (name: string) => this.streams.get(name);
  knownHosts = () => this.allHosts.size;
  hostCounts = () => ({ known: this.allHosts.size, heard: this.allHosts.size, quiet: 0, silent: 0 });
  silentHosts = () => [];
  foremostHosts = (_sinceMs: number, limit: number) => [...this.allHosts.values()].slice(0, limit);
  volume = (fromMs: number, toMs: number, _bucketMs: number, host?: string) =>
    this.volumes.filter(
      (row) => row.startMs >= fromMs && row.startMs < toMs && (host === undefined || host === row.host),
    );
  loudestHosts = (fromMs: number, toMs: number, _bucketMs: number, limit: number) => {
    const sums = new Map<string, number>();
    for (const { host, startMs, events } of this.volumes)
      if (startMs >= fromMs && startMs < toMs) sums.set(host, (sums.get(host) ?? 0) + events);
    const loudest = [...sums].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
    return loudest.slice(0, limit).map(([host]) => host);
  };
  eventCounts = () => ({
    events: [...this.allHosts.values()].reduce((sum, { events }) => sum + events, 0),
    duplicates: 0,
  });
  forget(host: string): void {
    for (const { threat } of this.stored.values()) if (threat.host === host) this.stored.delete(threat.id);
    this.allHosts.delete(host);
  }
}

/** Takes events into memory; `answer` may be set to refuse them. */
/** Decodes as the live service does, and keeps what it was handed. */
export class FakeIntake implements Intake {
  readonly taken: { event: IncomingEvent; sensor: string }[] = [];
  answer: TakeAnswer | undefined;
  refusal: string | undefined;
  onTake: ((events: readonly IncomingEvent[]) => void) | undefined;

  constructor(private readonly decoder: DecoderMaker = createJsonDecoder) {}

  open(sender: Sender): DecodedDelivery {
    const take = (events: readonly IncomingEvent[], sensor: string): Promise<TakeAnswer> => this.take(events, sensor);
    const parts = { elsewhere: () => undefined, refusal: () => undefined, copies: new ByteCopies() };
    return new DecodedDelivery({ decoder: this.decoder, take, ...parts }, sender);
  }

  async take(events: readonly IncomingEvent[], sensor: string): Promise<TakeAnswer> {
    if (this.answer !== undefined) return this.answer;
    this.onTake?.(events);
    for (const event of events) this.taken.push({ event, sensor });
    return { kind: 'taken', duplicates: 0 };
  }
  settled = () => Promise.resolve();
}

export class FakeNotices implements LiveNotices {
  readonly listeners = new Set<(notice: LiveNotice) => void>();
  subscribe(listener: (notice: LiveNotice) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  tell(notice: LiveNotice): void {
    for (const listener of this.listeners) listener(notice);
  }
}

const NO_RULES: RulesInForce = {
  version: 'v1',
  rules: [],
  profiles: [],
  packs: ['chainsight'],
  problems: [{ code: 'RULE_FIELD_UNKNOWN', severity: 'error', message: 'no such field', file: 'a.yml', line: 3 }],
};

export class FakePolicy implements PolicyDesk {
  readonly all: Exception[] = [];
  onForget: (host: string) => void = () => undefined;
  forgetHost = async (host: string) => this.onForget(host);
  exceptions = () => this.all;
  exceptionHits = async () => new Map<string, number>();
  addException = async (exception: Exception) => void this.all.push(exception);
  async removeException(id: string): Promise<boolean> {
    const index = this.all.findIndex((exception) => exception.id === id);
    if (index >= 0) this.all.splice(index, 1);
    return index >= 0;
  }
  rules = () => NO_RULES;
  ruleErrors = async () => [];
  costs: readonly RuleCost[] = [];
  ruleCosts = async () => this.costs;
  ruleText = async () => undefined;
  reloadRules = async () => NO_RULES;
}

export class FakeHunter implements Hunter {
  finish: () => void = () => undefined;
  check = (question: { query: string | undefined }) =>
    question.query?.includes('(') === true
      ? { message: 'The query ends too early. (at character 9)', kind: 'syntax' as const, offset: 8 }
      : undefined;
  hunt: Hunter['hunt'] = async (_question, onProgress) => {
    onProgress({ progress: 0.5, events: 10 });
    await new Promise<void>((resolve) => (this.finish = resolve));
    return { chains: [{ threat: fakeThreat({ score: 20 }), processes: 2 }], events: 20, cuts: [] };
  };
}

export class FakeHunts implements HuntStore {
  readonly #kept = new Map<string, { readonly hunt: HuntRecord; readonly chains: readonly HuntedChain[] }>();

  hunts = () => [...this.#kept.values()].map(({ hunt, chains }) => ({ ...hunt, chains: chains.length })).reverse();
  hunt = (id: string) => this.hunts().find((hunt) => hunt.id === id);
  huntChains = (id: string, page: PageRequest) => pageOf(this.#kept.get(id)?.chains ?? [], page);
  huntChain = (id: string, chainId: string) => this.#kept.get(id)?.chains.find(({ threat }) => threat.id === chainId);
  keepHunt = (hunt: HuntRecord, chains: readonly HuntedChain[]) => void this.#kept.set(hunt.id, { hunt, chains });
  removeHunt = (id: string) => void this.#kept.delete(id);
}

const PLUGINS: PluginDesk = {
  plugins: async () => [
    {
      name: 'hello',
      version: '1.0.0',
      titles: { en: 'Hello', zh: '你好' },
      state: 'on',
      error: undefined,
      faults: 0,
      menu: { titles: { en: 'Hello', zh: '你好' }, icon: 'puzzle' },
      hasPage: true,
    },
  ],
  page: async (name) => (name === 'hello' ? '<!doctype html><p>hello' : undefined),
};

export interface FakeParts extends ServerParts {
  readonly clock: FakeClock;
  readonly access: FakeAccess;
  readonly state: FakeState;
  readonly intake: FakeIntake;
  readonly notices: FakeNotices;
  readonly policy: FakePolicy;
  readonly hunter: FakeHunter;
  readonly errors: object[];
}

/** @param decoder  what the intake reads events with */
export function fakeParts(decoder?: DecoderMaker): FakeParts {
  const state = new FakeState();
  const intake = new FakeIntake(decoder);
  const errors: object[] = [];
  const policy = new FakePolicy();
  policy.onForget = (host) => state.forget(host);
  const samples: SampleMaker = {
    hosts: ['sample-pc'],
    make: () => new Uint8Array(),
  };
  const clock = new FakeClock();
  return {
    clock,
    access: new FakeAccess(),
    state,
    intake,
    figures: () => ({
      backlog: 7,
      waitingSinceMs: clock.nowMs() - 1500,
      forgottenByCorrelations: 3,
      processes: 41,
      forgottenProcesses: 5,
      restarts: 2,
      heapBytes: 0,
      spentMs: { read: 1000, disk: 2000, judge: 3500, store: 0, diskWait: 500 },
    }),
    notices: new FakeNotices(),
    policy,
    hunter: new FakeHunter(),
    hunts: new FakeHunts(),
    events: { readEvents: async () => new Map() },
    plugins: PLUGINS,
    samples,
    errors,
    logger: { info: () => undefined, warn: () => undefined, error: (fields) => void errors.push(fields) },
  };
}

/** Puts a token into the store and gives its header. */
export function addFakeToken(parts: FakeParts, role: TokenRole, hosts: readonly string[] = []): string {
  const { record, secret } = makeToken({
    name: role,
    role,
    hosts,
    nowMs: parts.clock.nowMs(),
    by: 'test',
    expiresMs: 0,
  });
  parts.access.addToken(record);
  return `Bearer ${secret}`;
}

export const HEX_A = 'a'.repeat(32);
export const HEX_B = 'b'.repeat(32);

export function fakeThreat(change: Partial<Threat> = {}): Threat {
  const ref = { id: HEX_B, image: 'C:\\c.exe', commandLine: 'c.exe /x', pid: 7, guid: '' };
  const evidence: Threat['evidence'] = [
    {
      kind: 'rule',
      key: 'rule:r1',
      title: { en: 'One', zh: '一' },
      points: 150,
      pointsWithout: 150,
      techniques: ['T1059.001'],
      rule: 'r1',
      rulesVersion: 'v1',
      policy: 1,
      event: { id: '0'.repeat(16), timeMs: 1_600_000_000_000, action: 'processcreate', file: undefined, line: 0 },
      matched: [{ field: 'CommandLine', value: 'c.exe /x', start: 6, end: 8 }],
      process: ref,
      exception: undefined,
    },
    {
      kind: 'technique',
      key: 'technique:T1059.001',
      title: { en: 'PowerShell', zh: 'PowerShell' },
      points: 50,
      pointsWithout: 50,
      techniques: ['T1059.001'],
      rule: 'r1',
      rulesVersion: 'v1',
      policy: 1,
      event: { id: '1'.repeat(16), timeMs: 1_600_000_000_000, action: undefined, file: 'a.evtx', line: 3 },
      matched: [],
      process: ref,
      exception: undefined,
    },
  ];
  return {
    id: HEX_A,
    kind: 'chain',
    host: 'fin-03',
    score: 200,
    threshold: 170,
    active: true,
    firstMs: 1_600_000_000_000,
    lastMs: 1_600_000_001_000,
    techniques: ['T1059.001'],
    start: { ...ref, user: 'CORP\\li', hashes: 'MD5=' + 'c'.repeat(32), timeMs: 0 },
    evidence,
    ...change,
  };
}

export function fakeStored(change: Partial<Threat> = {}): StoredThreat {
  return {
    threat: fakeThreat(change),
    decision: { verdict: 'open', reason: '', note: '', changed: false, handledBy: '', handledMs: 0, revision: 0 },
  };
}

export function fakeProcess(change: Partial<ProcessRecord> = {}): ProcessRecord {
  return {
    id: HEX_B,
    host: 'fin-03',
    chainId: HEX_A,
    parentId: '',
    pid: 7,
    guid: '',
    image: 'C:\\c.exe',
    commandLine: 'c.exe /x',
    user: 'CORP\\li',
    integrityLevel: 'High',
    hashes: 'MD5=' + 'c'.repeat(32) + ',SHA256=' + 'd'.repeat(64),
    parentImage: '',
    parentCommandLine: '',
    currentDirectory: '',
    originalFileName: '',
    startMs: 1_600_000_000_000,
    endMs: 0,
    isRoot: false,
    isPlaceholder: false,
    points: 200,
    ...change,
  };
}

/** One of each, so that every route has something to answer. */
export function fill(state: FakeState): void {
  state.stored.set(HEX_A, fakeStored());
  state.allProcesses.set(HEX_B, fakeProcess());
  state.chains.set(HEX_A, {
    id: HEX_A,
    host: 'fin-03',
    startProcessId: HEX_B,
    score: 200,
    active: true,
    processCount: 1,
    firstMs: 1_600_000_000_000,
    lastMs: 1_600_000_001_000,
  });
  state.allHosts.set('fin-03', {
    name: 'fin-03',
    firstMs: 1,
    lastMs: 2,
    events: 3,
    openThreats: 1,
    quietAfterMs: 900_000,
    silentAfterMs: 1_800_000,
    activeSinceMs: 1,
    missing: 0,
  });
  state.events.push({
    position: 1,
    eventId: '0'.repeat(16),
    host: 'fin-03',
    timeMs: 1_600_000_000_000,
    action: 'processcreate',
    windowsEventId: 1,
    channel: 'Microsoft-Windows-Sysmon/Operational',
    processId: HEX_B,
    chainId: HEX_A,
    targetProcessId: '',
    targetImage: '',
    targetHashes: '',
    rules: ['r1'],
  });
}

function treeRowOf({
  id,
  parentId,
  image,
  pid,
  startMs,
  endMs,
  points,
  isRoot,
  isPlaceholder,
}: ProcessRecord): TreeRow {
  return { id, parentId, image, pid, startMs, endMs, points, events: 0, isRoot, isPlaceholder };
}
