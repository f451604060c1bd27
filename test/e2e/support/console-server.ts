/**
 * A stand-in for the server, for tests of the console alone: hands out `dist/console` under the real policy headers and answers the API from
 * canned data, with enough memory for verdicts, exceptions and hunts. Nothing of it is shipped.
 */

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  Problem,
  Rule,
  RulesStatus,
  Session,
  Statistics,
  StreamMessage,
  Threat,
  ThreatCounts,
  ThreatSummary,
} from '../../../src/contract/index.js';
import { CSRF_HEADER } from '../../../src/contract/index.js';
import { consolePolicy } from '../../../src/server/console-files.js';
import { consoleData, type ConsoleData } from './console-data.js';
import { hostDetail } from './host-data.js';
import { ruleOf } from './rule-data.js';

const DIST = fileURLToPath(new URL('../../../dist/console/', import.meta.url));
const CSRF = 'csrf-for-tests';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

export interface ConsoleServerOptions {
  readonly nowMs: number;
  readonly big?: boolean;
  readonly hostile?: boolean;
  readonly role?: Session['role'];
  /** With a threat of events that name no process. */
  readonly hostEvents?: boolean;
  /** How many rules are loaded. */
  readonly rules?: number;
}

export class ConsoleServer {
  readonly data: ConsoleData;
  /** Set by a test: what the next API answers fail with. */
  failWith: number | undefined;
  /** Set by a test: milliseconds that every API answer takes longer. */
  delayMs = 0;
  /** Set by a test: why no events are taken. */
  stopped: string | null = null;
  setupOpen = false;
  signedIn = true;
  isEmpty = false;
  readonly requests: string[] = [];
  /** What was sent to make tokens, exceptions and passwords. */
  readonly bodies: unknown[] = [];
  private readonly streams = new Set<ServerResponse>();
  private readonly http: Server;
  private streamId = 0;

  constructor(private readonly options: ConsoleServerOptions) {
    this.data = consoleData(options.nowMs, options);
    this.http = createServer((request, response) => void this.handle(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const stream of this.streams) stream.end();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  send(message: StreamMessage): void {
    this.streamId += 1;
    for (const stream of this.streams)
      stream.write(`id: ${this.streamId}\nevent: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** Cuts all streams, as a restart would. */
  cutStreams(): void {
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
  }

  threat(id: string): Threat | undefined {
    return this.data.chains.get(id)?.threat;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/api/')) {
      this.file(url.pathname, response);
      return;
    }
    const method = request.method ?? 'GET';
    this.requests.push(`${method} ${url.pathname}`);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    // The page that asked was left meanwhile.
    if (request.destroyed) return;
    const path = decodeURIComponent(url.pathname.slice('/api/v1'.length));
    if (path === '/stream') {
      this.stream(response);
      return;
    }
    if (this.failWith !== undefined && path !== '/session') {
      problem(response, this.failWith, 'It failed because the test wanted it to.');
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (path === '/session') {
      if (this.signedIn) json(response, 200, this.session());
      else problem(response, 401, 'Nobody is signed in.');
      return;
    }
    if (path === '/setup' || path === '/sign-in') {
      this.entrance(method, path, body, response);
      return;
    }
    if (!this.signedIn) {
      problem(response, 401, 'Nobody is signed in.');
      return;
    }
    if (method !== 'GET' && request.headers[CSRF_HEADER] !== CSRF) {
      problem(response, 403, 'The header that proves a change was meant is missing.');
      return;
    }
    this.answer(method, path, url.searchParams, body, request.headers['if-match'], response);
  }

  private entrance(method: string, path: string, body: unknown, response: ServerResponse): void {
    if (path === '/setup' && method === 'GET') json(response, 200, { open: this.setupOpen });
    else if (path === '/setup') {
      this.setupOpen = false;
      this.signedIn = true;
      json(response, 201, this.session());
    } else if (method === 'DELETE') {
      this.signedIn = false;
      response.writeHead(204).end();
    } else if ((body as { password?: string }).password === 'correct horse battery') {
      this.signedIn = true;
      json(response, 200, this.session());
    } else problem(response, 401, 'Name or password is wrong.');
  }

  private answer(
    method: string,
    path: string,
    query: URLSearchParams,
    body: unknown,
    ifMatch: string | undefined,
    response: ServerResponse,
  ): void {
    const { data } = this;
    const [, noun = '', id = '', part = '', rest = ''] = path.split('/');
    const chain = data.chains.get(id);
    const gone = (): void => problem(response, 404, 'There is nothing with this id.');
    switch (`${method} ${noun}${id === '' ? '' : '/ID'}${part === '' ? '' : `/${part}`}${rest === '' ? '' : '/ID'}`) {
      case 'GET statistics':
        return json(response, 200, this.statistics());
      case 'GET hosts':
        return json(
          response,
          200,
          page(this.isEmpty ? [] : data.hosts.filter(({ name }) => name.includes(query.get('text') ?? ''))),
        );
      case 'GET hosts/ID': {
        const host = data.hosts.find(({ name }) => name === decodeURIComponent(id));
        return host ? json(response, 200, hostDetail(host, this.options.nowMs)) : gone();
      }
      case 'DELETE hosts/ID':
        data.hosts.splice(
          data.hosts.findIndex(({ name }) => name === id),
          1,
        );
        response.writeHead(204).end();
        return;
      case 'PUT session/ID':
        if ((body as { current: string }).current !== 'correct horse battery')
          return problem(response, 403, 'The current password is wrong.', 'SIGN_IN_REFUSED');
        response.writeHead(204).end();
        return;
      case 'POST samples':
        this.isEmpty = false;
        for (const host of data.hosts) host.sample = true;
        return json(response, 201, { hosts: ['sample-1'], events: 812, threats: [] });
      case 'DELETE samples':
        for (const host of data.hosts) host.sample = false;
        response.writeHead(204).end();
        return;
      case 'GET threats':
        return json(response, 200, this.threatPage(query));
      case 'GET threats/ID':
        return chain ? json(response, 200, chain.threat) : gone();
      case 'PATCH threats/ID': {
        if (!chain) return gone();
        const { threat } = chain;
        if (ifMatch !== undefined && ifMatch !== `"${threat.revision}"`)
          return problem(response, 412, 'Somebody else changed it meanwhile.');
        Object.assign(threat, body, {
          revision: threat.revision + 1,
          handledBy: 'admin',
          handledAt: new Date(this.options.nowMs).toISOString(),
        });
        return json(response, 200, threat);
      }
      case 'DELETE threats/ID':
        data.chains.delete(id);
        response.writeHead(204).end();
        return;
      case 'GET chains/ID/tree':
        return chain ? json(response, 200, chain.tree) : gone();
      case 'GET chains/ID/processes': {
        if (!chain) return gone();
        const ids = (query.get('ids') ?? '').split(',');
        return json(response, 200, { items: ids.flatMap((one) => chain.processes.get(one) ?? []), next: null });
      }
      case 'GET processes/ID/events': {
        for (const one of data.chains.values()) {
          const events = one.events.get(id);
          if (events)
            return json(
              response,
              200,
              page(events.filter((event) => query.get('action') === null || event.action === query.get('action'))),
            );
        }
        return json(response, 200, page([]));
      }
      case 'GET rules/ID':
        if (id === 'status') return json(response, 200, this.rulesStatus());
        if (id === 'gone') return gone();
        return json(response, 200, data.rules.find((one) => one.id === id) ?? ruleOf(id));
      case 'GET rules':
        return json(response, 200, this.rulePage(query));
      case 'POST rules/ID':
        return json(response, 200, this.rulesStatus());
      case 'GET exceptions':
        return json(
          response,
          200,
          page(data.exceptions.filter((one) => query.get('scope') === null || one.scope === query.get('scope'))),
        );
      case 'POST exceptions': {
        const added = {
          id: `exc-${data.exceptions.length}`,
          host: null,
          rule: null,
          expires: null,
          ...(body as { scope: 'hash'; value: string; reason: string }),
          author: 'admin',
          created: new Date(this.options.nowMs).toISOString(),
          hits: 0,
        };
        this.bodies.push(body);
        data.exceptions.unshift(added);
        return json(response, 201, added);
      }
      case 'DELETE exceptions/ID':
        data.exceptions.splice(
          data.exceptions.findIndex((one) => one.id === id),
          1,
        );
        response.writeHead(204).end();
        return;
      case 'GET hunts':
        return json(response, 200, page(data.hunts));
      case 'POST hunts': {
        const hunt = {
          ...data.hunts[0]!,
          query: null,
          host: null,
          ...(body as object),
          id: `hunt-${data.hunts.length + 1}`,
          state: 'running' as const,
          progress: 0.2,
          chains: 2,
        };
        data.hunts.unshift(hunt);
        return json(response, 202, hunt);
      }
      case 'GET hunts/ID': {
        const hunt = data.hunts.find((one) => one.id === id);
        if (!hunt) return gone();
        if (hunt.state === 'running') {
          hunt.progress = Math.min(1, hunt.progress + 0.3);
          hunt.chains = data.huntChains.length;
          if (hunt.progress === 1) hunt.state = 'done';
        }
        return json(response, 200, hunt);
      }
      case 'GET hunts/ID/chains':
        return json(response, 200, page(data.huntChains));
      case 'GET hunts/ID/chains/ID': {
        const found = data.chains.get(rest);
        return found ? json(response, 200, { ...found.threat, verdict: 'open', handledBy: null }) : gone();
      }
      case 'DELETE hunts/ID':
        response.writeHead(204).end();
        return;
      case 'GET plugins':
        return json(response, 200, { items: data.plugins, next: null });
      case 'GET plugins/ID/page':
        return pluginPage(response);
      case 'GET users':
        return json(response, 200, page(data.users));
      case 'PATCH users/ID':
        this.bodies.push(body);
        return json(response, 200, data.users[0]);
      case 'POST users':
        return problem(response, 409, 'Somebody is called vera already.', 'REQUEST_EXISTS');
      case 'GET tokens':
        return json(response, 200, page(data.tokens));
      case 'POST tokens':
        this.bodies.push(body);
        return json(response, 201, { token: data.tokens[0], secret: 'cs_sensor_9f1c2a7be0d94c53b1d2' });
      case 'GET audit':
        return json(
          response,
          200,
          page(
            data.audit.filter(
              (one) => [null, one.who].includes(query.get('who')) && [null, one.action].includes(query.get('action')),
            ),
          ),
        );
      default:
        return gone();
    }
  }

  private session(): Session {
    return {
      name: 'admin',
      role: this.options.role ?? 'administrator',
      csrf: CSRF,
      expires: new Date(this.options.nowMs + 8.64e7).toISOString(),
      version: '0.1.0',
    };
  }

  counts(): ThreatCounts {
    const threats = this.isEmpty ? [] : [...this.data.chains.values()].map((chain) => chain.threat);
    const of = (verdict: Threat['verdict']): number => threats.filter((threat) => threat.verdict === verdict).length;
    return {
      found: threats.length,
      open: of('open'),
      confirmed: of('confirmed'),
      ignored: of('ignored'),
      changed: threats.filter((threat) => threat.changed).length,
    };
  }

  private statistics(): Statistics {
    const { volume } = this.data;
    return {
      asOf: new Date(this.options.nowMs).toISOString(),
      threats: this.counts(),
      events: this.isEmpty ? 0 : 6_120_884,
      duplicates: 1204,
      refused: 0,
      stopped: this.stopped,
      hosts: this.isEmpty
        ? { known: 0, heard: 0, quiet: 0, silent: 0, fellSilent: [], foremost: [] }
        : {
            known: this.data.hosts.length,
            heard: this.data.hosts.length - 2,
            quiet: 1,
            silent: 1,
            fellSilent: this.data.hosts.flatMap(({ name, state, since }) =>
              state === 'silent' ? [{ name, since }] : [],
            ),
            foremost: [...this.data.hosts].sort((a, b) => b.openThreats - a.openThreats).slice(0, 8),
          },
      sample: this.data.hosts.some((host) => host.sample),
      perMinute: 1312,
      perTenMinutes: 13_410,
      volume: this.isEmpty ? { ...volume, hosts: [], others: volume.others.map(() => 0) } : volume,
      techniques: [
        { id: 'T1059.001', threats: 31 },
        { id: 'T1059.005', threats: 22 },
        { id: 'T1105', threats: 19 },
        { id: 'T1003.001', threats: 9 },
        { id: 'T1490', threats: 7 },
      ],
    };
  }

  private threatPage(query: URLSearchParams): object {
    if (this.isEmpty) return { items: [], next: null, count: 0, countExact: true };
    const text = (query.get('text') ?? '').toLowerCase();
    const sort = query.get('sort') ?? 'last';
    const matching = [...this.data.chains.values()]
      .map((chain) => chain.threat)
      .filter((threat) => query.get('verdict') === null || threat.verdict === query.get('verdict'))
      .filter((threat) => query.get('changed') === null || threat.changed)
      .filter((threat) => query.get('host') === null || threat.host === query.get('host'))
      .filter(
        (threat) =>
          query.get('technique') === null ||
          threat.techniques.some((technique) => technique.startsWith(query.get('technique') ?? '')),
      )
      .filter((threat) => threat.score >= Number(query.get('minScore') ?? 0))
      .filter((threat) =>
        `${threat.host} ${threat.start.image} ${threat.start.commandLine}`.toLowerCase().includes(text),
      )
      .sort((a, b) =>
        sort === 'score'
          ? b.score - a.score
          : (b[sort === 'first' ? 'first' : 'last'] ?? '').localeCompare(a[sort === 'first' ? 'first' : 'last'] ?? ''),
      );
    const limit = Number(query.get('limit') ?? 100);
    const from = Number(query.get('cursor') ?? 0);
    const next = from + limit < matching.length ? String(from + limit) : null;
    return { items: matching.slice(from, from + limit).map(summaryOf), next, count: matching.length, countExact: true };
  }

  private rulesStatus(): RulesStatus {
    const { rules, ruleProblems } = this.data;
    const profiles = rules.filter(({ kind }) => kind === 'profile').length;
    return {
      version: `v${rules.length}`,
      rules: rules.length - profiles,
      profiles,
      packs: [...new Set(rules.map(({ pack }) => pack))],
      problems: ruleProblems,
    };
  }

  private rulePage(query: URLSearchParams): object {
    const text = (query.get('text') ?? '').toLowerCase();
    const technique = query.get('technique');
    const holds = (name: 'pack' | 'kind', rule: Rule): boolean =>
      query.get(name) === null || rule[name] === query.get(name);
    const matching = this.data.rules
      .filter((rule) => holds('pack', rule) && holds('kind', rule))
      .filter((rule) => technique === null || rule.techniques.some((one) => one.startsWith(technique)))
      .filter((rule) => `${rule.id} ${rule.titles.en} ${rule.titles.zh}`.toLowerCase().includes(text));
    const limit = Number(query.get('limit') ?? 100);
    const from = Number(query.get('cursor') ?? 0);
    const next = from + limit < matching.length ? String(from + limit) : null;
    return { items: matching.slice(from, from + limit), next, count: matching.length, countExact: true };
  }

  private stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': beat\n\n');
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
  }

  private file(pathname: string, response: ServerResponse): void {
    const wanted = normalize(join(DIST, pathname));
    const found =
      wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, 'index.html');
    response.writeHead(200, {
      'content-type': TYPES[extname(found)] ?? 'application/octet-stream',
      'content-security-policy': consolePolicy('none'),
      'x-content-type-options': 'nosniff',
    });
    createReadStream(found).pipe(response);
  }
}

export function summaryOf(threat: Threat): ThreatSummary {
  const { evidence, ...shared } = threat;
  return {
    ...shared,
    evidenceCount: evidence.length,
    top: evidence.slice(0, 3).map(({ key, titles, points }) => ({ key, titles, points })),
  };
}

function page<Item>(items: readonly Item[]): object {
  return { items, next: null, count: items.length, countExact: true };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, detail: string, code = 'TEST'): void {
  const body: Problem = {
    type: `https://chainsight.dev/problems/${code}`,
    title: 'A problem',
    status,
    detail,
    code,
    instance: 'req-1a2b',
  };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

function pluginPage(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'self'",
  });
  response.end(
    `<!doctype html><title>Hello</title><p id="p">Hello</p><script>
      let reached = 'nothing';
      try { reached = parent.document.title; } catch { reached = 'blocked'; }
      document.getElementById('p').textContent = 'Hello, parent is ' + reached;
      addEventListener('message', (event) => { document.getElementById('p').textContent += ' ' + event.data.theme + ' ' + event.data.language; });
      parent.postMessage({ height: 420 }, '*');
    </script>`,
  );
}
