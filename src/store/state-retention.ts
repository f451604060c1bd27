/**
 * Takes out of the state what only records tell that are gone from the log, so that with a limit on the log the state stops growing as well.
 *
 *     goes                                          stays
 *     a process's list of events that are gone      the list of those that are kept
 *     a chain and its processes                     with an event that is kept; with a process that may be alive on a host that was heard since; a threat
 *     the day of a root process or of host events   with evidence of later than a day before; a threat
 *     a host                                        that was heard since, or of which anything stays
 *
 * What detection still remembers of them is written again as soon as it changes.
 */

import { positionBefore, shareOf } from '../app/partition.js';
import type { LogStart } from '../app/ports.js';
import { ChainIds } from './chain-ids.js';
import type { Database, Statement } from './database.js';
import { HostRemoval } from './host-removal.js';

/** Rows looked at in one transaction: a millisecond or two, for which nothing is judged. */
const STEP_ROWS = 256;

/** Clocks of hosts are wrong by hours: by their time nothing goes sooner. */
const GRACE_MS = 24 * 60 * 60_000;

interface ProcessRow {
  readonly place: number;
  readonly id: string;
  readonly host_key: string;
  readonly chain_id: string;
  readonly is_root: number;
  readonly end_ms: number;
}

interface ChainRow {
  readonly id: string;
  readonly host_key: string;
  readonly last_ms: number;
  readonly of_day: number;
}

interface HostRow {
  readonly key: string;
  readonly last_ms: number;
}

/** Looks at rows from a place on. @returns the place to go on from; `undefined` after the last row */
type Step<Place> = (from: Place) => Place | undefined;

export class StateRetention {
  readonly #ids: ChainIds;
  readonly #hosts: HostRemoval;
  readonly #processesFrom: Statement<ProcessRow>;
  readonly #dropPages: Statement<never>;
  readonly #hasPages: Statement<{ found: number }>;
  readonly #isKept: Statement<{ found: number }>;
  readonly #dropProcess: Statement<never>;
  readonly #dropAliases: Statement<never>;
  readonly #dropDeleted: Statement<never>;
  readonly #dropChain: Statement<never>;
  readonly #isUnheard: Statement<{ found: number }>;
  readonly #hasDays: Statement<{ found: number }>;
  readonly #chainsFrom: Statement<ChainRow>;
  readonly #isThreat: Statement<{ found: number }>;
  readonly #hostsFrom: Statement<HostRow>;
  readonly #hasAny: Statement<{ found: number }>;

  /** @param partition  of so many whose hosts it looks at: each log begins elsewhere */
  constructor(
    private readonly database: Database,
    private readonly partition: number,
  ) {
    this.#ids = new ChainIds(database);
    this.#hosts = new HostRemoval(database);
    this.#processesFrom = database.prepare(`
      SELECT rowid AS place, id, host_key, chain_id, is_root, end_ms FROM processes WHERE rowid > ? ORDER BY rowid LIMIT ${STEP_ROWS}`);
    this.#dropPages = database.prepare('DELETE FROM event_pages WHERE process_id = ?1 AND first < ?2 AND last < ?2');
    this.#hasPages = database.prepare('SELECT 1 AS found FROM event_pages WHERE process_id = ? LIMIT 1');
    this.#isKept = database.prepare(`
      SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM threats WHERE id = ?1)
        OR EXISTS (SELECT 1 FROM chains c WHERE c.id = ?1 AND c.active = 1
          AND NOT EXISTS (SELECT 1 FROM hosts h WHERE h.key = c.host_key AND h.last_ms < ?4))
        OR EXISTS (
          SELECT 1 FROM json_each(?2) j CROSS JOIN processes p ON p.chain_id = j.value CROSS JOIN event_pages e ON e.process_id = p.id
          WHERE e.last >= ?3)`);
    this.#dropProcess = database.prepare('DELETE FROM processes WHERE id = ?');
    this.#dropAliases = database.prepare('DELETE FROM chain_aliases WHERE old_id IN (SELECT value FROM json_each(?))');
    this.#dropDeleted = database.prepare('DELETE FROM deleted_threats WHERE id = ?');
    this.#dropChain = database.prepare('DELETE FROM chains WHERE id = ?');
    this.#isUnheard = database.prepare('SELECT 1 AS found FROM hosts WHERE key = ? AND last_ms < ?');
    this.#hasDays = database.prepare(
      'SELECT 1 AS found FROM chains WHERE host_key = ? AND start_process_id = ? LIMIT 1',
    );
    this.#chainsFrom = database.prepare(`
      SELECT c.id, c.host_key, c.last_ms, 
        coalesce(p.is_root, NOT EXISTS (SELECT 1 FROM processes m WHERE m.chain_id = c.id)) AS of_day
      FROM chains c LEFT JOIN processes p ON p.id = c.start_process_id WHERE c.id > ? ORDER BY c.id LIMIT ${STEP_ROWS}`);
    this.#isThreat = database.prepare('SELECT 1 AS found FROM threats WHERE id = ?');
    this.#hostsFrom = database.prepare(`
      SELECT key, last_ms FROM hosts WHERE last_ms >= ?1 AND (last_ms > ?1 OR key > ?2) AND last_ms < ?3
      ORDER BY last_ms, key LIMIT ${STEP_ROWS}`);
    this.#hasAny = database.prepare(`
      SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM chains WHERE host_key = ?1) OR EXISTS (SELECT 1 FROM threats WHERE host_key = ?1)
        OR EXISTS (SELECT 1 FROM processes WHERE host_key = ?1)`);
  }

  /**
   * Each step is a transaction of its own; between two of them anything else may be done, and the rest may as well never be. Of a log that is whole
   * nothing is forgotten.
   *
   * @param partitions  how many share the hosts
   */
  *forget(start: LogStart, partitions: number): Generator<void> {
    if (start.position <= positionBefore(this.partition) + 1) return;
    const isOurs = (host: string): boolean => shareOf(host, partitions) === this.partition;
    yield* this.#steps(0, (from) => this.#processes(from, start, isOurs));
    yield* this.#steps('', (from) => this.#days(from, start.receivedMs - GRACE_MS, isOurs));
    yield* this.#steps<HostRow>({ key: '', last_ms: 0 }, (from) => this.#quietHosts(from, start.receivedMs, isOurs));
  }

  *#steps<Place>(first: Place, step: Step<Place>): Generator<void> {
    for (let from: Place | undefined = first; from !== undefined;) {
      const at: Place = from;
      from = this.database.rebuildable(() => step(at));
      yield;
    }
  }

  #processes(from: number, start: LogStart, isOurs: (host: string) => boolean): number | undefined {
    const rows = this.#processesFrom.all(from);
    // Members of a chain were written beside each other, and whether it stays is asked once for those of this step.
    const asked = new Map<string, boolean>();
    for (const row of rows) {
      if (!isOurs(row.host_key)) continue;
      this.#dropPages.run(row.id, start.position);
      if (this.#hasPages.get(row.id) !== undefined) continue;
      const stays = row.is_root === 1 ? this.#rootStays(row, start) : this.#chainStays(row.chain_id, start, asked);
      if (!stays) this.#dropProcess.run(row.id);
    }
    return rows.at(-1)?.place;
  }

  /** As long as it may run, or a day of it stays. */
  #rootStays({ id, host_key, end_ms }: ProcessRow, { receivedMs }: LogStart): boolean {
    if (end_ms === 0 && this.#isUnheard.get(host_key, receivedMs) === undefined) return true;
    return this.#hasDays.get(host_key, id) !== undefined;
  }

  #chainStays(chainId: string, start: LogStart, asked: Map<string, boolean>): boolean {
    let stays = asked.get(chainId);
    if (stays === undefined) {
      const id = this.#ids.current(chainId);
      const ids = JSON.stringify(this.#ids.all(id));
      stays = this.#isKept.get(id, ids, start.position, start.receivedMs) !== undefined;
      asked.set(chainId, stays);
      if (!stays) this.#removeChain(id, ids);
    }
    return stays;
  }

  #days(from: string, beforeMs: number, isOurs: (host: string) => boolean): string | undefined {
    const rows = this.#chainsFrom.all(from);
    for (const { id, host_key, last_ms, of_day } of rows) {
      if (of_day === 1 && last_ms < beforeMs && isOurs(host_key) && this.#isThreat.get(id) === undefined) {
        this.#removeChain(id, JSON.stringify([id]));
      }
    }
    return rows.at(-1)?.id;
  }

  /** @param ids  all that it had, as a JSON list */
  #removeChain(id: string, ids: string): void {
    this.#dropChain.run(id);
    this.#dropAliases.run(ids);
    this.#dropDeleted.run(id);
  }

  #quietHosts(from: HostRow, beforeMs: number, isOurs: (host: string) => boolean): HostRow | undefined {
    const rows = this.#hostsFrom.all(from.last_ms, from.key, beforeMs);
    for (const { key } of rows) if (isOurs(key) && this.#hasAny.get(key) === undefined) this.#hosts.remove(key);
    return rows.at(-1);
  }
}
