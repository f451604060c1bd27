/**
 * A compiled pattern of Python's `re`. Whether it matches is answered by the cheapest way that is exact: a chain of plain searches, an
 * automaton in linear time, or - for look-around, references, conditions, atomic parts and very large repeats - the backtracking matcher
 * with its step limit. Where it matched and what its groups hold always comes from the backtracking matcher.
 */

import type { Text } from '../text.js';
import { codesOf, fromCodes, isPlain } from '../text.js';
import { Automaton } from './automaton.js';
import type { Found } from './backtracker.js';
import { backtrack } from './backtracker.js';
import { Chain } from './chain.js';
import { asksForCapital } from './capital.js';
import type { Literals } from './literals.js';
import { literalsOf } from './literals.js';
import { parsePattern } from './parser.js';
import type { Codes } from './position.js';
import type { Program } from './program.js';
import { compileProgram } from './program.js';
import { Run } from './run.js';
import { startsOf } from './starts.js';
import type { Anchor, Pattern as Tree } from './syntax.js';
import { type Width, widthOf } from './width.js';

export class Pattern {
  readonly groupCount: number;
  readonly #tree: Tree;
  /** Most patterns are asked in one of the two ways only. */
  #atStart: Matcher | undefined;
  #anywhere: Matcher | undefined;
  #program: Program | undefined;

  /** @throws Failure where Python refuses the pattern (`syntax`; a few refusals of Python's are `type`) */
  constructor(text: Text) {
    const parsed = parsePattern(text);
    this.#tree = parsed.tree;
    this.groupCount = parsed.groupCount;
  }

  #matcher(search: boolean): Matcher {
    return search
      ? (this.#anywhere ??= new Matcher(this.#tree, true, () => this.#compiled))
      : (this.#atStart ??= new Matcher(this.#tree, false, () => this.#compiled));
  }

  get #compiled(): Program {
    return (this.#program ??= compileProgram(this.#tree, this.groupCount));
  }

  /** @throws Failure of kind `type` when the step limit is reached */
  matches(text: Text, search: boolean): boolean {
    return this.#matcher(search).matches(text);
  }

  /** @throws Failure of kind `type` when the step limit is reached */
  groups(text: Text, search: boolean): (Text | null)[] {
    const codes = codesOf(text);
    const found = this.#matcher(search).find(codes);
    const groups: (Text | null)[] = [];
    for (let index = 0; index < 2 * this.groupCount; index += 2) {
      const start = found?.marks[index] ?? -1;
      const end = found?.marks[index + 1] ?? -1;
      groups.push(start < 0 || end < start ? null : fromCodes(codes.slice(start, end)));
    }
    return groups;
  }

  /**
   * Place of the match in UTF-16 units, undefined where there is none.
   *
   * @throws Failure of kind `type` when the step limit is reached
   */
  span(text: string, search: boolean): { readonly start: number; readonly end: number } | undefined {
    const codes = codesOf(text);
    const found = this.#matcher(search).find(codes);
    if (found === undefined || isPlain(text)) return found;
    return { start: unitsIn(codes, found.start), end: unitsIn(codes, found.end) };
  }

  /** Texts that every match contains; `spell` writes a character as the searched texts have it, undefined where that cannot be told. */
  literals(spell: (code: number) => string | undefined): Literals {
    return literalsOf(this.#tree, spell);
  }

  /** Whether it, or one of its alternatives, cannot match a text in lower case for a capital letter in it. */
  get asksForCapital(): boolean {
    return asksForCapital(this.#tree);
  }

  /** Whether a match, wherever sought, begins where the text begins. */
  get isAnchoredAtStart(): boolean {
    return edgeIs(this.#tree, 'first', ['start']);
  }

  /** `text-end`: a match ends where the text ends; `end`: there or before a final line feed. */
  get anchorAtEnd(): 'end' | 'text-end' | undefined {
    if (edgeIs(this.#tree, 'last', ['text-end'])) return 'text-end';
    return edgeIs(this.#tree, 'last', ['text-end', 'end']) ? 'end' : undefined;
  }
}

function unitsIn(codes: readonly number[], count: number): number {
  let units = 0;
  for (let index = 0; index < count; index++) units += (codes[index] ?? 0) > 0xffff ? 2 : 1;
  return units;
}

function edgeIs(tree: Tree, side: 'first' | 'last', anchors: readonly Anchor[]): boolean {
  switch (tree.form) {
    case 'anchor':
      return anchors.includes(tree.anchor);
    case 'sequence': {
      const part = side === 'first' ? tree.parts[0] : tree.parts.at(-1);
      return part !== undefined && edgeIs(part, side, anchors);
    }
    case 'choice':
      return tree.options.every((option) => edgeIs(option, side, anchors));
    case 'group':
    case 'atomic':
      return edgeIs(tree.body, side, anchors);
    default:
      return false;
  }
}

/** What a reference stands for may be empty. */
const NO_GROUPS: ReadonlyMap<number, Width> = new Map();

class Matcher {
  readonly #tree: Tree;
  readonly #search: boolean;
  readonly #program: () => Program;
  readonly #chain: Chain | undefined;
  readonly #run: Run | undefined;
  /** Characters of the shortest text that matches. */
  readonly #least: number;
  #isPrepared = false;
  #automaton: Automaton | undefined;
  /** A text that every match contains. */
  #needed: string | undefined;
  #starts: ((codes: Codes) => Iterable<number>) | undefined;

  constructor(tree: Tree, search: boolean, program: () => Program) {
    this.#tree = tree;
    this.#search = search;
    this.#program = program;
    this.#least = widthOf(tree, NO_GROUPS).least;
    this.#run = Run.of(tree, search);
    this.#chain = this.#run === undefined ? Chain.of(tree, search) : undefined;
  }

  matches(text: Text): boolean {
    if (typeof text === 'string') {
      if (text.length < this.#least) return false;
      if (this.#run !== undefined) return this.#run.matches(text);
      const answer = this.#chain?.matches(text);
      if (answer !== undefined) return answer;
      if (!this.#isPrepared) this.#prepare();
      if (this.#needed !== undefined && !text.includes(this.#needed)) return false;
      if (this.#automaton !== undefined) return this.#automaton.accepts(text);
    }
    return this.find(codesOf(text)) !== undefined;
  }

  find(codes: Codes): Found | undefined {
    if (!this.#search) return backtrack(this.#program(), codes, [0]);
    this.#starts ??= startsOf(this.#tree);
    return backtrack(this.#program(), codes, this.#starts(codes));
  }

  /** Left until first needed: most patterns of a rule set never see a text that comes this far. */
  #prepare(): void {
    this.#isPrepared = true;
    this.#automaton = Automaton.of(this.#tree, this.#search);
    const inner = literalsOf(this.#tree, (code) => String.fromCodePoint(code)).inner;
    this.#needed = inner?.length === 1 ? inner[0] : undefined;
  }
}
