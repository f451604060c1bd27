/** Takes all rows of a host out of the state. */

import type { Database, Statement } from './database.js';

/** What a hunt found and no longer holds it says among its cuts (hunt-table.ts), which earlier versions kept as a sentence. */
const HUNTS_TELL = `
  UPDATE hunts SET cut = json_insert(
    CASE WHEN cut IS NULL THEN '[]' WHEN cut LIKE '[%' THEN cut ELSE json_array(json_object('reason', 'told', 'text', cut)) END,
    '$[#]',
    json_object('reason', 'forgotten', 'count', (SELECT count(*) FROM hunt_chains WHERE hunt_id = hunts.id AND host_key = ?1))
  )
  WHERE id IN (SELECT hunt_id FROM hunt_chains WHERE host_key = ?1)`;

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
  HUNTS_TELL,
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
