/** Tokens of sensors and scripts, by the hash of their secret. */

import type { TokenRecord, TokenStore } from '../../app/access-ports.js';
import type { Database, Statement } from '../database.js';

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly secret_hash: string;
  readonly hosts: string;
  readonly created_ms: number;
  readonly created_by: string;
  readonly last_used_ms: number;
  readonly expires_ms: number;
}

export class TokenTable implements TokenStore {
  readonly #all: Statement<TokenRow>;
  readonly #byHash: Statement<TokenRow>;
  readonly #add: Statement<never>;
  readonly #remove: Statement<never>;
  readonly #touch: Statement<never>;

  constructor(database: Database) {
    this.#all = database.prepare('SELECT * FROM tokens ORDER BY created_ms, id');
    this.#byHash = database.prepare('SELECT * FROM tokens WHERE secret_hash = ?');
    this.#add = database.prepare(`
      INSERT INTO tokens (id, name, role, secret_hash, hosts, created_ms, created_by, last_used_ms, expires_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#remove = database.prepare('DELETE FROM tokens WHERE id = ?');
    this.#touch = database.prepare('UPDATE tokens SET last_used_ms = max(last_used_ms, ?) WHERE id = ?');
  }

  tokens(): readonly TokenRecord[] {
    return this.#all.all().map(tokenOf);
  }

  tokenByHash(secretHash: string): TokenRecord | undefined {
    const row = this.#byHash.get(secretHash);
    return row === undefined ? undefined : tokenOf(row);
  }

  addToken(token: TokenRecord): void {
    const { id, name, role, secretHash, hosts, createdMs, createdBy, lastUsedMs, expiresMs } = token;
    this.#add.run(id, name, role, secretHash, JSON.stringify(hosts), createdMs, createdBy, lastUsedMs, expiresMs);
  }

  removeToken(id: string): boolean {
    return this.#remove.run(id) > 0;
  }

  touchToken(id: string, usedMs: number): void {
    this.#touch.run(usedMs, id);
  }
}

function tokenOf(row: TokenRow): TokenRecord {
  return {
    id: row.id,
    name: row.name,
    role: row.role as TokenRecord['role'],
    secretHash: row.secret_hash,
    hosts: JSON.parse(row.hosts) as string[],
    createdMs: row.created_ms,
    createdBy: row.created_by,
    lastUsedMs: row.last_used_ms,
    expiresMs: row.expires_ms,
  };
}
