/** Codes that sensors trade for tokens of their own, by the code's hash. */

import type { EnrolmentRecord, EnrolmentStore } from '../../app/access-ports.js';
import type { Database, Statement } from '../database.js';

interface EnrolmentRow {
  readonly id: string;
  readonly code_hash: string;
  readonly hosts: string;
  readonly uses_left: number;
  readonly created_ms: number;
  readonly created_by: string;
  readonly expires_ms: number;
}

export class EnrolmentTable implements EnrolmentStore {
  readonly #all: Statement<EnrolmentRow>;
  readonly #byHash: Statement<EnrolmentRow>;
  readonly #add: Statement<never>;
  readonly #use: Statement<never>;
  readonly #remove: Statement<never>;
  readonly #removeExpired: Statement<never>;

  constructor(database: Database) {
    this.#all = database.prepare('SELECT * FROM enrolments ORDER BY created_ms, id');
    this.#byHash = database.prepare('SELECT * FROM enrolments WHERE code_hash = ?');
    this.#add = database.prepare(`
      INSERT INTO enrolments (id, code_hash, hosts, uses_left, created_ms, created_by, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`);
    // One statement, so that two requests at the same moment cannot both have the last use.
    this.#use = database.prepare(
      'UPDATE enrolments SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0 AND expires_ms > ?',
    );
    this.#remove = database.prepare('DELETE FROM enrolments WHERE id = ?');
    this.#removeExpired = database.prepare('DELETE FROM enrolments WHERE expires_ms <= ?');
  }

  enrolments(): readonly EnrolmentRecord[] {
    return this.#all.all().map(enrolmentOf);
  }

  enrolmentByHash(codeHash: string): EnrolmentRecord | undefined {
    const row = this.#byHash.get(codeHash);
    return row === undefined ? undefined : enrolmentOf(row);
  }

  addEnrolment(enrolment: EnrolmentRecord): void {
    const { id, codeHash, hosts, usesLeft, createdMs, createdBy, expiresMs } = enrolment;
    this.#removeExpired.run(createdMs);
    this.#add.run(id, codeHash, JSON.stringify(hosts), usesLeft, createdMs, createdBy, expiresMs);
  }

  useEnrolment(id: string, nowMs: number): boolean {
    return this.#use.run(id, nowMs) > 0;
  }

  removeEnrolment(id: string): boolean {
    return this.#remove.run(id) > 0;
  }
}

function enrolmentOf(row: EnrolmentRow): EnrolmentRecord {
  return {
    id: row.id,
    codeHash: row.code_hash,
    hosts: JSON.parse(row.hosts) as string[],
    usesLeft: row.uses_left,
    createdMs: row.created_ms,
    createdBy: row.created_by,
    expiresMs: row.expires_ms,
  };
}
