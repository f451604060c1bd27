/** Names: fields of the event, variables of loops, and the built-ins with a `$`. */

import { toValue } from './coerce.js';
import { momentOfUnixMs } from './datetime.js';
import type { Scope } from './expression.js';
import { Failure, failure, typeFailure, withArticle } from './failure.js';
import type { LastMatch } from './match.js';
import type { Node } from './node.js';
import { makeNode } from './node.js';
import { fromFloat } from './number.js';
import { missingField } from './operand.js';
import type { Type } from './type.js';
import { arrayOf, compatible, DATETIME, equalTypes, NUMBER, STRING, typeOf, UNKNOWN } from './type.js';
import type { Value } from './value.js';
import { isTrue } from './value.js';

/** A variable of an enclosing loop. */
export interface Loop {
  readonly name: string;
  readonly type: Type;
  /** Set while the rule is evaluated, never while it is compiled. */
  value: Value | undefined;
}

export function loopNode(loop: Loop): Node {
  return makeNode({ type: loop.type, run: () => checked(valueOfLoop(loop), loop.type, loop.name) });
}

export function fieldNode(name: string): Node {
  const missing = missingField(name);
  const read = (scope: Scope): Value => {
    const raw = scope.get(name);
    if (raw === undefined) throw new Failure(missing);
    return typeof raw === 'string' ? raw : toValue(raw);
  };
  return makeNode({
    type: UNKNOWN,
    field: name,
    fields: [name],
    run: read,
    test: (scope) => {
      const raw = scope.get(name);
      if (raw === undefined) return missing;
      if (typeof raw === 'string') return raw !== '';
      return typeof raw === 'boolean' ? raw : isTrue(toValue(raw));
    },
  });
}

/** @param last  what `$re_groups` reads */
export function builtinNode(name: string, last: LastMatch | undefined): Node {
  switch (name) {
    case 'pi':
      return makeNode({ type: NUMBER, run: () => PI });
    case 'e':
      return makeNode({ type: NUMBER, run: () => E });
    case 'now':
      return makeNode({ type: DATETIME, run: (scope) => now(scope) });
    case 'today':
      return makeNode({ type: DATETIME, run: (scope) => now(scope).midnight });
    case 're_groups': {
      const type = arrayOf(STRING);
      return makeNode({ type, run: () => checked(last?.groups?.() ?? null, type, '$re_groups') });
    }
    default: {
      const missing = failure('resolution', `there is no built-in "$${name}"`);
      return makeNode({
        type: UNKNOWN,
        run: () => {
          throw missing;
        },
      });
    }
  }
}

const PI = fromFloat(Math.PI);
const E = fromFloat(Math.E);

export function valueOfLoop(loop: Loop): Value {
  if (loop.value === undefined) throw typeFailure(`the value of "${loop.name}" is not known when the rule is compiled`);
  return loop.value;
}

/** A name with a known type must keep its promise; the original is stricter here than with anything else. */
function checked(value: Value, type: Type, name: string): Value {
  if (type.kind === 'unknown' || value === null) return value;
  const found = typeOf(value);
  if (compatible(found, type)) {
    if (!('member' in type) || type.member.kind === 'unknown') return value;
    if ('member' in found && equalTypes(type.member, found.member)) return value;
  }
  throw typeFailure(
    `"${name}" holds ${found.kind === type.kind ? 'members of another type' : withArticle(found.kind)}`,
  );
}

function now(scope: Scope): ReturnType<typeof momentOfUnixMs> {
  if (scope.nowMs === undefined || !Number.isFinite(scope.nowMs))
    throw failure('resolution', 'the time of the event is not known');
  return momentOfUnixMs(scope.nowMs);
}
