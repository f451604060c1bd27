-- The state as layout 7 was, with some rows. A layout that was released is never changed, and neither is this file.
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta (name, value)
  VALUES ('duplicates', 0);
INSERT INTO meta (name, value)
  VALUES ('events', 3);
INSERT INTO meta (name, value)
  VALUES ('position', 12);
CREATE TABLE hosts (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, events INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO hosts (key, name, first_ms, last_ms, events)
  VALUES ('fin-03', 'FIN-03', 60, 91, 3);
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
INSERT INTO processes (id, host, host_key, chain_id, parent_id, pid, guid, image, command_line, user, integrity_level, hashes, parent_image, parent_command_line, current_directory, original_file_name, start_ms, end_ms, is_root, is_placeholder, points, events)
  VALUES ('p1', 'FIN-03', 'fin-03', 'c1', '', 7, '{g}', 'evil.exe', 'evil', 'li', '', '', '', '', '', '', 60, 0, 0, 0, 180, 2);
CREATE TABLE chains (
  id TEXT PRIMARY KEY, host TEXT NOT NULL, host_key TEXT NOT NULL, start_process_id TEXT NOT NULL, score REAL NOT NULL,
  active INTEGER NOT NULL, process_count INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO chains (id, host, host_key, start_process_id, score, active, process_count, first_ms, last_ms)
  VALUES ('c1', 'FIN-03', 'fin-03', 'p1', 180, 1, 1, 60, 91);
CREATE TABLE chain_aliases (old_id TEXT PRIMARY KEY, chain_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE threats (
  id TEXT PRIMARY KEY, host TEXT NOT NULL, host_key TEXT NOT NULL, score REAL NOT NULL, threshold REAL NOT NULL,
  active INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, techniques TEXT NOT NULL, start TEXT NOT NULL,
  search TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL, changed INTEGER NOT NULL,
  handled_by TEXT NOT NULL, handled_ms INTEGER NOT NULL, handled_score REAL NOT NULL, revision INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL
, kind TEXT NOT NULL DEFAULT 'chain') WITHOUT ROWID;
INSERT INTO threats (id, host, host_key, score, threshold, active, first_ms, last_ms, techniques, start, search, verdict, reason, note, changed, handled_by, handled_ms, handled_score, revision, withdrawn, kind)
  VALUES ('c1', 'FIN-03', 'fin-03', 180, 170, 1, 60, 91, '["T1059"]', '{"image":"evil.exe"}', 'evil.exe', 'confirmed', 'seen it', 'n', 0, 'li', 95, 180, 2, 0, 'chain');
CREATE TABLE threat_evidence (id TEXT PRIMARY KEY, evidence TEXT NOT NULL);
INSERT INTO threat_evidence (id, evidence)
  VALUES ('c1', '[{"kind":"rule","key":"rule:evil","points":180,"event":{"id":"id7","timeMs":70}}]');
CREATE TABLE threat_techniques (
  technique TEXT NOT NULL, threat_id TEXT NOT NULL, PRIMARY KEY (technique, threat_id)
) WITHOUT ROWID;
INSERT INTO threat_techniques (technique, threat_id)
  VALUES ('T1059', 'c1');
CREATE TABLE deleted_threats (id TEXT PRIMARY KEY, host_key TEXT NOT NULL, score REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE users (
  name_key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, password_hash TEXT NOT NULL, created_ms INTEGER NOT NULL,
  last_sign_in_ms INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO users (name_key, name, role, password_hash, created_ms, last_sign_in_ms)
  VALUES ('li', 'li', 'administrator', 'scrypt$1', 1, 2);
CREATE TABLE sessions (
  id_hash TEXT PRIMARY KEY, user_key TEXT NOT NULL, user TEXT NOT NULL, csrf TEXT NOT NULL, created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, secret_hash TEXT NOT NULL UNIQUE, hosts TEXT NOT NULL,
  created_ms INTEGER NOT NULL, created_by TEXT NOT NULL, last_used_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO tokens (id, name, role, secret_hash, hosts, created_ms, created_by, last_used_ms, expires_ms)
  VALUES ('t1', 'fin', 'sensor', 'hash-1', '["fin-03"]', 1, 'li', 0, 0);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO facts (name, value)
  VALUES ('set-up', 'done');
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL, address TEXT NOT NULL
, previous TEXT NOT NULL DEFAULT '', hash TEXT NOT NULL DEFAULT '');
INSERT INTO audit (id, time_ms, who, action, target, before, after, address, previous, hash)
  VALUES (1, 1, char(1) || 'json:"li\u0000"', 'user.add', 'li', 'null', '{"role":"administrator"}', '::1', '0000000000000000000000000000000000000000000000000000000000000000', '58b6e2fda95749518ebe39250c2e4d8f17ee1f001d0e6ae3d4c5814b26ae932c');
INSERT INTO audit (id, time_ms, who, action, target, before, after, address, previous, hash)
  VALUES (2, 5, 'li', 'threat.verdict', 'c1', '{"verdict":"open"}', '{"verdict":"confirmed"}', '127.0.0.1', '58b6e2fda95749518ebe39250c2e4d8f17ee1f001d0e6ae3d4c5814b26ae932c', 'beff01f84aca85505ad90bc3498038f48029e0ab48adf757b62bebcfd6bb4a79');
INSERT INTO audit (id, time_ms, who, action, target, before, after, address, previous, hash)
  VALUES (4, 7, 'wu', 'token.add', 't1', 'null', '{"name":"fin"}', '', 'beff01f84aca85505ad90bc3498038f48029e0ab48adf757b62bebcfd6bb4a79', '84e937d72c0ac41776cb404aedfbecdce2d319442327d3270e6bce7e8f6558dd');
CREATE TABLE event_pages (
  process_id TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, events INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (process_id, first)
) WITHOUT ROWID;
INSERT INTO event_pages (process_id, first, last, events, data)
  VALUES ('p1', 7, 7, 1, '[[7,"id7","fin-03",70,"",4104,"PowerShell","c1","","","",[]]]');
INSERT INTO event_pages (process_id, first, last, events, data)
  VALUES ('p1', 9, 9, 1, '[[9,"id9","fin-03",90,"processaccess",10,"Sysmon","c1","p2","lsass.exe","MD5=1",["a","b"]]]');
CREATE TABLE enrolments (
  id TEXT PRIMARY KEY, code_hash TEXT NOT NULL UNIQUE, hosts TEXT NOT NULL, uses_left INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL, expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, hash TEXT NOT NULL);
INSERT INTO audit_head (one, id, hash)
  VALUES (1, 4, '84e937d72c0ac41776cb404aedfbecdce2d319442327d3270e6bce7e8f6558dd');
CREATE INDEX hosts_by_name ON hosts (name);
CREATE INDEX hosts_by_last ON hosts (last_ms);
CREATE INDEX processes_by_chain ON processes (chain_id, start_ms, id);
CREATE INDEX processes_by_host ON processes (host_key);
CREATE INDEX chains_by_host ON chains (host_key);
CREATE INDEX chain_aliases_by_chain ON chain_aliases (chain_id);
CREATE INDEX threats_by_score ON threats (score DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_last ON threats (last_ms DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_first ON threats (first_ms DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_verdict_score ON threats (verdict, score DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_verdict_last ON threats (verdict, last_ms DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_by_verdict_first ON threats (verdict, first_ms DESC, id) WHERE withdrawn = 0;
CREATE INDEX threats_changed ON threats (score DESC, id) WHERE withdrawn = 0 AND changed = 1;
CREATE INDEX threats_by_verdict_changed ON threats (verdict, changed) WHERE withdrawn = 0;
CREATE INDEX threats_to_search ON threats (
  score, id, verdict, changed, first_ms, last_ms, host_key, search) WHERE withdrawn = 0;
CREATE INDEX threats_by_host ON threats (host_key, verdict);
CREATE INDEX threat_techniques_by_threat ON threat_techniques (threat_id);
CREATE INDEX sessions_by_user ON sessions (user_key);
CREATE INDEX audit_by_who ON audit (who, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE TRIGGER audit_keeps_entries BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TABLE host_streams (
  key TEXT PRIMARY KEY, quiet_after_ms INTEGER NOT NULL, silent_after_ms INTEGER NOT NULL, active_since_ms INTEGER NOT NULL,
  missing INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO host_streams (key, quiet_after_ms, silent_after_ms, active_since_ms, missing)
  VALUES ('fin-03', 900000, 57600000, 60, 0);
CREATE TABLE host_stream_texts (key TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO host_stream_texts (key, data)
  VALUES ('fin-03', '[1,[60,91,60,[],[]],[],[0,[]],[0,0,0,0],[1,0,0,0],[]]');
CREATE TABLE hunts (
  id TEXT PRIMARY KEY, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, host TEXT, query TEXT, started_by TEXT NOT NULL,
  started_ms INTEGER NOT NULL, state TEXT NOT NULL, finished_ms INTEGER NOT NULL, progress REAL NOT NULL, events INTEGER NOT NULL,
  cut TEXT, error TEXT
) WITHOUT ROWID;
INSERT INTO hunts (id, from_ms, to_ms, host, query, started_by, started_ms, state, finished_ms, progress, events, cut, error)
  VALUES ('h1', 60, 120, 'fin-03', 'image == "evil.exe"', 'li', 200, 'done', 260, 1.0, 3, NULL, NULL);
INSERT INTO hunts (id, from_ms, to_ms, host, query, started_by, started_ms, state, finished_ms, progress, events, cut, error)
  VALUES ('h2', 60, 120, NULL, NULL, 'li', 300, 'running', 0, 0.0, 0, NULL, NULL);
CREATE TABLE hunt_chains (
  hunt_id TEXT NOT NULL, place INTEGER NOT NULL, chain_id TEXT NOT NULL, host_key TEXT NOT NULL, processes INTEGER NOT NULL,
  threat TEXT NOT NULL
);
INSERT INTO hunt_chains (hunt_id, place, chain_id, host_key, processes, threat)
  VALUES ('h1', 0, 'c1', 'fin-03', 1, '{"id":"c1","host":"fin-03","score":180}');
CREATE UNIQUE INDEX hunt_chains_by_place ON hunt_chains (hunt_id, place);
CREATE INDEX hunt_chains_by_chain ON hunt_chains (hunt_id, chain_id);
CREATE INDEX hunt_chains_by_host ON hunt_chains (host_key);
CREATE INDEX volume_minutes_by_host ON volume_minutes (host_key, start_ms, events);
CREATE INDEX volume_tens_by_host ON volume_tens (host_key, start_ms, events);
CREATE INDEX threats_open_by_host ON threats (host_key) WHERE verdict = 'open' AND withdrawn = 0;
PRAGMA user_version = 9;
