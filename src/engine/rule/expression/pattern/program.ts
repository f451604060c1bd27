/**
 * Turns a pattern's tree into instructions for the backtracking matcher (`backtracker.ts`). One instruction is an operation code and up to
 * five operands in a flat array:
 *
 *     SET s                     one character of set s
 *     CHAR c                    the character c
 *     ANCHOR a                  position check
 *     SPLIT t                   go on; if that fails, go on at t
 *     JUMP t
 *     MARK m                    remember the position (even: a group begins, odd: it ends)
 *     RUN s least most greed    a set, repeated; needs no loop
 *     REPEAT u                  enter the loop whose UNTIL is at u
 *     UNTIL body least most greed   end of a round of a loop
 *     HOLD                      enter an atomic group
 *     RELEASE                   leave it and forget its alternatives
 *     LOOK back / LOOK_END      look around, then stand where we stood
 *     REFUSE back t / REFUSE_END    the same, negated; go on at t where the body fails
 *     REFERENCE g f             the text of group g, folded by f
 *     CONDITION g t             go on if group g took part, else at t
 *     MATCH
 */

import type { CharSet } from './char-set.js';
import type { Anchor, Greed, Pattern } from './syntax.js';
import { UNBOUNDED } from './syntax.js';
import type { CaseRules } from './unicode.js';

export const OP = {
  SET: 0,
  CHAR: 1,
  ANCHOR: 2,
  SPLIT: 3,
  JUMP: 4,
  MARK: 5,
  RUN: 6,
  REPEAT: 7,
  UNTIL: 8,
  HOLD: 9,
  RELEASE: 10,
  LOOK: 11,
  LOOK_END: 12,
  REFUSE: 13,
  REFUSE_END: 14,
  REFERENCE: 15,
  CONDITION: 16,
  MATCH: 17,
} as const;

export const GREED: Readonly<Record<Greed, number>> = { greedy: 0, lazy: 1, possessive: 2 };

/** Operand for "no upper bound"; real bounds are below 2^32. */
const NO_BOUND = -1;

export interface Program {
  readonly code: Float64Array;
  readonly sets: readonly CharSet[];
  readonly anchors: readonly Anchor[];
  readonly folds: readonly (CaseRules | undefined)[];
  readonly groupCount: number;
}

export function compileProgram(tree: Pattern, groupCount: number): Program {
  const compiler = new Compiler();
  compiler.emit(tree);
  compiler.push(OP.MATCH);
  return {
    code: Float64Array.from(compiler.code),
    sets: compiler.sets,
    anchors: compiler.anchors,
    folds: compiler.folds,
    groupCount,
  };
}

class Compiler {
  readonly code: number[] = [];
  readonly sets: CharSet[] = [];
  readonly #setIndexes = new Map<CharSet, number>();
  readonly anchors: Anchor[] = [];
  readonly folds: (CaseRules | undefined)[] = [];

  push(...words: readonly number[]): number {
    const place = this.code.length;
    this.code.push(...words);
    return place;
  }

  emit(tree: Pattern): void {
    switch (tree.form) {
      case 'set': {
        const { single } = tree.set;
        if (single === undefined) this.push(OP.SET, this.#setIndex(tree.set));
        else this.push(OP.CHAR, single);
        break;
      }
      case 'anchor':
        this.push(OP.ANCHOR, this.anchors.push(tree.anchor) - 1);
        break;
      case 'sequence':
        for (const part of tree.parts) this.emit(part);
        break;
      case 'choice':
        this.#choice(tree.options);
        break;
      case 'group':
        this.push(OP.MARK, 2 * tree.index - 2);
        this.emit(tree.body);
        this.push(OP.MARK, 2 * tree.index - 1);
        break;
      case 'repeat':
        this.#repeat(tree.body, tree.least, tree.most, tree.greed);
        break;
      case 'atomic':
        this.push(OP.HOLD);
        this.emit(tree.body);
        this.push(OP.RELEASE);
        break;
      case 'look':
        this.#look(tree.body, tree.negated, tree.back);
        break;
      case 'reference':
        this.push(OP.REFERENCE, tree.group, this.folds.push(tree.fold) - 1);
        break;
      case 'condition':
        this.#condition(tree.group, tree.yes, tree.no);
        break;
    }
  }

  #setIndex(set: CharSet): number {
    let index = this.#setIndexes.get(set);
    if (index === undefined) {
      index = this.sets.push(set) - 1;
      this.#setIndexes.set(set, index);
    }
    return index;
  }

  #choice(options: readonly Pattern[]): void {
    const jumps: number[] = [];
    options.forEach((option, index) => {
      if (index === options.length - 1) {
        this.emit(option);
        return;
      }
      const split = this.push(OP.SPLIT, 0);
      this.emit(option);
      jumps.push(this.push(OP.JUMP, 0));
      this.code[split + 1] = this.code.length;
    });
    for (const jump of jumps) this.code[jump + 1] = this.code.length;
  }

  #repeat(body: Pattern, least: number, most: number, greed: Greed): void {
    const bound = most === UNBOUNDED ? NO_BOUND : most;
    if (body.form === 'set') {
      this.push(OP.RUN, this.#setIndex(body.set), least, bound, GREED[greed]);
      return;
    }
    const enter = this.push(OP.REPEAT, 0);
    const start = this.code.length;
    this.emit(body);
    this.code[enter + 1] = this.push(OP.UNTIL, start, least, bound, GREED[greed]);
  }

  #look(body: Pattern, negated: boolean, back: number): void {
    const enter = negated ? this.push(OP.REFUSE, back, 0) : this.push(OP.LOOK, back);
    this.emit(body);
    this.push(negated ? OP.REFUSE_END : OP.LOOK_END);
    if (negated) this.code[enter + 2] = this.code.length;
  }

  #condition(group: number, yes: Pattern, no: Pattern): void {
    const test = this.push(OP.CONDITION, group, 0);
    this.emit(yes);
    const jump = this.push(OP.JUMP, 0);
    this.code[test + 2] = this.code.length;
    this.emit(no);
    this.code[jump + 1] = this.code.length;
  }
}
