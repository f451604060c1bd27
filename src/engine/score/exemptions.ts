/** Which exception, if any, turns a piece of evidence to zero points. */

import type { Process } from '../process/process.js';
import type { Evidence } from './evidence.js';
import type { Exception } from './exception.js';

/** An exception with the policies under which it held. */
export interface HeldException {
  readonly exception: Exception;
  /** Policy it came with and, once removed, the policy it went with: evidence keeps what held when it was first given. */
  readonly since: number;
  readonly until: number;
}

interface Held extends HeldException {
  until: number;
  readonly value: (text: string) => boolean;
}

export class Exemptions {
  readonly #held: Held[] = [];

  /** Takes over the exceptions of policy number `sequence`: new ones hold from now on, missing ones no longer. */
  update(exceptions: readonly Exception[], sequence: number): void {
    const wanted = new Map(exceptions.map((exception) => [exception.id, exception]));
    for (const held of this.#held) {
      if (held.until === Number.POSITIVE_INFINITY && wanted.get(held.exception.id) !== held.exception)
        held.until = sequence;
      else if (held.until === Number.POSITIVE_INFINITY) wanted.delete(held.exception.id);
    }
    for (const exception of wanted.values()) {
      this.#held.push({ exception, since: sequence, until: Number.POSITIVE_INFINITY, value: matcherOf(exception) });
    }
  }

  /** In the order in which they were added. */
  get held(): readonly HeldException[] {
    return this.#held;
  }

  /** Puts back what was kept in place of what is there. */
  restore(held: readonly HeldException[]): void {
    this.#held.length = 0;
    for (const each of held) this.#held.push({ ...each, value: matcherOf(each.exception) });
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** The exception that covers `evidence` of `process`, first added first. */
  find(process: Process, evidence: Evidence): Exception | undefined {
    for (const held of this.#held) {
      if (evidence.policy < held.since || evidence.policy >= held.until) continue;
      const { exception } = held;
      if (exception.expiresMs !== undefined && evidence.event.timeMs >= exception.expiresMs) continue;
      if (exception.host !== undefined && !sameHost(exception.host, process)) continue;
      if (exception.rule !== undefined && exception.rule !== evidence.rule && exception.rule !== evidence.key) continue;
      if (covers(held, process, evidence)) return exception;
    }
    return undefined;
  }
}

function covers(held: Held, process: Process, evidence: Evidence): boolean {
  switch (held.exception.scope) {
    case 'hash':
      return someInLineage(process, (each) => hasHash(each.hashes, held.exception.value));
    case 'ancestor':
      return (
        process.parent !== undefined &&
        !process.isRoot &&
        someInLineage(process.parent, (each) => held.value(each.image))
      );
    case 'path':
      return held.value(process.image);
    case 'commandLine':
      return held.value(process.commandLine);
    case 'user':
      return held.value(process.user);
    case 'host':
      return sameHost(held.exception.value, process) || held.value(process.host);
    case 'rule':
      return held.exception.value === evidence.rule || held.exception.value === evidence.key;
  }
}

/** The process and its ancestors, up to its root and without it: allow-listing the shell must not exempt all that it starts. */
function someInLineage(process: Process, test: (each: Process) => boolean): boolean {
  if (process.isRoot) return test(process);
  for (let each: Process | undefined = process; each !== undefined && !each.isRoot; each = each.parent) {
    if (test(each)) return true;
  }
  return false;
}

function sameHost(value: string, process: Process): boolean {
  const lower = value.toLowerCase();
  return lower === process.hostTable.key || lower === process.host.toLowerCase();
}

/** `hashes` as Sysmon writes them (`SHA1=…,MD5=…`) or bare hex; `value` is hex, of any algorithm. */
export function hasHash(hashes: string, value: string): boolean {
  if (hashes === '' || value === '') return false;
  const wanted = value.toLowerCase();
  return hashes
    .toLowerCase()
    .split(',')
    .some((part) => part.slice(part.indexOf('=') + 1).trim() === wanted);
}

function matcherOf(exception: Exception): (text: string) => boolean {
  const pattern = exception.value.toLowerCase();
  return (text) => matchesWildcards(pattern, text.toLowerCase());
}

/** `*` any text, `?` one character, over the whole text. Greedy with one point to return to: at most pattern × text steps, no recursion. */
export function matchesWildcards(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    const unit = pattern[at];
    if (unit === '*') {
      star = at++;
      resume = index;
    } else if (unit !== undefined && (unit === '?' || unit === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
