/**
 * Who may do what, as it is kept: people, their sessions, tokens, and the audit log. The store implements these; the server and the
 * command line ask them. Secrets never come here: only their hashes do. All calls are synchronous, small and indexed.
 */

import type { Page, PageRequest } from './query-ports.js';

export type Role = 'viewer' | 'analyst' | 'administrator';
export type TokenRole = 'sensor' | 'viewer' | 'analyst' | 'admin';

export interface UserRecord {
  readonly name: string;
  readonly role: Role;
  /** As `src/server/access/password.ts` writes it: algorithm, its costs, salt and hash in one text. */
  readonly passwordHash: string;
  readonly createdMs: number;
  /** 0 = never. */
  readonly lastSignInMs: number;
}

export interface SessionRecord {
  /** SHA-256 of the cookie's value, hex. */
  readonly idHash: string;
  readonly user: string;
  readonly csrf: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  readonly role: TokenRole;
  /** SHA-256 of the secret, hex. */
  readonly secretHash: string;
  /** Hosts it may speak for, lower case; empty = any. */
  readonly hosts: readonly string[];
  readonly createdMs: number;
  readonly createdBy: string;
  /** 0 = never. */
  readonly lastUsedMs: number;
  /** 0 = never. */
  readonly expiresMs: number;
}

/** A code that a sensor trades for a token bound to its host. */
export interface EnrolmentRecord {
  readonly id: string;
  /** SHA-256 of the code, hex. */
  readonly codeHash: string;
  /** Hosts it may be used for, lower case; empty = any. */
  readonly hosts: readonly string[];
  /** How many tokens it still gives. */
  readonly usesLeft: number;
  readonly createdMs: number;
  readonly createdBy: string;
  readonly expiresMs: number;
}

export interface AuditRecord {
  readonly timeMs: number;
  /** Name of a person, `token:NAME`, or `command line`. */
  readonly who: string;
  readonly action: string;
  readonly target: string;
  /** Plain JSON values, `null` where there is nothing to say. */
  readonly before: unknown;
  readonly after: unknown;
  readonly address: string;
}

export interface UserStore {
  users(): readonly UserRecord[];
  user(name: string): UserRecord | undefined;
  /** False where the name is taken; names that differ in case only are the same. */
  addUser(user: UserRecord): boolean;
  /** False where there is none of that name. */
  changeUser(name: string, change: Partial<Pick<UserRecord, 'role' | 'passwordHash' | 'lastSignInMs'>>): boolean;
  /** Also ends the person's sessions. */
  removeUser(name: string): boolean;
}

export interface SessionStore {
  addSession(session: SessionRecord): void;
  session(idHash: string): SessionRecord | undefined;
  removeSession(idHash: string): void;
  removeSessionsOf(user: string): void;
  removeSessionsExpired(nowMs: number): void;
}

export interface TokenStore {
  tokens(): readonly TokenRecord[];
  /** Sees a token that another process has just written. */
  tokenByHash(secretHash: string): TokenRecord | undefined;
  addToken(token: TokenRecord): void;
  removeToken(id: string): boolean;
  touchToken(id: string, usedMs: number): void;
}

export interface EnrolmentStore {
  enrolments(): readonly EnrolmentRecord[];
  /** Sees one that another process has just written; expired and used-up ones too. */
  enrolmentByHash(codeHash: string): EnrolmentRecord | undefined;
  /** Also forgets those that had expired by then. */
  addEnrolment(enrolment: EnrolmentRecord): void;
  /** Takes one use. False where none is left, it has expired or is gone: of two at the same moment the last use is given to one. */
  useEnrolment(id: string, nowMs: number): boolean;
  removeEnrolment(id: string): boolean;
}

export interface AuditLog {
  addAudit(entry: AuditRecord): void;
  /** Newest first. */
  audit(
    filter: { readonly who?: string | undefined; readonly action?: string | undefined },
    page: PageRequest,
  ): Page<AuditRecord & { readonly id: number }>;
}

/** Small facts that outlive a restart: the set-up token's hash, the plugins switched on, … */
export interface FactStore {
  fact(name: string): string | undefined;
  setFact(name: string, value: string | undefined): void;
}

export interface AccessStore extends UserStore, SessionStore, TokenStore, EnrolmentStore, AuditLog, FactStore {}
