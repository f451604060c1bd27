/** The syntax tree of a rule, as the parser leaves it: nothing is checked or computed yet. */

import type { Text } from './text.js';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type BitOperator = '&' | '|' | '^' | '<<' | '>>';
export type OrderOperator = '<' | '<=' | '>' | '>=';
export type MatchOperator = '=~' | '=~~' | '!~' | '!~~';
export type BinaryOperator = ArithmeticOperator | BitOperator | OrderOperator | MatchOperator | '==' | '!=';

interface Place {
  /** 0-based offset in the rule, for messages. */
  readonly at: number;
}

export type Syntax = Place &
  (
    | { readonly form: 'null' }
    | { readonly form: 'boolean'; readonly value: boolean }
    | { readonly form: 'number'; readonly value: number }
    | { readonly form: 'string'; readonly value: Text }
    | { readonly form: 'datetime'; readonly text: Text }
    | { readonly form: 'timedelta'; readonly text: string }
    | { readonly form: 'name'; readonly name: string; readonly builtin: boolean }
    | { readonly form: 'array' | 'set'; readonly members: readonly Syntax[] }
    | { readonly form: 'mapping'; readonly entries: readonly (readonly [Syntax, Syntax])[] }
    | {
        readonly form: 'comprehension';
        readonly result: Syntax;
        readonly variable: string;
        readonly iterable: Syntax;
        readonly condition: Syntax | undefined;
      }
    | { readonly form: 'not' | 'minus'; readonly operand: Syntax }
    /** A chain such as `a or b or c` is one node: chains of thousands are common in imported rules and must not nest. */
    | { readonly form: 'and' | 'or'; readonly operands: readonly Syntax[] }
    | { readonly form: 'binary'; readonly operator: BinaryOperator; readonly left: Syntax; readonly right: Syntax }
    | { readonly form: 'in'; readonly member: Syntax; readonly container: Syntax }
    | { readonly form: 'choice'; readonly condition: Syntax; readonly whenTrue: Syntax; readonly whenFalse: Syntax }
    | { readonly form: 'attribute'; readonly object: Syntax; readonly name: string; readonly safe: boolean }
    | { readonly form: 'item'; readonly container: Syntax; readonly item: Syntax; readonly safe: boolean }
    | {
        readonly form: 'slice';
        readonly container: Syntax;
        readonly start: Syntax | undefined;
        readonly stop: Syntax | undefined;
        readonly safe: boolean;
      }
  );

/** Whether the rule reads what its patterns captured. */
export function readsGroups(root: Syntax): boolean {
  const open: Syntax[] = [root];
  for (let tree = open.pop(); tree !== undefined; tree = open.pop()) {
    if (tree.form === 'name' && tree.builtin && tree.name === 're_groups') return true;
    open.push(...childrenOf(tree));
  }
  return false;
}

export function childrenOf(tree: Syntax): readonly Syntax[] {
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
