/** Small facts that outlive a restart. */

import type { FactStore } from '../../app/access-ports.js';
import type { Database, Statement } from '../database.js';

export class FactTable implements FactStore {
  readonly #get: Statement<{ value: string }>;
  readonly #set: Statement<never>;
  readonly #drop: Statement<never>;

  constructor(database: Database) {
    this.#get = database.prepare('SELECT value FROM facts WHERE name = ?');
    this.#set = database.prepare(
      'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.#drop = database.prepare('DELETE FROM facts WHERE name = ?');
  }

  fact(name: string): string | undefined {
    return this.#get.get(name)?.value;
  }

  setFact(name: string, value: string | undefined): void {
    if (value === undefined) this.#drop.run(name);
    else this.#set.run(name, value);
  }
}
