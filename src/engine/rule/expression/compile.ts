/**
 * Turns a rule's syntax tree into closures. Parts are built in the original's order, which decides the error of a rule with two faults;
 * what is made of constants only is computed on the way.
 */

import { arithmeticNode, minusNode } from './arithmetic.js';
import { bitNode } from './bits.js';
import { ValueMap, ValueSet } from './collection.js';
import { arrayNode, mappingNode, setNode } from './collection-node.js';
import { equalNode, orderNode } from './comparison.js';
import { inNode } from './containment.js';
import { parseDuration, parseMoment } from './date-text.js';
import { Failure, syntaxFailure, typeFailure, withArticle } from './failure.js';
import { andNode, choiceNode, notNode, orNode } from './logic.js';
import type { LastMatch } from './match.js';
import { matchNode } from './match.js';
import { attributeNode, itemNode, sliceNode } from './member.js';
import type { Loop } from './name.js';
import { builtinNode, fieldNode, loopNode, valueOfLoop } from './name.js';
import type { Node } from './node.js';
import { constantNode, fieldsOf, makeNode, truthOf } from './node.js';
import { fromFloat } from './number.js';
import { rememberedNode } from './remembered.js';
import type { Syntax } from './syntax.js';
import { readsGroups } from './syntax.js';
import { arrayOf, loopType } from './type.js';
import type { Value } from './value.js';
import { isArray, kindOf } from './value.js';

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
  const node = builder.buildRoot(tree);
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

class Builder {
  readonly #last: LastMatch | undefined;
  readonly #rounds: Rounds;
  readonly #loops: Loop[] = [];
  hasLoops = false;
  /** Grows with each part that depends on more than fields. */
  #unsteadyParts = 0;

  /** @param last  where the rule reads `$re_groups` */
  constructor(last: LastMatch | undefined, rounds: Rounds) {
    this.#last = last;
    this.#rounds = rounds;
  }

  buildRoot(tree: Syntax): Node {
    const { node, isSteady } = this.#part(tree);
    return isSteady ? rememberedNode(node) : node;
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
        return arrayNode(tree.members.map((member) => this.build(member)));
      case 'set':
        return setNode(tree.members.map((member) => this.build(member)));
      case 'mapping':
        return mappingNode(tree.entries.map(([key, value]) => [this.build(key), this.build(value)] as const));
      case 'comprehension':
        return this.#comprehension(tree);
      case 'not':
        return notNode(this.build(tree.operand));
      case 'minus':
        return minusNode(this.build(tree.operand));
      case 'and':
        return andNode(this.#parts(tree.operands));
      case 'or':
        return orNode(this.#parts(tree.operands));
      case 'binary':
        return this.#binary(tree);
      case 'in': {
        const container = this.build(tree.container);
        return inNode(this.build(tree.member), container);
      }
      case 'choice':
        return choiceNode(this.build(tree.condition), this.build(tree.whenTrue), this.build(tree.whenFalse));
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
    if (loop === undefined) return fieldNode(name);
    this.#unsteadyParts++;
    return loopNode(loop);
  }

  #builtin(name: string): Node {
    this.#unsteadyParts++;
    return builtinNode(name, this.#last);
  }

  /** Of several fields each part's answers are kept by its own; of one field those of the whole are, further out. */
  #parts(trees: readonly Syntax[]): Node[] {
    const parts = trees.map((tree) => this.#part(tree));
    const isOfSeveral = fieldsOf(parts.map(({ node }) => node)).length > 1;
    return parts.map(({ node, isSteady }) => (isSteady && isOfSeveral ? rememberedNode(node) : node));
  }

  #part(tree: Syntax): { readonly node: Node; readonly isSteady: boolean } {
    const before = this.#unsteadyParts;
    const node = this.build(tree);
    // A pattern leaves its groups behind for those rules that read them.
    return { node, isSteady: this.#unsteadyParts === before && this.#last === undefined };
  }

  #comprehension(tree: Syntax & { readonly form: 'comprehension' }): Node {
    const iterable = this.build(tree.iterable);
    const type = loopType(iterable.type);
    if (type === undefined) throw typeFailure(`${withArticle(iterable.type.kind)} cannot be looped over`);
    const loop: Loop = { name: tree.variable, type, value: undefined };
    this.#loops.push(loop);
    const condition = tree.condition === undefined ? undefined : this.build(tree.condition);
    const result = this.build(tree.result);
    this.#loops.pop();
    this.hasLoops = true;
    this.#unsteadyParts++;
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
}

function membersOf(value: Value): readonly Value[] {
  if (isArray(value)) return value;
  if (value instanceof ValueSet) return value.members;
  if (value instanceof ValueMap) return value.keys;
  throw typeFailure(`${withArticle(kindOf(value))} cannot be looped over`);
}

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
