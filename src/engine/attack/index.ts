/** ATT&CK facts shipped with the product: tactics in matrix order, techniques by id. Source and terms: NOTICE.md beside this file. */

export { type Tactic, tacticByShortName, TACTICS } from './tactic.js';
export { ATTACK_VERSION } from './technique-table.js';
export { allTechniques, tacticsOf, type Technique, techniqueById, techniqueName } from './technique.js';
