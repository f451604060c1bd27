/** Who changed what. Triggers in the database refuse to change or remove an entry. */

import type { AuditLog, AuditRecord } from '../../app/access-ports.js';
import type { Page, PageRequest } from '../../app/query-ports.js';
import { decodeCursor, pageOf } from '../cursor.js';
import type { Database, SqlValue, Statement } from '../database.js';

interface AuditRow {
  readonly id: number;
  readonly time_ms: number;
  readonly who: string;
  readonly action: string;
  readonly target: string;
  readonly before: string;
  readonly after: string;
  readonly address: string;
}

export class AuditTable implements AuditLog {
  readonly #add: Statement<never>;

  constructor(private readonly database: Database) {
    this.#add = database.prepare(
      'INSERT INTO audit (time_ms, who, action, target, before, after, address) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
  }

  addAudit(entry: AuditRecord): void {
    const { timeMs, who, action, target, before, after, address } = entry;
    this.#add.run(timeMs, who, action, target, JSON.stringify(before ?? null), JSON.stringify(after ?? null), address);
  }

  audit(
    filter: { readonly who?: string | undefined; readonly action?: string | undefined },
    page: PageRequest,
  ): Page<AuditRecord & { readonly id: number }> {
    const parts = ['TRUE'];
    const values: SqlValue[] = [];
    const add = (sql: string, value: SqlValue): void => {
      parts.push(sql);
      values.push(value);
    };
    if (filter.who !== undefined) add('who = ?', filter.who);
    if (filter.action !== undefined) add('action = ?', filter.action);
    const before = decodeCursor(page.cursor, ['number'])?.[0];
    if (before !== undefined) add('id < ?', before);
    const rows = this.database
      .query<AuditRow>(`SELECT * FROM audit WHERE ${parts.join(' AND ')} ORDER BY id DESC LIMIT ?`)
      .all(...values, page.limit + 1);
    return pageOf(rows, page, entryOf, (row) => [row.id]);
  }
}

function entryOf(row: AuditRow): AuditRecord & { readonly id: number } {
  return {
    id: row.id,
    timeMs: row.time_ms,
    who: row.who,
    action: row.action,
    target: row.target,
    before: JSON.parse(row.before) as unknown,
    after: JSON.parse(row.after) as unknown,
    address: row.address,
  };
}
