/**
 * Answers of the API in which every text that a host, a rule, a plugin or a stranger can choose is a payload: item `k` of each list holds
 * payload `k` in all its fields. What the console tells apart (kinds, states, ids, times) is what the contract allows.
 */

import type {
  AuditEntry,
  ChainTree,
  Completeness,
  Evidence,
  Exception,
  Host,
  HostDetail,
  Hunt,
  HuntChain,
  PluginInfo,
  Process,
  ProcessRef,
  Rule,
  RulesStatus,
  Session,
  StartProcess,
  Statistics,
  StoredEvent,
  Threat,
  ThreatSummary,
  Token,
  User,
} from '../../../src/contract/index.js';
import { COMPLETENESS_NOTES, EXCEPTION_SCOPES, RULE_KINDS, TREE_FLAGS } from '../../../src/contract/index.js';
import { hexId } from './chain-data.js';

const MINUTE_MS = 60_000;

export const THREAT_ID = hexId(77, 0);
export const HOST_THREAT_ID = hexId(77, 1);
export const HUNT_ID = hexId(77, 2);

export class HostileAnswers {
  readonly #now: string;
  readonly #nowMs: number;

  /** @param texts  one for each item of every list */
  constructor(
    private readonly texts: readonly string[],
    nowMs: number,
  ) {
    this.#nowMs = nowMs;
    this.#now = new Date(nowMs).toISOString();
  }

  /** Id of the process that holds text `k` in all its fields. */
  processId(k: number): string {
    return hexId(78, k);
  }

  /** @param path  without the prefix, decoded. @returns `undefined` where there is no such address */
  of(path: string, query: URLSearchParams): unknown {
    const [, first = '', second = '', third = '', fourth = ''] = path.split('/');
    switch (`${first}/${second === '' ? '' : 'ID'}/${third}/${fourth === '' ? '' : 'ID'}`) {
      case 'session///':
        return this.#session();
      case 'setup///':
        return { open: false };
      case 'statistics///':
        return this.#statistics();
      case 'threats///':
        return this.#page((k) => this.#summary(k));
      case 'threats/ID//':
        return this.#threat(second);
      case 'hunts/ID/chains/ID':
        return this.#threat(fourth);
      case 'chains/ID/tree/':
        return this.#tree(second);
      case 'chains/ID/processes/': {
        const ids = new Set(query.get('ids')?.split(','));
        return { items: this.#all((k) => this.#process(k)).filter(({ id }) => ids.has(id)), next: null };
      }
      case 'processes/ID/events/':
        return second === this.processId(0) ? this.#page((k) => this.#event(k)) : this.#page(() => this.#event(0), 1);
      case 'hosts///':
        return this.#page((k) => this.#host(k));
      case 'hosts/ID//':
        return this.#hostDetail();
      case 'hunts///':
        return this.#page((k) => this.#hunt(k));
      case 'hunts/ID//':
        return { ...this.#hunt(0), id: second };
      case 'hunts/ID/chains/':
        return this.#page((k) => this.#huntChain(k));
      case 'exceptions///':
        return this.#page((k) => this.#exception(k));
      case 'rules///':
        return this.#page((k) => this.#rule(k));
      case 'rules/ID//':
        return second === 'status' ? this.#rulesStatus() : this.#wholeRule(second);
      case 'plugins///':
        return this.#page((k) => this.#plugin(k), 8);
      case 'users///':
        return this.#page((k) => this.#user(k));
      case 'tokens///':
        return this.#page((k) => this.#token(k));
      case 'audit///':
        return this.#page((k) => this.#audit(k));
      default:
        return undefined;
    }
  }

  /** A live message, as `GET /stream` sends it. */
  stream(): string {
    return `retry: 100000\nevent: threat\ndata: ${JSON.stringify({ type: 'threat', threat: this.#summary(7) })}\n\n`;
  }

  #text(k: number): string {
    return this.texts[k % this.texts.length] ?? '';
  }

  #all<Item>(make: (k: number) => Item, count = this.texts.length): Item[] {
    return Array.from({ length: count }, (_, k) => make(k));
  }

  #page<Item>(make: (k: number) => Item, count = this.texts.length): object {
    return { items: this.#all(make, count), next: null, count, countExact: true };
  }

  #titles(k: number): { en: string; zh: string } {
    return { en: this.#text(k), zh: this.#text(k) };
  }

  #session(): Session {
    return { name: this.#text(0), role: 'administrator', csrf: 'x', expires: this.#now, version: '0' };
  }

  #ref(k: number): ProcessRef {
    const text = this.#text(k);
    return { id: this.processId(k), image: text, commandLine: text, pid: 100 + k, guid: text };
  }

  #start(k: number): StartProcess {
    const text = this.#text(k);
    return { ...this.#ref(k), user: text, hashes: text, time: this.#now };
  }

  #summary(k: number): ThreatSummary {
    const text = this.#text(k);
    return {
      id: hexId(79, k),
      kind: 'chain',
      host: text,
      score: 300,
      threshold: 170,
      active: true,
      first: this.#now,
      last: this.#now,
      techniques: [text],
      start: this.#start(k),
      verdict: 'ignored',
      reason: 'other',
      note: text,
      changed: true,
      handledBy: text,
      handledAt: this.#now,
      sample: false,
      revision: 1,
      evidenceCount: 3,
      top: [{ key: text, titles: this.#titles(k), points: 300 }],
    };
  }

  #threat(id: string): Threat {
    const { evidenceCount: _count, top: _top, ...shared } = this.#summary(1);
    const evidence = this.#all((k) => this.#evidence(k));
    const score = evidence.reduce((sum, { points }) => sum + points, 0);
    const kind = id === HOST_THREAT_ID ? 'host' : 'chain';
    return { ...shared, id, kind, score, start: this.#start(0), evidence, completeness: this.#completeness() };
  }

  #completeness(): Completeness {
    const notes = this.#all((k) => ({
      kind: COMPLETENESS_NOTES[k % COMPLETENESS_NOTES.length] ?? 'missing',
      channel: this.#text(k),
      from: this.#now,
      to: this.#now,
      events: 2,
    }));
    return { state: 'limited', notes };
  }

  #evidence(k: number): Evidence {
    const text = this.#text(k);
    return {
      kind: (['rule', 'technique', 'profile', 'plugin'] as const)[k % 4] ?? 'rule',
      key: `rule:${k}:${text}`,
      title: text,
      titles: this.#titles(k),
      points: 2,
      pointsWithout: 2,
      techniques: [text],
      rule: `rule-${k}`,
      event: { id: `${k}`.padStart(16, '0'), time: this.#now, action: text, file: text, line: k },
      process: this.#ref(k),
      matched: [{ field: text, value: text, start: 1, end: 4 }],
      ...(k % 5 === 0 ? { exception: text } : {}),
    };
  }

  #tree(chainId: string): ChainTree {
    const rows = this.texts.length;
    const each = (value: number): number[] => Array.from({ length: rows }, () => value);
    return {
      chainId,
      host: this.#text(0),
      total: rows + 1,
      cut: this.#text(0),
      baseMs: this.#nowMs - MINUTE_MS,
      ids: this.#all((k) => this.processId(k)),
      parents: this.#all((k) => (k === 0 ? -1 : 0)),
      names: [...this.texts],
      nameIndex: this.#all((k) => k),
      pids: this.#all((k) => 100 + k),
      start: this.#all((k) => k),
      end: each(-1),
      points: each(2),
      events: each(1),
      flags: each(TREE_FLAGS.evidence),
    };
  }

  #process(k: number): Process {
    const text = this.#text(k);
    return {
      id: this.processId(k),
      host: text,
      chainId: THREAT_ID,
      parentId: k === 0 ? '' : this.processId(0),
      pid: 100 + k,
      guid: text,
      image: text,
      commandLine: text,
      user: text,
      integrityLevel: text,
      hashes: `${text},SHA256=${'a'.repeat(64)}`,
      parentImage: text,
      parentCommandLine: text,
      currentDirectory: text,
      originalFileName: text,
      start: this.#now,
      end: null,
      isRoot: false,
      isPlaceholder: false,
      points: 2,
    };
  }

  #event(k: number): StoredEvent {
    const text = this.#text(k);
    return {
      id: `${k}`.padStart(16, '0'),
      position: k,
      host: text,
      time: this.#now,
      received: this.#now,
      action: k % 2 === 0 ? text : 'processcreate',
      windowsEventId: 1,
      channel: text,
      processId: this.processId(0),
      chainId: HOST_THREAT_ID,
      targetProcessId: '',
      targetImage: text,
      targetHashes: text,
      rules: [text],
      fields: { CommandLine: text, [text]: text, Nested: { [text]: [text] } },
    };
  }

  #host(k: number): Host {
    const name = this.#text(k);
    return {
      name,
      firstSeen: this.#now,
      lastSeen: this.#now,
      events: 10,
      perMinute: 1,
      perTenMinutes: 10,
      openThreats: 1,
      state: 'silent',
      since: this.#now,
      quietAfterSeconds: 900,
      silentAfterSeconds: 900,
      missing: 3,
      sample: false,
    };
  }

  #hostDetail(): HostDetail {
    const now = this.#now;
    const gap = { firstNumber: 1, lastNumber: 2, missing: 2, from: now, to: now };
    return {
      ...this.#host(0),
      stream: {
        usualGapSeconds: 30,
        usualPauseSeconds: 0,
        lagSeconds: 2,
        channels: this.#all((k) => ({
          name: this.#text(k),
          kind: 'whole',
          records: 10,
          first: now,
          last: now,
          missing: 2,
          gaps: [gap],
          olderGaps: 1,
          olderMissing: 2,
          restarts: 1,
          silentSince: now,
        })),
        marks: this.#all((k) => ({
          kind: k % 2 === 0 ? 'cleared' : 'restarted',
          channel: this.#text(k),
          at: now,
          seconds: null,
          number: 7,
        })),
        marksDropped: 0,
        bursts: [],
        future: null,
        unnumbered: 0,
      },
    };
  }

  #hunt(k: number): Hunt {
    const text = this.#text(k);
    return {
      id: hexId(80, k),
      state: k % 3 === 0 ? 'failed' : 'done',
      from: this.#now,
      to: this.#now,
      host: text,
      query: text,
      by: text,
      started: this.#now,
      finished: this.#now,
      progress: 1,
      events: 5,
      chains: 5,
      cut: text,
      cuts: [{ reason: 'told', text }],
      error: k % 3 === 0 ? text : null,
      errorCode: k % 3 === 0 ? text : null,
    };
  }

  #huntChain(k: number): HuntChain {
    return {
      id: hexId(81, k),
      kind: 'chain',
      host: this.#text(k),
      score: 200,
      isThreat: true,
      processes: 3,
      first: this.#now,
      last: this.#now,
      techniques: [this.#text(k)],
      start: this.#start(k),
      stored: true,
    };
  }

  #exception(k: number): Exception {
    const text = this.#text(k);
    return {
      id: hexId(82, k),
      scope: EXCEPTION_SCOPES[k % EXCEPTION_SCOPES.length] ?? 'path',
      value: text,
      host: text,
      rule: text,
      reason: text,
      author: text,
      created: this.#now,
      expires: null,
      hits: 1,
    };
  }

  #rule(k: number): Rule {
    const text = this.#text(k);
    return {
      id: `rule-${k}`,
      kind: RULE_KINDS[k % RULE_KINDS.length] ?? 'ioa',
      titles: this.#titles(k),
      descriptions: this.#titles(k),
      points: 5,
      shadow: false,
      level: text,
      status: text,
      techniques: [text],
      atLeast: 1,
      actions: [text],
      conditions: [text],
      text: null,
      references: [text],
      falsePositives: [{ en: text, zh: text }],
      author: text,
      pack: text,
      file: text,
      line: 1,
      errors: 1,
      lastError: text,
    };
  }

  /** One rule with all texts in each of its lists. */
  #wholeRule(id: string): Rule {
    const all = [...this.texts];
    return {
      ...this.#rule(0),
      id,
      kind: 'sigma',
      techniques: all,
      actions: all,
      conditions: all,
      references: all,
      falsePositives: all.map((text) => ({ en: text, zh: text })),
      text: all.join('\n'),
    };
  }

  #rulesStatus(): RulesStatus {
    return {
      version: this.#text(0),
      rules: this.texts.length,
      profiles: 0,
      packs: [...this.texts],
      problems: this.#all((k) => {
        const text = this.#text(k);
        return {
          code: 'RULE_X',
          severity: k % 2 === 0 ? 'error' : 'warning',
          message: text,
          file: text,
          line: 1,
          column: 1,
          rule: text,
          hint: text,
        };
      }),
    };
  }

  #plugin(k: number): PluginInfo {
    return {
      name: `plugin-${k}`,
      version: this.#text(k),
      titles: this.#titles(k),
      state: 'failed',
      error: this.#text(k),
      faults: 1,
      menu: { titles: this.#titles(k), icon: this.#text(k) },
      page: null,
    };
  }

  #user(k: number): User {
    return { name: this.#text(k), role: 'viewer', created: this.#now, lastSignIn: this.#now };
  }

  #token(k: number): Token {
    const text = this.#text(k);
    return {
      id: hexId(83, k),
      name: text,
      role: 'sensor',
      hosts: [text],
      created: this.#now,
      createdBy: text,
      lastUsed: null,
      expires: null,
    };
  }

  #audit(k: number): AuditEntry {
    const text = this.#text(k);
    return {
      id: k + 1,
      time: this.#now,
      who: text,
      action: text,
      target: text,
      before: { [text]: text },
      after: text,
      address: text,
    };
  }

  #statistics(): Statistics {
    return {
      asOf: this.#now,
      threats: { found: 1, open: 1, confirmed: 0, ignored: 0, changed: 0 },
      events: 5,
      duplicates: 0,
      refused: 0,
      stopped: this.#text(0),
      hosts: {
        known: 5,
        heard: 0,
        quiet: 0,
        silent: 5,
        fellSilent: this.#all((k) => ({ name: this.#text(k), since: this.#now })),
        foremost: this.#all((k) => this.#host(k)),
      },
      sample: true,
      perMinute: 1,
      perTenMinutes: 5,
      volume: {
        from: new Date(this.#nowMs - 60 * MINUTE_MS).toISOString(),
        bucketSeconds: 60,
        buckets: 60,
        // More than the server ever names, so that each text is drawn.
        hosts: this.#all((k) => ({ host: this.#text(k), counts: Array.from({ length: 60 }, () => 1) })),
        others: Array.from({ length: 60 }, () => 1),
      },
      techniques: this.#all((k) => ({ id: this.#text(k), threats: 1 })),
    };
  }
}
