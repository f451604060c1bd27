/** Looks up ATT&CK techniques: what an id is called, which tactics it serves, whether it still lives. Pure; the table is built once. */

import { assert } from '../base/assert.js';
import { type Tactic, tacticByShortName } from './tactic.js';
import { TECHNIQUE_ROWS, type TechniqueRow } from './technique-table.js';

export interface Technique {
  /** `T1059` or `T1059.001`. */
  readonly id: string;
  /** ATT&CK's own, without the parent's: `PowerShell`. */
  readonly name: string;
  /** In matrix order; empty for some deprecated techniques. */
  readonly tactics: readonly Tactic[];
  /** Id of the technique above a sub-technique. */
  readonly parentId: string | undefined;
  /** Neither revoked nor deprecated. */
  readonly isCurrent: boolean;
  /** What ATT&CK put in the place of a revoked id. */
  readonly replacedBy: string | undefined;
  readonly url: string;
}

const TECHNIQUES: ReadonlyMap<string, Technique> = new Map(TECHNIQUE_ROWS.map((row) => [row[0], fromRow(row)]));

/** @param id  as ATT&CK writes it, upper case; revoked and deprecated ids are found too */
export function techniqueById(id: string): Technique | undefined {
  return TECHNIQUES.get(id);
}

/** All techniques, in the order of their ids. */
export function allTechniques(): IterableIterator<Technique> {
  return TECHNIQUES.values();
}

/** Tactics in matrix order; those of the successor for a revoked id, empty for an unknown one. */
export function tacticsOf(id: string): readonly Tactic[] {
  const technique = TECHNIQUES.get(id);
  if (technique === undefined) return [];
  const successor = technique.replacedBy === undefined ? undefined : TECHNIQUES.get(technique.replacedBy);
  return (successor ?? technique).tactics;
}

/** `Command and Scripting Interpreter: PowerShell`, as ATT&CK's pages are titled; the id itself where it is unknown. */
export function techniqueName(id: string): string {
  const technique = TECHNIQUES.get(id);
  if (technique === undefined) return id;
  const parent = technique.parentId === undefined ? undefined : TECHNIQUES.get(technique.parentId);
  return parent === undefined ? technique.name : `${parent.name}: ${technique.name}`;
}

function fromRow([id, name, tactics, fate]: TechniqueRow): Technique {
  const dot = id.indexOf('.');
  return {
    id,
    name,
    tactics: tactics === '' ? [] : tactics.split(' ').map(knownTactic),
    parentId: dot < 0 ? undefined : id.slice(0, dot),
    isCurrent: fate === undefined,
    replacedBy: fate?.startsWith('T') ? fate : undefined,
    url: `https://attack.mitre.org/techniques/${id.replace('.', '/')}`,
  };
}

function knownTactic(shortName: string): Tactic {
  const tactic = tacticByShortName(shortName);
  assert(tactic !== undefined, `technique table names only known tactics, not ${shortName}`);
  return tactic;
}
