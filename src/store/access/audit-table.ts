/** Who changed what. Triggers in the database refuse to change or remove an entry; audit-chain.ts says how one that was shows. */

import type { AuditLog, AuditRecord } from '../../app/access-ports.js';
import type { Page, PageRequest } from '../../app/query-ports.js';
import { decodeCursor, pageOf } from '../cursor.js';
import type { Database, SqlValue, Statement } from '../database.js';
import { toStored } from '../stored-text.js';
import { CHAIN_START, entryHash, type AuditRow, type ChainHead } from './audit-chain.js';

export class AuditTable implements AuditLog {
  readonly #head: Statement<ChainHead>;
  readonly #newest: Statement<ChainHead>;
  readonly #setHead: Statement<never>;
  readonly #add: Statement<never>;

  constructor(private readonly database: Database) {
    this.#head = database.prepare('SELECT id, hash FROM audit_head');
    this.#newest = database.prepare('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1');
    this.#setHead = database.prepare('INSERT OR REPLACE INTO audit_head (one, id, hash) VALUES (1, ?, ?)');
    this.#add = database.prepare(`
      INSERT INTO audit (id, time_ms, who, action, target, before, after, address, previous, hash)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  addAudit(entry: AuditRecord): void {
    const { timeMs, who, action, target, address } = entry;
    const before = JSON.stringify(entry.before ?? null);
    const after = JSON.stringify(entry.after ?? null);
    this.database.transaction(() => {
      const newest = this.#newest.get();
      // The head, not the newest row, is what is built on: where rows were taken off the end, the gap shows for ever.
      const { id: headId, hash: previous } = this.#head.get() ?? newest ?? { id: 0, hash: CHAIN_START };
      const id = Math.max(headId, newest?.id ?? 0) + 1;
      const [storedWho, storedTarget] = [toStored(who), toStored(target)];
      const row = { id, time_ms: timeMs, who: storedWho, action, target: storedTarget, before, after, address };
      const hash = entryHash(previous, row);
      this.#add.run(id, timeMs, who, action, target, before, after, address, previous, hash);
      this.#setHead.run(id, hash);
    });
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
