/**
 * Turns a rule's syntax tree into closures. Parts are built in the original's order, which decides the error of a rule with two faults;
 * what is made of constants only is computed on the way.
 */

import { ValueMap, ValueSet } from './collection.js';
import { toValue } from './coerce.js';
import { parseDuration, parseMoment } from './date-text.js';
import { Duration, momentOfUnixMs } from './datetime.js';
import type { Requirement, Scope } from './expression.js';
import { Failure, failure, syntaxFailure, typeFailure } from './failure.js';
import type { LastMatch } from './match.js';
import { matchNode } from './match.js';
import { attributeNode, itemNode, sliceNode } from './member.js';
import type { Node } from './node.js';
import { constantNode, fieldsOf, folded, makeNode, makeTest, truthOf } from './node.js';
import { fromFloat, negate } from './number.js';
import { arithmeticNode } from './arithmetic.js';
import { bitNode } from './bits.js';
import { equalNode, orderNode } from './comparison.js';
import { inNode } from './containment.js';
import { missingField } from './operand.js';
import { requireAny } from './requirement.js';
import type { Syntax } from './syntax.js';
import type { Type } from './type.js';
import {
  ANY_ARRAY,
  arrayOf,
  BOOLEAN,
  commonType,
  compatible,
  DATETIME,
  equalTypes,
  loopType,
  mappingOf,
  NUMBER,
  setOf,
  STRING,
  typeOf,
  UNKNOWN,
} from './type.js';
import type { Value } from './value.js';
import { isArray, isNumber, isTrue, kindOf } from './value.js';

/** A compiled rule with what it remembers while it is evaluated. */
export interface Compiled {
  readonly node: Node;
  /** Forgets the last evaluation; undefined where there is nothing to forget. */
  readonly reset: (() => void) | undefined;
}

/** @throws Failure */
export function compile(tree: Syntax): Compiled {
  const last: LastMatch | undefined = readsGroups(tree) ? { groups: null } : undefined;
  const rounds: Rounds = { left: MAX_ROUNDS };
  const builder = new Builder(last, rounds);
  const node = builder.build(tree);
  if (last === undefined && !builder.hasLoops) return { node, reset: undefined };
  const reset = (): void => {
    if (last !== undefined) last.groups = null;
    rounds.left = MAX_ROUNDS;
  };
  return { node, reset };
}

/** Rounds of all comprehensions in one evaluation: lists come from events, and nested loops multiply their lengths. */
const MAX_ROUNDS = 100_000;

interface Rounds {
  left: number;
}

/** A variable of an enclosing loop. */
interface Loop {
  readonly name: string;
  readonly type: Type;
  /** Set while the rule is evaluated, never while it is compiled. */
  value: Value | undefined;
}

class Builder {
  readonly #last: LastMatch | undefined;
  readonly #rounds: Rounds;
  readonly #loops: Loop[] = [];
  hasLoops = false;

  /** @param last  where the rule reads `$re_groups` */
  constructor(last: LastMatch | undefined, rounds: Rounds) {
    this.#last = last;
    this.#rounds = rounds;
  }

  build(tree: Syntax): Node {
    switch (tree.form) {
      case 'null':
        return constantNode(null);
      case 'boolean':
      case 'string':
        return constantNode(tree.value);
      case 'number':
        return constantNode(fromFloat(tree.value));
      case 'datetime':
        return constantNode(located(tree.at, () => parseMoment(typeof tree.text === 'string' ? tree.text : '\ufffd')));
      case 'timedelta':
        return constantNode(located(tree.at, () => parseDuration(tree.text)));
      case 'name':
        return tree.builtin ? this.#builtin(tree.name) : this.#name(tree.name);
      case 'array':
        return this.#array(tree.members.map((member) => this.build(member)));
      case 'set':
        return this.#set(tree.members.map((member) => this.build(member)));
      case 'mapping':
        return this.#mapping(tree.entries.map(([key, value]) => [this.build(key), this.build(value)] as const));
      case 'comprehension':
        return this.#comprehension(tree);
      case 'not':
        return this.#not(this.build(tree.operand));
      case 'minus':
        return this.#minus(this.build(tree.operand));
      case 'and':
        return this.#and(tree.operands.map((operand) => this.build(operand)));
      case 'or':
        return this.#or(tree.operands.map((operand) => this.build(operand)));
      case 'binary':
        return this.#binary(tree);
      case 'in': {
        const container = this.build(tree.container);
        return inNode(this.build(tree.member), container);
      }
      case 'choice':
        return this.#choice(this.build(tree.condition), this.build(tree.whenTrue), this.build(tree.whenFalse));
      case 'attribute': {
        const loop = this.#loop(tree.name);
        return attributeNode(
          this.build(tree.object),
          tree.name,
          tree.safe,
          loop === undefined ? undefined : () => valueOfLoop(loop),
        );
      }
      case 'item':
        return itemNode(this.build(tree.container), this.build(tree.item), tree.safe);
      case 'slice': {
        const start = tree.start === undefined ? undefined : this.build(tree.start);
        const stop = tree.stop === undefined ? undefined : this.build(tree.stop);
        return sliceNode(this.build(tree.container), start, stop, tree.safe);
      }
    }
  }

  #binary(tree: Syntax & { readonly form: 'binary' }): Node {
    const { operator } = tree;
    const left = this.build(tree.left);
    const right = this.build(tree.right);
    switch (operator) {
      case '==':
      case '!=':
        return equalNode(operator, left, right);
      case '<':
      case '<=':
      case '>':
      case '>=':
        return orderNode(operator, left, right);
      case '=~':
      case '=~~':
      case '!~':
      case '!~~':
        return located(tree.right.at, () => matchNode(operator, left, right, this.#last));
      case '&':
      case '|':
      case '^':
      case '<<':
      case '>>':
        return bitNode(operator, left, right);
      default:
        return arithmeticNode(operator, left, right);
    }
  }

  /** The outermost of several loops with the same variable wins, as in the original. */
  #loop(name: string): Loop | undefined {
    return this.#loops.find((loop) => loop.name === name);
  }

  #name(name: string): Node {
    const loop = this.#loop(name);
    if (loop !== undefined) {
      return makeNode({ type: loop.type, run: () => checked(valueOfLoop(loop), loop.type, name) });
    }
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

  #builtin(name: string): Node {
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
        return makeNode({ type, run: () => checked(this.#last?.groups?.() ?? null, type, '$re_groups') });
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

  #array(members: readonly Node[]): Node {
    return collection(members, arrayOf(commonType(members.map((member) => member.type))), (scope) =>
      members.map((member) => member.run(scope)),
    );
  }

  #set(members: readonly Node[]): Node {
    const type = setOf(commonType(members.map((member) => member.type)));
    return collection(members, type, (scope) => new ValueSet(members.map((member) => member.run(scope))));
  }

  #mapping(entries: readonly (readonly [Node, Node])[]): Node {
    const type = mappingOf(
      commonType(entries.map(([key]) => key.type)),
      commonType(entries.map(([, value]) => value.type)),
    );
    return collection(entries.flat(), type, (scope) => {
      // All keys come before all values, and the value of a key that is given twice is computed once, the last one.
      const { keys, values: indexes } = new ValueMap(entries.map(([key], index) => [key.run(scope), index]));
      return new ValueMap(keys.map((key, order) => [key, entries[Number(indexes[order])]?.[1].run(scope) ?? null]));
    });
  }

  #comprehension(tree: Syntax & { readonly form: 'comprehension' }): Node {
    const iterable = this.build(tree.iterable);
    const type = loopType(iterable.type);
    if (type === undefined) throw typeFailure(`a ${iterable.type.kind} cannot be looped over`);
    const loop: Loop = { name: tree.variable, type, value: undefined };
    this.#loops.push(loop);
    const condition = tree.condition === undefined ? undefined : this.build(tree.condition);
    const result = this.build(tree.result);
    this.#loops.pop();
    this.hasLoops = true;
    return makeNode({
      type: arrayOf(result.type),
      fields: fieldsOf([iterable, condition, result]),
      run: (scope) => {
        const results: Value[] = [];
        try {
          for (const value of membersOf(iterable.run(scope))) {
            if (--this.#rounds.left < 0) throw typeFailure(`the loops of a rule may take ${MAX_ROUNDS} rounds at most`);
            loop.value = value;
            if (condition === undefined || truthOf(condition.test(scope))) results.push(result.run(scope));
          }
        } finally {
          loop.value = undefined;
        }
        return results;
      },
    });
  }

  #not(operand: Node): Node {
    const node = makeTest({
      type: BOOLEAN,
      fields: operand.fields,
      test: (scope) => {
        const outcome = operand.test(scope);
        return typeof outcome === 'boolean' ? !outcome : outcome;
      },
      // What is under a `not` made nothing true; it is still evaluated, because its patterns may set the groups.
      trace: (scope) => !truthOf(operand.test(scope)),
    });
    return folded(node, [operand]);
  }

  #minus(operand: Node): Node {
    if (operand.isConstant && operand.type.kind !== 'number' && operand.type.kind !== 'timedelta')
      throw noMinus(operand.type.kind);
    const node = makeNode({
      type: operand.type,
      fields: operand.fields,
      run: (scope) => {
        const value = operand.run(scope);
        if (isNumber(value)) return negate(value);
        if (value instanceof Duration) return new Duration(-value.micros);
        throw noMinus(kindOf(value));
      },
    });
    return folded(node, [operand]);
  }

  #and(operands: readonly Node[]): Node {
    const tests = operands.map((operand) => operand.test);
    const node = makeTest({
      type: BOOLEAN,
      fields: fieldsOf(operands),
      requirements: operands.flatMap((operand) => operand.requirements),
      test: (scope) => {
        for (let index = 0; index < tests.length; index++) {
          const outcome = tests[index]?.(scope) ?? true;
          if (outcome !== true) return outcome;
        }
        return true;
      },
      trace: (scope, found) => {
        const before = found.length;
        for (const operand of operands) {
          if (operand.trace(scope, found)) continue;
          found.length = before;
          return false;
        }
        return true;
      },
    });
    return folded(node, operands);
  }

  #or(operands: readonly Node[]): Node {
    const tests = operands.map((operand) => operand.test);
    const node = makeTest({
      type: BOOLEAN,
      fields: fieldsOf(operands),
      requirements: anyOf(operands),
      test: (scope) => {
        for (let index = 0; index < tests.length; index++) {
          const outcome = tests[index]?.(scope) ?? false;
          if (outcome !== false) return outcome;
        }
        return false;
      },
      trace: (scope, found) => operands.some((operand) => operand.trace(scope, found)),
    });
    return folded(node, operands);
  }

  #choice(condition: Node, whenTrue: Node, whenFalse: Node): Node {
    if (condition.isConstant) return condition.isTrueLiteral === true ? whenTrue : whenFalse;
    return makeNode({
      type: choiceType(whenTrue.type, whenFalse.type),
      fields: fieldsOf([condition, whenTrue, whenFalse]),
      run: (scope) => (truthOf(condition.test(scope)) ? whenTrue : whenFalse).run(scope),
      test: (scope) => {
        const outcome = condition.test(scope);
        if (typeof outcome !== 'boolean') return outcome;
        return (outcome ? whenTrue : whenFalse).test(scope);
      },
      trace: (scope, found) => {
        const before = found.length;
        const chosen = condition.trace(scope, found) ? whenTrue : whenFalse;
        const outcome = chosen.trace(scope, found);
        if (!outcome) found.length = before;
        return outcome;
      },
    });
  }
}

/** `or`: an operand that is always false requires nothing and adds nothing. */
function anyOf(operands: readonly Node[]): readonly Requirement[] {
  return requireAny(
    operands.filter((operand) => operand.isTrueLiteral !== false).map((operand) => operand.requirements),
  );
}

function choiceType(left: Type, right: Type): Type {
  if (equalTypes(left, right)) return left;
  return left.kind === 'array' && right.kind === 'array' ? ANY_ARRAY : UNKNOWN;
}

/**
 * A literal collection. Made of constants it is one itself: computed once, though what goes wrong with it (a set in a set) only shows where
 * it is used.
 */
function collection(members: readonly Node[], type: Type, run: (scope: Scope) => Value): Node {
  const isTrueLiteral = members.length > 0;
  if (!members.every((member) => member.isConstant)) return makeNode({ type, fields: fieldsOf(members), run });
  let value: Value | undefined;
  return makeNode({
    type,
    isConstant: true,
    isTrueLiteral,
    run: (scope) => (value ??= run(scope)),
    trace: (scope) => isTrue(run(scope)),
  });
}

function membersOf(value: Value): readonly Value[] {
  if (isArray(value)) return value;
  if (value instanceof ValueSet) return value.members;
  if (value instanceof ValueMap) return value.keys;
  throw typeFailure(`a ${kindOf(value)} cannot be looped over`);
}

function valueOfLoop(loop: Loop): Value {
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
  throw typeFailure(`"${name}" holds ${found.kind === type.kind ? 'members of another type' : `a ${found.kind}`}`);
}

function noMinus(kind: string): Failure {
  return typeFailure(`a ${kind} has no negative`);
}

function now(scope: Scope): ReturnType<typeof momentOfUnixMs> {
  if (scope.nowMs === undefined || !Number.isFinite(scope.nowMs))
    throw failure('resolution', 'the time of the event is not known');
  return momentOfUnixMs(scope.nowMs);
}

const PI = fromFloat(Math.PI);
const E = fromFloat(Math.E);

/** Gives a syntax error its place. */
function located<Thing>(at: number, make: () => Thing): Thing {
  try {
    return make();
  } catch (error) {
    if (error instanceof Failure && error.error.kind === 'syntax' && error.error.offset === undefined) {
      throw syntaxFailure(error.error.message, at);
    }
    throw error;
  }
}

function readsGroups(root: Syntax): boolean {
  const open: Syntax[] = [root];
  for (let tree = open.pop(); tree !== undefined; tree = open.pop()) {
    if (tree.form === 'name' && tree.builtin && tree.name === 're_groups') return true;
    open.push(...childrenOf(tree));
  }
  return false;
}

function childrenOf(tree: Syntax): readonly Syntax[] {
  switch (tree.form) {
    case 'array':
    case 'set':
      return tree.members;
    case 'mapping':
      return tree.entries.flat();
    case 'comprehension':
      return [tree.result, tree.iterable, ...(tree.condition === undefined ? [] : [tree.condition])];
    case 'not':
    case 'minus':
      return [tree.operand];
    case 'and':
    case 'or':
      return tree.operands;
    case 'binary':
      return [tree.left, tree.right];
    case 'in':
      return [tree.member, tree.container];
    case 'choice':
      return [tree.condition, tree.whenTrue, tree.whenFalse];
    case 'attribute':
      return [tree.object];
    case 'item':
      return [tree.container, tree.item];
    case 'slice':
      return [
        tree.container,
        ...(tree.start === undefined ? [] : [tree.start]),
        ...(tree.stop === undefined ? [] : [tree.stop]),
      ];
    default:
      return [];
  }
}
