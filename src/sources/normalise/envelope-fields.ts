/**
 * What stands beside a record's data and rules for other channels than Sysmon's ask for all the same: a failed audit is told by `Keywords` alone.
 */

import { isTree, own, textIn, type Tree } from './tree.js';

const SYSTEM = ['Level', 'Task', 'Opcode', 'Keywords', 'Version'] as const;

/** Levels by the names that Windows shows and shippers write. */
const LEVELS: ReadonlyMap<string, string> = new Map([
  ['critical', '1'],
  ['error', '2'],
  ['warning', '3'],
  ['information', '4'],
  ['info', '4'],
  ['verbose', '5'],
]);

/**
 * Adds them where the data have no field of that name, which is the sensor's and stays. Of Sysmon's own records, the hottest of all, nobody asks them:
 * whoever reads these does without.
 *
 * @param envelope  has them under the names of `System`'s elements, and `Message`
 * @param userId    the SID of who logged it; names of accounts are none of `System`'s
 */
export function addEnvelope(
  fields: Record<string, unknown>,
  envelope: Tree,
  userId: unknown = own(envelope, 'UserID'),
): void {
  for (const name of SYSTEM) {
    if (fields[name] !== undefined) continue;
    const value = oneOf(own(envelope, name));
    // Of keywords the number is more than its text, see `build.ts`.
    if (typeof value === 'number' && name === 'Keywords') fields[name] = value;
    const text = fields[name] === undefined ? textIn(value) : undefined;
    if (text !== undefined && text !== '')
      fields[name] = name === 'Level' ? (LEVELS.get(text.toLowerCase()) ?? text) : text;
  }
  const user = textIn(userId);
  if (fields['UserID'] === undefined && user?.startsWith('S-1-') === true) fields['UserID'] = user;
  const message = own(envelope, 'Message');
  if (fields['Message'] === undefined && typeof message === 'string' && message !== '') fields['Message'] = message;
}

/** Keywords may come as a list of their names. */
function oneOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 && !isTree(value[0]) ? value[0] : value;
}
