/** Ids of chains that joined others: each leads to the one it joined, and so on to the one that stands. */

import type { Database, Statement } from './database.js';

/** Joins in a row that are followed; a chain built from its leaves upwards has one for each process. */
const STEPS_MAX = 100_000;

export class ChainIds {
  readonly #next: Statement<{ chain_id: string }>;
  readonly #all: Statement<{ id: string }>;

  constructor(database: Database) {
    this.#next = database.prepare('SELECT chain_id FROM chain_aliases WHERE old_id = ?');
    this.#all = database.prepare(ALIASES_SQL.replace('$id', '?'));
  }

  /** The id that stands now; the one given where it is no alias. */
  current(id: string): string {
    let at = id;
    for (let step = 0; step < STEPS_MAX; step++) {
      const next = this.#next.get(at)?.chain_id;
      if (next === undefined) break;
      at = next;
    }
    return at;
  }

  /** The id itself and all that lead to it. */
  all(id: string): readonly string[] {
    return this.#all.all(id).map((row) => row.id);
  }
}

/** `UNION` drops what was seen, so even a circle ends. */
const ALIASES_SQL = `
  WITH RECURSIVE ids (id) AS (
    SELECT $id UNION SELECT a.old_id FROM chain_aliases a JOIN ids ON a.chain_id = ids.id
  ) SELECT id FROM ids`;
