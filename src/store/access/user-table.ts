/** People and their sessions. */

import type { SessionRecord, SessionStore, UserRecord, UserStore } from '../../app/access-ports.js';
import type { Database, Statement } from '../database.js';

interface UserRow {
  readonly name: string;
  readonly role: string;
  readonly password_hash: string;
  readonly created_ms: number;
  readonly last_sign_in_ms: number;
}

interface SessionRow {
  readonly id_hash: string;
  readonly user: string;
  readonly csrf: string;
  readonly created_ms: number;
  readonly expires_ms: number;
}

export class UserTable implements UserStore, SessionStore {
  readonly #all: Statement<UserRow>;
  readonly #one: Statement<UserRow>;
  readonly #add: Statement<never>;
  readonly #change: Statement<never>;
  readonly #remove: Statement<never>;
  readonly #addSession: Statement<never>;
  readonly #session: Statement<SessionRow>;
  readonly #removeSession: Statement<never>;
  readonly #removeSessionsOf: Statement<never>;
  readonly #removeExpired: Statement<never>;

  constructor(private readonly database: Database) {
    this.#all = database.prepare('SELECT * FROM users ORDER BY name_key');
    this.#one = database.prepare('SELECT * FROM users WHERE name_key = ?');
    this.#add = database.prepare(
      'INSERT OR IGNORE INTO users (name_key, name, role, password_hash, created_ms, last_sign_in_ms) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#change = database.prepare(
      'UPDATE users SET role = ?, password_hash = ?, last_sign_in_ms = ? WHERE name_key = ?',
    );
    this.#remove = database.prepare('DELETE FROM users WHERE name_key = ?');
    this.#addSession = database.prepare(
      'INSERT OR REPLACE INTO sessions (id_hash, user_key, user, csrf, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#session = database.prepare('SELECT * FROM sessions WHERE id_hash = ?');
    this.#removeSession = database.prepare('DELETE FROM sessions WHERE id_hash = ?');
    this.#removeSessionsOf = database.prepare('DELETE FROM sessions WHERE user_key = ?');
    this.#removeExpired = database.prepare('DELETE FROM sessions WHERE expires_ms <= ?');
  }

  users(): readonly UserRecord[] {
    return this.#all.all().map(userOf);
  }

  user(name: string): UserRecord | undefined {
    const row = this.#one.get(keyOf(name));
    return row === undefined ? undefined : userOf(row);
  }

  addUser(user: UserRecord): boolean {
    const { name, role, passwordHash, createdMs, lastSignInMs } = user;
    return this.#add.run(keyOf(name), name, role, passwordHash, createdMs, lastSignInMs) > 0;
  }

  changeUser(name: string, change: Parameters<UserStore['changeUser']>[1]): boolean {
    return this.database.transaction(() => {
      const user = this.user(name);
      if (user === undefined) return false;
      const { role, passwordHash, lastSignInMs } = { ...user, ...change };
      return this.#change.run(role, passwordHash, lastSignInMs, keyOf(name)) > 0;
    });
  }

  removeUser(name: string): boolean {
    return this.database.transaction(() => {
      this.#removeSessionsOf.run(keyOf(name));
      return this.#remove.run(keyOf(name)) > 0;
    });
  }

  addSession(session: SessionRecord): void {
    const { idHash, user, csrf, createdMs, expiresMs } = session;
    this.#addSession.run(idHash, keyOf(user), user, csrf, createdMs, expiresMs);
  }

  session(idHash: string): SessionRecord | undefined {
    const row = this.#session.get(idHash);
    if (row === undefined) return undefined;
    return {
      idHash: row.id_hash,
      user: row.user,
      csrf: row.csrf,
      createdMs: row.created_ms,
      expiresMs: row.expires_ms,
    };
  }

  removeSession(idHash: string): void {
    this.#removeSession.run(idHash);
  }

  removeSessionsOf(user: string): void {
    this.#removeSessionsOf.run(keyOf(user));
  }

  removeSessionsExpired(nowMs: number): void {
    this.#removeExpired.run(nowMs);
  }
}

/** Names that differ in case only, or in how an accent is composed, are one person's. */
function keyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function userOf(row: UserRow): UserRecord {
  return {
    name: row.name,
    role: row.role as UserRecord['role'],
    passwordHash: row.password_hash,
    createdMs: row.created_ms,
    lastSignInMs: row.last_sign_in_ms,
  };
}
