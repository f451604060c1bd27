/** The layout of the state, as numbered steps. A step that was released is never changed; what changes comes as a new one. */

import type Libsql from 'libsql';
import { CHAIN_START, entryHash, type AuditRow } from './access/audit-chain.js';

/** Statements, or what no statement can do. All missing steps run in one transaction: a file has its old layout or the newest, whatever cuts in. */
export type Migration = string | ((database: Libsql.Database) => void);

const FIRST = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('position', 0), ('events', 0), ('duplicates', 0);

CREATE TABLE hosts (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, events INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX hosts_by_name ON hosts (name);
CREATE INDEX hosts_by_last ON hosts (last_ms);
CREATE TABLE volume_minutes (
  start_ms INTEGER NOT NULL, host_key TEXT NOT NULL, events INTEGER NOT NULL, PRIMARY KEY (start_ms, host_key)
) WITHOUT ROWID;
CREATE TABLE volume_tens (
  start_ms INTEGER NOT NULL, host_key TEXT NOT NULL, events INTEGER NOT NULL, PRIMARY KEY (start_ms, host_key)
) WITHOUT ROWID;

CREATE TABLE processes (
  id TEXT NOT NULL UNIQUE, host TEXT NOT NULL, host_key TEXT NOT NULL, chain_id TEXT NOT NULL, parent_id TEXT NOT NULL,
  pid INTEGER NOT NULL, guid TEXT NOT NULL, image TEXT NOT NULL, command_line TEXT NOT NULL, user TEXT NOT NULL,
  integrity_level TEXT NOT NULL, hashes TEXT NOT NULL, parent_image TEXT NOT NULL, parent_command_line TEXT NOT NULL,
  current_directory TEXT NOT NULL, original_file_name TEXT NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
  is_root INTEGER NOT NULL, is_placeholder INTEGER NOT NULL, points REAL NOT NULL, events INTEGER NOT NULL
);
CREATE INDEX processes_by_chain ON processes (chain_id, start_ms, id);
CREATE INDEX processes_by_host ON processes (host_key);

CREATE TABLE chains (
  id TEXT PRIMARY KEY, host TEXT NOT NULL, host_key TEXT NOT NULL, start_process_id TEXT NOT NULL, score REAL NOT NULL,
  active INTEGER NOT NULL, process_count INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX chains_by_host ON chains (host_key);
CREATE TABLE chain_aliases (old_id TEXT PRIMARY KEY, chain_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX chain_aliases_by_chain ON chain_aliases (chain_id);

CREATE TABLE threats (
  id TEXT PRIMARY KEY, host TEXT NOT NULL, host_key TEXT NOT NULL, score REAL NOT NULL, threshold REAL NOT NULL,
  active INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, techniques TEXT NOT NULL, start TEXT NOT NULL,
  search TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL, changed INTEGER NOT NULL,
  handled_by TEXT NOT NULL, handled_ms INTEGER NOT NULL, handled_score REAL NOT NULL, revision INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX threats_by_score ON threats (score DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_last ON threats (last_ms DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_first ON threats (first_ms DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_verdict_score ON threats (verdict, score DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_verdict_last ON threats (verdict, last_ms DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_verdict_first ON threats (verdict, first_ms DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_changed ON threats (score DESC, id) WHERE withdrawn = 0 AND changed = 1;
CREATE INDEX threats_by_verdict_changed ON threats (verdict, changed) WHERE withdrawn = 0;
-- All that a list can be filtered by, so that a search reads this and not the far longer rows.
CREATE INDEX threats_to_search ON threats (
  score, id, verdict, changed, first_ms, last_ms, host_key, search) WHERE withdrawn = 0;
CREATE INDEX threats_by_host ON threats (host_key, verdict);
CREATE TABLE threat_evidence (id TEXT PRIMARY KEY, evidence TEXT NOT NULL);
CREATE TABLE threat_techniques (
  technique TEXT NOT NULL, threat_id TEXT NOT NULL, PRIMARY KEY (technique, threat_id)
) WITHOUT ROWID;
CREATE INDEX threat_techniques_by_threat ON threat_techniques (threat_id);
CREATE TABLE deleted_threats (id TEXT PRIMARY KEY, host_key TEXT NOT NULL, score REAL NOT NULL) WITHOUT ROWID;

CREATE TABLE events (
  position INTEGER PRIMARY KEY, event_id TEXT NOT NULL, host TEXT NOT NULL, time_ms INTEGER NOT NULL, action TEXT,
  windows_event_id INTEGER NOT NULL, channel TEXT NOT NULL, process_id TEXT NOT NULL, chain_id TEXT NOT NULL,
  target_process_id TEXT NOT NULL, target_image TEXT NOT NULL, target_hashes TEXT NOT NULL, rules TEXT NOT NULL
);
CREATE INDEX events_by_process ON events (process_id, position) WHERE process_id <> '';
CREATE INDEX events_without_process ON events (host) WHERE process_id = '';

CREATE TABLE users (
  name_key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, password_hash TEXT NOT NULL, created_ms INTEGER NOT NULL,
  last_sign_in_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE sessions (
  id_hash TEXT PRIMARY KEY, user_key TEXT NOT NULL, user TEXT NOT NULL, csrf TEXT NOT NULL, created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_key);
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, secret_hash TEXT NOT NULL UNIQUE, hosts TEXT NOT NULL,
  created_ms INTEGER NOT NULL, created_by TEXT NOT NULL, last_used_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL, address TEXT NOT NULL
);
CREATE INDEX audit_by_who ON audit (who, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE TRIGGER audit_keeps_entries BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
`;

/** See event-pages.ts. Each event that is there becomes a page of its own. */
const EVENT_PAGES = `
CREATE TABLE event_pages (
  process_id TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, events INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (process_id, first)
) WITHOUT ROWID;
INSERT INTO event_pages SELECT process_id, position, position, 1, json_array(json_array(position, event_id, host, time_ms, coalesce(action, ''),
  windows_event_id, channel, chain_id, target_process_id, target_image, target_hashes, json(iif(rules = '', '[]', rules))))
  FROM events WHERE process_id <> '';
DROP TABLE events;
`;

/** `chain` or `host`: engine/score/threat.ts. */
const THREAT_KINDS = `
ALTER TABLE threats ADD COLUMN kind TEXT NOT NULL DEFAULT 'chain';
`;

/** See access/enrolment-table.ts. */
const ENROLMENTS = `
CREATE TABLE enrolments (
  id TEXT PRIMARY KEY, code_hash TEXT NOT NULL UNIQUE, hosts TEXT NOT NULL, uses_left INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL, expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
`;

const CHAIN_COLUMNS = `
DROP TRIGGER audit_keeps_words;
ALTER TABLE audit ADD COLUMN previous TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, hash TEXT NOT NULL);
`;

const KEEP_WORDS =
  "CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END";

/** See access/audit-chain.ts. Entries that are there are chained as they are found. */
function chainAudit(database: Libsql.Database): void {
  database.exec(CHAIN_COLUMNS);
  const next = database.prepare('SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT 1');
  const chain = database.prepare('UPDATE audit SET previous = ?, hash = ? WHERE id = ?');
  let head = { id: 0, hash: CHAIN_START };
  for (let row = next.get([0]); row !== undefined; row = next.get([head.id])) {
    const entry = row as AuditRow;
    const hash = entryHash(head.hash, entry);
    chain.run([head.hash, hash, entry.id]);
    head = { id: entry.id, hash };
  }
  database.prepare('INSERT INTO audit_head (one, id, hash) VALUES (1, ?, ?)').run([head.id, head.hash]);
  database.exec(KEEP_WORDS);
}

/** `HostStreamRow` of app/ports.ts. Its text is apart: lists and counts of all hosts must not read a page for each. */
const HOST_STREAMS = `
CREATE TABLE host_streams (
  key TEXT PRIMARY KEY, quiet_after_ms INTEGER NOT NULL, silent_after_ms INTEGER NOT NULL, active_since_ms INTEGER NOT NULL,
  missing INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE host_stream_texts (key TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
`;

/** See hunt-table.ts. Chains are apart: a list of hunts reads none of them. */
const HUNTS = `
CREATE TABLE hunts (
  id TEXT PRIMARY KEY, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, host TEXT, query TEXT, started_by TEXT NOT NULL,
  started_ms INTEGER NOT NULL, state TEXT NOT NULL, finished_ms INTEGER NOT NULL, progress REAL NOT NULL, events INTEGER NOT NULL,
  cut TEXT, error TEXT
) WITHOUT ROWID;
CREATE TABLE hunt_chains (
  hunt_id TEXT NOT NULL, place INTEGER NOT NULL, chain_id TEXT NOT NULL, host_key TEXT NOT NULL, processes INTEGER NOT NULL,
  threat TEXT NOT NULL
);
CREATE UNIQUE INDEX hunt_chains_by_place ON hunt_chains (hunt_id, place);
CREATE INDEX hunt_chains_by_chain ON hunt_chains (hunt_id, chain_id);
CREATE INDEX hunt_chains_by_host ON hunt_chains (host_key);
`;

/** What one host sent is asked for each host that is shown; by time alone that would read what all sent. */
const VOLUME_BY_HOST = `
CREATE INDEX volume_minutes_by_host ON volume_minutes (host_key, start_ms, events);
CREATE INDEX volume_tens_by_host ON volume_tens (host_key, start_ms, events);
`;

/** The overview asks which hosts have the most open threats, whenever something changes. */
const OPEN_THREATS_BY_HOST = `
CREATE INDEX threats_open_by_host ON threats (host_key) WHERE verdict = 'open' AND withdrawn = 0;
`;

export const MIGRATIONS: readonly Migration[] = [
  FIRST,
  EVENT_PAGES,
  THREAT_KINDS,
  ENROLMENTS,
  chainAudit,
  HOST_STREAMS,
  HUNTS,
  VOLUME_BY_HOST,
  OPEN_THREATS_BY_HOST,
];
