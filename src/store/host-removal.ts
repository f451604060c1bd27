/** Takes all rows of a host out of the state. */

import type { Database, Statement } from './database.js';

/** Rows of a host, those that others are found by last. `?` is its key. */
const REMOVALS: readonly string[] = [
  'DELETE FROM event_pages WHERE process_id IN (SELECT id FROM processes WHERE host_key = ?)',
  'DELETE FROM threat_techniques WHERE threat_id IN (SELECT id FROM threats WHERE host_key = ?)',
  'DELETE FROM threat_evidence WHERE id IN (SELECT id FROM threats WHERE host_key = ?)',
  'DELETE FROM threats WHERE host_key = ?',
  'DELETE FROM deleted_threats WHERE host_key = ?',
  'DELETE FROM chain_aliases WHERE chain_id IN (SELECT id FROM chains WHERE host_key = ?)',
  'DELETE FROM chains WHERE host_key = ?',
  'DELETE FROM processes WHERE host_key = ?',
  'DELETE FROM volume_minutes WHERE host_key = ?',
  'DELETE FROM volume_tens WHERE host_key = ?',
  'DELETE FROM host_streams WHERE key = ?',
  'DELETE FROM host_stream_texts WHERE key = ?',
  'DELETE FROM hunt_chains WHERE host_key = ?',
  'DELETE FROM hosts WHERE key = ?',
];

export class HostRemoval {
  readonly #statements: readonly Statement<never>[];

  constructor(database: Database) {
    this.#statements = REMOVALS.map((sql) => database.prepare(sql));
  }

  /** Within a transaction of the caller's. */
  remove(key: string): void {
    for (const statement of this.#statements) statement.run(key);
  }
}
