/**
 * Writes threats as the engine gives them, and keeps what people decided about them: a handled threat that gains points is marked as changed, and
 * opens again when it has gained another threshold's worth; a deleted one stays away until it gains points.
 */

import { hostKey } from '../engine/event/host-name.js';
import type { Threat } from '../engine/score/threat.js';
import type { Database, Statement } from './database.js';
import { searchable } from './stored-text.js';

interface Standing {
  readonly verdict: string;
  readonly changed: number;
  readonly handled_score: number;
  readonly revision: number;
  readonly techniques: string;
  readonly withdrawn: number;
}

interface Decision {
  readonly verdict: string;
  readonly changed: number;
  readonly revision: number;
}

export class ThreatWriter {
  readonly #standing: Statement<Standing>;
  readonly #deleted: Statement<{ score: number }>;
  readonly #undelete: Statement<never>;
  readonly #putDeleted: Statement<never>;
  readonly #reopen: Statement<never>;
  readonly #put: Statement<never>;
  readonly #putEvidence: Statement<never>;
  readonly #dropTechniques: Statement<never>;
  readonly #putTechnique: Statement<never>;
  readonly #withdraw: Statement<never>;
  readonly #move: readonly Statement<never>[];
  readonly #inherit: Statement<never>;
  readonly #remove: readonly Statement<never>[];

  constructor(database: Database) {
    this.#standing = database.prepare(
      'SELECT verdict, changed, handled_score, revision, techniques, withdrawn FROM threats WHERE id = ?',
    );
    this.#deleted = database.prepare('SELECT score FROM deleted_threats WHERE id = ?');
    this.#undelete = database.prepare('DELETE FROM deleted_threats WHERE id = ?');
    this.#putDeleted = database.prepare(`
      INSERT INTO deleted_threats (id, host_key, score) SELECT id, host_key, ?2 FROM chains WHERE id = ?1
      ON CONFLICT (id) DO UPDATE SET score = max(score, excluded.score)`);
    this.#reopen = database.prepare(
      "UPDATE threats SET verdict = 'open', changed = 1, revision = revision + 1 WHERE id = ?",
    );
    this.#put = database.prepare(`
      INSERT INTO threats (id, kind, host, host_key, score, threshold, active, first_ms, last_ms, techniques, start, search,
        verdict, changed, revision, reason, note, handled_by, handled_ms, handled_score, withdrawn)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', 0, 0, 0)
      ON CONFLICT (id) DO UPDATE SET host = excluded.host, score = excluded.score, threshold = excluded.threshold,
        active = excluded.active, first_ms = excluded.first_ms, last_ms = excluded.last_ms, techniques = excluded.techniques,
        start = excluded.start, search = excluded.search, verdict = excluded.verdict, changed = excluded.changed,
        revision = excluded.revision, withdrawn = 0`);
    this.#putEvidence = database.prepare(
      'INSERT INTO threat_evidence (id, evidence) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET evidence = excluded.evidence',
    );
    this.#dropTechniques = database.prepare('DELETE FROM threat_techniques WHERE threat_id = ?');
    this.#putTechnique = database.prepare(
      'INSERT OR IGNORE INTO threat_techniques (technique, threat_id) VALUES (?, ?)',
    );
    this.#withdraw = database.prepare('UPDATE threats SET withdrawn = 1 WHERE id = ?');
    this.#move = [
      'UPDATE threats SET id = ? WHERE id = ?',
      'UPDATE threat_evidence SET id = ? WHERE id = ?',
      'UPDATE threat_techniques SET threat_id = ? WHERE threat_id = ?',
    ].map((sql) => database.prepare(sql));
    this.#inherit = database.prepare(`
      UPDATE threats SET (verdict, reason, note, changed, handled_by, handled_ms, handled_score, revision) = (
        SELECT verdict, reason, note, changed, handled_by, handled_ms, handled_score, revision + threats.revision
        FROM threats other WHERE other.id = ?2)
      WHERE id = ?1`);
    this.#remove = ['threats', 'threat_evidence'].map((table) => database.prepare(`DELETE FROM ${table} WHERE id = ?`));
  }

  write(threat: Threat): void {
    const deleted = this.#deleted.get(threat.id);
    if (deleted !== undefined) {
      if (threat.score <= deleted.score) return;
      this.#undelete.run(threat.id);
    }
    const standing = this.#standing.get(threat.id);
    const { verdict, changed, revision } = decisionAfter(standing, threat);
    const { start } = threat;
    const techniques = JSON.stringify(threat.techniques);
    this.#put.run(
      threat.id,
      threat.kind,
      threat.host,
      hostKey(threat.host),
      threat.score,
      threat.threshold,
      Number(threat.active),
      threat.firstMs,
      threat.lastMs,
      techniques,
      JSON.stringify(start),
      searchable(threat.host, start.image, start.commandLine, start.user),
      verdict,
      changed,
      revision,
    );
    this.#putEvidence.run(threat.id, JSON.stringify(threat.evidence));
    if (techniques !== standing?.techniques || standing.withdrawn === 1) {
      this.#dropTechniques.run(threat.id);
      for (const technique of threat.techniques) this.#putTechnique.run(technique, threat.id);
    }
  }

  /** The chain is below the threshold now. What people decided stays with it, should it rise again. */
  withdraw(id: string): void {
    this.#withdraw.run(id);
    this.#dropTechniques.run(id);
  }

  /**
   * The chain `from` is a part of `to` now. A decision moves with it, but points that nobody has looked at are never handled by the way: where one of
   * the two is open, the joined one is. Call before `to` is written in its new state.
   */
  join(from: string, to: string): void {
    const moving = this.#standing.get(from);
    const staying = this.#standing.get(to);
    const deleted = this.#deleted.get(from);
    if (deleted !== undefined) {
      this.#undelete.run(from);
      if (!isOpen(staying)) this.#putDeleted.run(to, deleted.score);
    }
    if (moving === undefined) return;
    if (staying === undefined) {
      for (const statement of this.#move) statement.run(to, from);
      return;
    }
    this.#dropTechniques.run(from);
    if (isOpen(moving) && staying.verdict !== 'open') this.#reopen.run(to);
    else if (moving.verdict !== 'open' && !isOpen(staying) && staying.verdict !== 'confirmed')
      this.#inherit.run(to, from);
    for (const statement of this.#remove) statement.run(from);
  }
}

function isOpen(standing: Standing | undefined): boolean {
  return standing !== undefined && standing.verdict === 'open' && standing.withdrawn === 0;
}

/** What stands after the engine gave `threat`, where `standing` stood before. */
function decisionAfter(standing: Standing | undefined, threat: Threat): Decision {
  if (standing === undefined) return { verdict: 'open', changed: 0, revision: 0 };
  const { verdict, changed, revision } = standing;
  const gained = threat.score - standing.handled_score;
  if (verdict === 'open' || gained <= 0) return { verdict, changed, revision };
  if (gained >= threat.threshold) return { verdict: 'open', changed: 1, revision: revision + 1 };
  return { verdict, changed: 1, revision };
}
