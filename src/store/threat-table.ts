/** Threats as people ask for them and decide about them. */

import type {
  DecisionAnswer,
  Page,
  PageRequest,
  StoredThreat,
  ThreatCounts,
  ThreatFilter,
  ThreatStore,
} from '../app/query-ports.js';
import { hostKey } from '../engine/event/host-name.js';
import type { ChainIds } from './chain-ids.js';
import { COUNT_MAX, countOf, decodeCursor, invalidCursor, likeText, pageOf } from './cursor.js';
import type { Database, SqlValue, Statement } from './database.js';
import { searchable } from './stored-text.js';
import { storedThreat, THREAT_COLUMNS, THREAT_TABLES, type ThreatRow } from './threat-row.js';

const SORT_COLUMNS = { score: 'score', last: 'last_ms', first: 'first_ms' } as const;

/** Conditions on `threats t`, joined by AND. */
interface Where {
  /** Which index to use, where SQLite shall not choose. */
  readonly index: string;
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

interface Place {
  readonly id: string;
  /** What the list is sorted by. */
  readonly value: number;
}

export class ThreatTable implements ThreatStore {
  readonly #one: Statement<ThreatRow>;
  readonly #several: Statement<ThreatRow>;
  readonly #techniqueCount: Statement<{ n: number }>;
  readonly #decide: Statement<never>;
  readonly #counts: Statement<{ verdict: string; threats: number; changed: number }>;
  readonly #techniques: Statement<{ id: string; threats: number }>;
  readonly #delete: readonly Statement<never>[];
  readonly #markDeleted: Statement<never>;

  constructor(
    private readonly database: Database,
    private readonly ids: ChainIds,
  ) {
    this.#one = database.prepare(`SELECT ${THREAT_COLUMNS} FROM ${THREAT_TABLES} WHERE t.id = ? AND t.withdrawn = 0`);
    this.#several = database.prepare(
      `SELECT ${THREAT_COLUMNS} FROM json_each(?) j CROSS JOIN ${THREAT_TABLES} WHERE t.id = j.value`,
    );
    this.#techniqueCount = database.prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM threat_techniques x WHERE ${OF_TECHNIQUE} LIMIT ${COMMON_TECHNIQUE})`,
    );
    this.#decide = database.prepare(`
      UPDATE threats SET verdict = ?, reason = ?, note = ?, changed = 0, handled_by = ?, handled_ms = ?, handled_score = score,
        revision = revision + 1 WHERE id = ?`);
    this.#counts = database.prepare(
      'SELECT verdict, count(*) AS threats, sum(changed) AS changed FROM threats WHERE withdrawn = 0 GROUP BY verdict',
    );
    this.#techniques = database.prepare(
      'SELECT technique AS id, count(*) AS threats FROM threat_techniques GROUP BY technique ORDER BY threats DESC, id LIMIT ?',
    );
    this.#delete = [
      'DELETE FROM threats WHERE id = ?',
      'DELETE FROM threat_evidence WHERE id = ?',
      'DELETE FROM threat_techniques WHERE threat_id = ?',
    ].map((sql) => database.prepare(sql));
    this.#markDeleted = database.prepare(
      'INSERT OR REPLACE INTO deleted_threats (id, host_key, score) SELECT id, host_key, score FROM threats WHERE id = ?',
    );
  }

  threats(filter: ThreatFilter, page: PageRequest): Page<StoredThreat> {
    const order = filter.sort ?? 'score';
    const sort = SORT_COLUMNS[order];
    const where = whereOf(filter, sort, (technique) => this.#isCommon(technique));
    const after = decodeCursor(page.cursor, ['string', 'number', 'string']);
    if (after !== undefined && after[0] !== order) throw invalidCursor();
    const from = after === undefined ? '' : `AND t.${sort} <= ? AND (t.${sort} < ? OR t.id > ?)`;
    const found = this.database
      .query<Place>(
        `SELECT t.id, t.${sort} AS value FROM threats t ${where.index} WHERE ${where.sql} ${from} ORDER BY t.${sort} DESC, t.id LIMIT ?`,
      )
      .all(...where.values, ...(after === undefined ? [] : [after[1]!, after[1]!, after[2]!]), page.limit + 1);
    // Later pages would count the same again.
    const count = after === undefined ? countOf(this.#count(where)) : undefined;
    const rows = this.#rows(found.slice(0, page.limit));
    const places = pageOf(
      found,
      page,
      ({ id }) => id,
      ({ value, id }) => [order, value, id],
      count,
    );
    return { ...places, items: places.items.flatMap((id) => rows.get(id) ?? []) };
  }

  threat(id: string): StoredThreat | undefined {
    const row = this.#one.get(id) ?? this.#one.get(this.ids.current(id));
    return row === undefined ? undefined : storedThreat(row);
  }

  decide(
    id: string,
    change: Parameters<ThreatStore['decide']>[1],
    by: string,
    nowMs: number,
    revision: number | undefined,
  ): DecisionAnswer {
    return this.database.transaction((): DecisionAnswer => {
      const before = this.threat(id);
      if (before === undefined) return { kind: 'missing' };
      const { decision, threat } = before;
      if (revision !== undefined && revision !== decision.revision) return { kind: 'conflict', current: before };
      const verdict = change.verdict ?? decision.verdict;
      const isHandled = verdict !== 'open' || change.verdict !== undefined;
      this.#decide.run(
        verdict,
        change.reason ?? decision.reason,
        change.note ?? decision.note,
        isHandled ? by : decision.handledBy,
        isHandled ? nowMs : decision.handledMs,
        threat.id,
      );
      return { kind: 'done', before, after: this.threat(threat.id)! };
    });
  }

  removeThreat(id: string): boolean {
    return this.database.transaction(() => {
      const found = this.threat(id);
      if (found === undefined) return false;
      this.#markDeleted.run(found.threat.id);
      for (const statement of this.#delete) statement.run(found.threat.id);
      return true;
    });
  }

  threatCounts(): ThreatCounts {
    const rows = new Map(this.#counts.all().map((row) => [row.verdict, row]));
    const of = (verdict: string): number => rows.get(verdict)?.threats ?? 0;
    const changed = [...rows.values()].reduce((sum, row) => sum + row.changed, 0);
    return { open: of('open'), confirmed: of('confirmed'), ignored: of('ignored'), changed };
  }

  topTechniques(limit: number): readonly { readonly id: string; readonly threats: number }[] {
    return this.#techniques.all(limit).map(({ id, threats }) => ({ id, threats }));
  }

  #rows(places: readonly Place[]): ReadonlyMap<string, StoredThreat> {
    const rows = this.#several.all(JSON.stringify(places.map(({ id }) => id)));
    return new Map(rows.map((row) => [row.id, storedThreat(row)]));
  }

  #count({ index, sql, values }: Where): number {
    const counted = this.database.query<{ n: number }>(
      `SELECT count(*) AS n FROM (SELECT 1 FROM threats t ${index} WHERE ${sql} LIMIT ${COUNT_MAX + 1})`,
    );
    return counted.get(...values)?.n ?? 0;
  }

  #isCommon(technique: string): boolean {
    const [first, from, to] = techniqueRange(technique);
    return (this.#techniqueCount.get(first, from, to)?.n ?? 0) >= COMMON_TECHNIQUE;
  }
}

/** A technique of more threats is met soon while the list is walked in its order; of fewer, its threats are looked up and sorted. */
const COMMON_TECHNIQUE = 2_000;

function techniqueRange(technique: string): readonly [string, string, string] {
  return [technique, `${technique}.`, `${technique}/`];
}

const OF_TECHNIQUE = '(x.technique = ? OR (x.technique > ? AND x.technique < ?))';

/** Filters that no other index serves in the order of the list are asked of the one that holds all that is filtered by. */
const SEARCH_INDEX = 'INDEXED BY threats_to_search';

function whereOf(filter: ThreatFilter, sort: string, isCommon: (technique: string) => boolean): Where {
  const parts = ['t.withdrawn = 0'];
  const values: SqlValue[] = [];
  let index = '';
  const add = (sql: string, ...given: readonly SqlValue[]): void => {
    parts.push(sql);
    values.push(...given);
  };
  if (filter.verdict !== undefined) add('t.verdict = ?', filter.verdict);
  if (filter.changed !== undefined) add(filter.changed ? 't.changed = 1' : 't.changed = 0');
  if (filter.minScore !== undefined) {
    add('t.score >= ?', filter.minScore);
    if (sort !== 'score') index = SEARCH_INDEX;
  }
  if (filter.fromMs !== undefined) add('t.last_ms >= ?', filter.fromMs);
  if (filter.toMs !== undefined) add('t.last_ms < ?', filter.toMs);
  if ((filter.fromMs !== undefined || filter.toMs !== undefined) && sort !== 'last_ms') index = SEARCH_INDEX;
  if (filter.host?.includes('*') === true) {
    const pattern = likeText(filter.host).replaceAll('*', '%');
    add("t.host_key IN (SELECT key FROM hosts WHERE name LIKE ? ESCAPE '\\')", pattern);
    index = SEARCH_INDEX;
  } else if (filter.host !== undefined) add('t.host_key = ?', hostKey(filter.host));
  if (filter.technique !== undefined) {
    const sql = isCommon(filter.technique)
      ? `EXISTS (SELECT 1 FROM threat_techniques x WHERE x.threat_id = t.id AND ${OF_TECHNIQUE})`
      : `t.id IN (SELECT x.threat_id FROM threat_techniques x WHERE ${OF_TECHNIQUE})`;
    add(sql, ...techniqueRange(filter.technique));
  }
  if (filter.text !== undefined && filter.text !== '') {
    add("t.search LIKE ? ESCAPE '\\'", `%${likeText(searchable(filter.text))}%`);
    index = SEARCH_INDEX;
  }
  if (filter.host !== undefined && !filter.host.includes('*')) index = '';
  return { index, sql: parts.join(' AND '), values };
}
