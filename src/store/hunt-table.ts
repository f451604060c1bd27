/** Hunts and what they found. */

import type { HuntRecord, HuntState, HuntStore } from '../app/hunt-ports.js';
import type { HuntedChain } from '../app/live-ports.js';
import type { Page, PageRequest } from '../app/query-ports.js';
import { hostKey } from '../engine/event/host-name.js';
import { decodeCursor, pageOf } from './cursor.js';
import type { Database, Statement } from './database.js';

interface HuntRow {
  readonly id: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly host: string | null;
  readonly query: string | null;
  readonly started_by: string;
  readonly started_ms: number;
  readonly state: string;
  readonly finished_ms: number;
  readonly progress: number;
  readonly events: number;
  readonly cut: string | null;
  readonly error: string | null;
  readonly chains: number;
}

interface ChainRow {
  readonly place: number;
  readonly processes: number;
  readonly threat: string;
}

const WITH_COUNT = 'SELECT *, (SELECT count(*) FROM hunt_chains WHERE hunt_id = hunts.id) AS chains FROM hunts';

export class HuntTable implements HuntStore {
  readonly #all: Statement<HuntRow>;
  readonly #one: Statement<HuntRow>;
  readonly #keep: Statement<never>;
  readonly #remove: Statement<never>;
  readonly #chains: Statement<ChainRow>;
  readonly #chain: Statement<ChainRow>;
  readonly #addChain: Statement<never>;
  readonly #removeChains: Statement<never>;

  constructor(private readonly database: Database) {
    this.#all = database.prepare(`${WITH_COUNT} ORDER BY started_ms DESC, id`);
    this.#one = database.prepare(`${WITH_COUNT} WHERE id = ?`);
    this.#keep = database.prepare(`
      INSERT OR REPLACE INTO hunts (id, from_ms, to_ms, host, query, started_by, started_ms, state, finished_ms, progress, events, cut, error)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#remove = database.prepare('DELETE FROM hunts WHERE id = ?');
    this.#chains = database.prepare('SELECT * FROM hunt_chains WHERE hunt_id = ? AND place > ? ORDER BY place LIMIT ?');
    this.#chain = database.prepare('SELECT * FROM hunt_chains WHERE hunt_id = ? AND chain_id = ?');
    this.#addChain = database.prepare(
      'INSERT INTO hunt_chains (hunt_id, place, chain_id, host_key, processes, threat) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#removeChains = database.prepare('DELETE FROM hunt_chains WHERE hunt_id = ?');
  }

  hunts(): ReturnType<HuntStore['hunts']> {
    return this.#all.all().map(huntOf);
  }

  hunt(id: string): ReturnType<HuntStore['hunt']> {
    const row = this.#one.get(id);
    return row === undefined ? undefined : huntOf(row);
  }

  huntChains(id: string, page: PageRequest): Page<HuntedChain> {
    const after = decodeCursor(page.cursor, ['number'])?.[0] ?? -1;
    const items = this.#one.get(id)?.chains ?? 0;
    const rows = this.#chains.all(id, after, page.limit + 1);
    return pageOf(rows, page, chainOf, ({ place }) => [place], { items, exact: true });
  }

  huntChain(id: string, chainId: string): HuntedChain | undefined {
    const row = this.#chain.get(id, chainId);
    return row === undefined ? undefined : chainOf(row);
  }

  keepHunt(hunt: HuntRecord, chains: readonly HuntedChain[]): void {
    const { id, question, by, startedMs, state, finishedMs, progress, events, cuts, error } = hunt;
    const { fromMs, toMs, host = null, query = null } = question;
    this.database.transaction(() => {
      this.#keep.run(
        ...[id, fromMs, toMs, host, query, by, startedMs],
        ...[state, finishedMs, progress, events, cuts.length === 0 ? null : JSON.stringify(cuts)],
        error === undefined ? null : JSON.stringify(error),
      );
      this.#removeChains.run(id);
      for (const [place, { threat, processes }] of chains.entries())
        this.#addChain.run(id, place, threat.id, hostKey(threat.host), processes, JSON.stringify(threat));
    });
  }

  removeHunt(id: string): void {
    this.database.transaction(() => {
      this.#removeChains.run(id);
      this.#remove.run(id);
    });
  }
}

function huntOf(row: HuntRow): HuntRecord & { readonly chains: number } {
  return {
    id: row.id,
    question: { fromMs: row.from_ms, toMs: row.to_ms, host: row.host ?? undefined, query: row.query ?? undefined },
    by: row.started_by,
    startedMs: row.started_ms,
    state: row.state as HuntState,
    finishedMs: row.finished_ms,
    progress: row.progress,
    events: row.events,
    cuts: cutsOf(row.cut),
    error: errorOf(row.error),
    chains: row.chains,
  };
}

/** Before these were kept as data they were sentences, which begin with no bracket. */
function cutsOf(text: string | null): HuntRecord['cuts'] {
  if (text === null) return [];
  if (!text.startsWith('[')) return [{ reason: 'told', text }];
  const cuts = JSON.parse(text) as HuntRecord['cuts'];
  // Each host that was forgotten added one of its own.
  const count = cuts.reduce((sum, cut) => sum + (cut.reason === 'forgotten' ? cut.count : 0), 0);
  return count === 0 ? cuts : [...cuts.filter(({ reason }) => reason !== 'forgotten'), { reason: 'forgotten', count }];
}

function errorOf(text: string | null): HuntRecord['error'] {
  if (text === null) return undefined;
  return text.startsWith('{') ? (JSON.parse(text) as HuntRecord['error']) : { code: undefined, message: text };
}

function chainOf({ processes, threat }: ChainRow): HuntedChain {
  return { threat: JSON.parse(threat) as HuntedChain['threat'], processes };
}
