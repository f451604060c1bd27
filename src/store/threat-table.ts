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
import { COUNT_MAX, countOf, decodeCursor, likeText, pageOf } from './cursor.js';
import type { Database, SqlValue, Statement } from './database.js';
import { searchable } from './stored-text.js';
import { storedThreat, THREAT_COLUMNS, THREAT_TABLES, type ThreatRow } from './threat-row.js';

const SORT_COLUMNS = { score: 'score', last: 'last_ms', first: 'first_ms' } as const;

/** Conditions on `threats t`, joined by AND. */
interface Where {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export class ThreatTable implements ThreatStore {
  readonly #one: Statement<ThreatRow>;
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
    const where = whereOf(filter);
    const sort = SORT_COLUMNS[filter.sort ?? 'score'];
    const after = decodeCursor(page.cursor, ['number', 'string']);
    const from = after === undefined ? '' : `AND t.${sort} <= ? AND (t.${sort} < ? OR t.id > ?)`;
    const rows = this.database
      .query<ThreatRow>(
        `SELECT ${THREAT_COLUMNS} FROM ${THREAT_TABLES} WHERE ${where.sql} ${from} ORDER BY t.${sort} DESC, t.id LIMIT ?`,
      )
      .all(...where.values, ...(after === undefined ? [] : [after[0]!, after[0]!, after[1]!]), page.limit + 1);
    // Later pages would count the same again.
    const count = after === undefined ? countOf(this.#count(where)) : undefined;
    return pageOf(rows, page, storedThreat, (row) => [row[sort], row.id], count);
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

  #count({ sql, values }: Where): number {
    const counted = this.database.query<{ n: number }>(
      `SELECT count(*) AS n FROM (SELECT 1 FROM threats t LEFT JOIN hosts h ON h.key = t.host_key WHERE ${sql} LIMIT ${COUNT_MAX + 1})`,
    );
    return counted.get(...values)?.n ?? 0;
  }
}

function whereOf(filter: ThreatFilter): Where {
  const parts = ['t.withdrawn = 0'];
  const values: SqlValue[] = [];
  const add = (sql: string, ...given: readonly SqlValue[]): void => {
    parts.push(sql);
    values.push(...given);
  };
  if (filter.verdict !== undefined) add('t.verdict = ?', filter.verdict);
  if (filter.changed !== undefined) add('t.changed = ?', Number(filter.changed));
  if (filter.minScore !== undefined) add('t.score >= ?', filter.minScore);
  if (filter.fromMs !== undefined) add('t.last_ms >= ?', filter.fromMs);
  if (filter.toMs !== undefined) add('t.last_ms < ?', filter.toMs);
  if (filter.host?.includes('*') === true) {
    add("coalesce(h.name, t.host) LIKE ? ESCAPE '\\'", likeText(filter.host).replaceAll('*', '%'));
  } else if (filter.host !== undefined) add('t.host_key = ?', hostKey(filter.host));
  if (filter.technique !== undefined) {
    add(
      't.id IN (SELECT threat_id FROM threat_techniques WHERE technique = ? OR (technique > ? AND technique < ?))',
      filter.technique,
      `${filter.technique}.`,
      `${filter.technique}/`,
    );
  }
  if (filter.text !== undefined && filter.text !== '') {
    add("t.search LIKE ? ESCAPE '\\'", `%${likeText(searchable(filter.text))}%`);
  }
  return { sql: parts.join(' AND '), values };
}
