/**
 * Answers "does it match?" in time linear in the text, for patterns without look-around, references, conditions and atomic parts: a
 * Thompson automaton whose sets of nodes are turned into states of a deterministic one as they come up. Anchors are decided when the next
 * character is known, so a state is a set of nodes before their anchors, with what there was before it.
 */

import { CharSet } from './char-set.js';
import { limitReached, MAX_VISITS } from './limit.js';
import type { Anchor, Pattern } from './syntax.js';
import { UNBOUNDED } from './syntax.js';
import { asciiWordCharacters, wordCharacters } from './unicode.js';

/** Larger automata (from large counted repeats) are left to the backtracking matcher. */
const MAX_NODES = 2_000;
/** States kept; when full, all are forgotten and built again as needed. */
const MAX_STATES = 400;

type Node =
  | { readonly kind: 'set'; readonly set: CharSet; readonly next: number }
  | { readonly kind: 'anchor'; readonly anchor: Anchor; readonly next: number }
  | { kind: 'split'; first: number; second: number }
  | { readonly kind: 'accept' };

const TOO_LARGE = Symbol('too large');

class NodeBuilder {
  readonly nodes: Node[] = [{ kind: 'accept' }];

  add(node: Node): number {
    if (this.nodes.length >= MAX_NODES) throw TOO_LARGE;
    return this.nodes.push(node) - 1;
  }

  /** @returns the node that matches `tree` and goes on at `next` */
  build(tree: Pattern, next: number): number {
    switch (tree.form) {
      case 'set':
        return this.add({ kind: 'set', set: tree.set, next });
      case 'anchor':
        return this.add({ kind: 'anchor', anchor: tree.anchor, next });
      case 'sequence': {
        let place = next;
        for (const part of tree.parts.toReversed()) place = this.build(part, place);
        return place;
      }
      case 'choice':
        return tree.options
          .map((option) => this.build(option, next))
          .reduceRight((second, first) => this.add({ kind: 'split', first, second }));
      case 'group':
        return this.build(tree.body, next);
      case 'repeat':
        return this.#repeat(tree, next);
      default:
        throw TOO_LARGE;
    }
  }

  #repeat(tree: Pattern & { readonly form: 'repeat' }, next: number): number {
    if (tree.greed === 'possessive') throw TOO_LARGE;
    let place = next;
    if (tree.most === UNBOUNDED) {
      const split: Node = { kind: 'split', first: next, second: next };
      place = this.add(split);
      split.first = this.build(tree.body, place);
    } else {
      for (let count = tree.least; count < tree.most; count++) {
        place = this.add({ kind: 'split', first: this.build(tree.body, place), second: next });
      }
    }
    for (let count = 0; count < tree.least; count++) {
      const before = this.nodes.length;
      place = this.build(tree.body, place);
      // A body without nodes would be repeated for nothing, perhaps billions of times.
      if (this.nodes.length === before) break;
    }
    return place;
  }
}

/** What there was before a position, and what comes after it. */
const AT_START = 1;
const AFTER_LINE_FEED = 2;
const AFTER_WORD = 4;
const AFTER_ASCII_WORD = 8;
const AT_END = 16;
const BEFORE_FINAL_LINE_FEED = 32;
const BEFORE_LINE_FEED = 64;
const BEFORE_WORD = 128;
const BEFORE_ASCII_WORD = 256;

const LINE_FEED = 0x0a;
const LINE_FEEDS = CharSet.ofCodes([LINE_FEED]);

/** Which of the facts before a position an anchor asks for. */
const NEEDS: Readonly<Record<Anchor, number>> = {
  start: AT_START,
  'line-start': AT_START | AFTER_LINE_FEED,
  end: 0,
  'line-end': 0,
  'text-end': 0,
  'word-edge': AFTER_WORD,
  'no-word-edge': AT_START | AFTER_WORD,
  'ascii-word-edge': AFTER_ASCII_WORD,
  'ascii-no-word-edge': AT_START | AFTER_ASCII_WORD,
};

function anchorHolds(anchor: Anchor, facts: number): boolean {
  switch (anchor) {
    case 'start':
      return (facts & AT_START) !== 0;
    case 'line-start':
      return (facts & (AT_START | AFTER_LINE_FEED)) !== 0;
    case 'end':
      return (facts & (AT_END | BEFORE_FINAL_LINE_FEED)) !== 0;
    case 'line-end':
      return (facts & (AT_END | BEFORE_LINE_FEED)) !== 0;
    case 'text-end':
      return (facts & AT_END) !== 0;
    case 'word-edge':
      return isEdge(facts, AFTER_WORD, BEFORE_WORD);
    case 'no-word-edge':
      return !isEdge(facts, AFTER_WORD, BEFORE_WORD) && !isEmptyText(facts);
    case 'ascii-word-edge':
      return isEdge(facts, AFTER_ASCII_WORD, BEFORE_ASCII_WORD);
    case 'ascii-no-word-edge':
      return !isEdge(facts, AFTER_ASCII_WORD, BEFORE_ASCII_WORD) && !isEmptyText(facts);
  }
}

function isEdge(facts: number, after: number, before: number): boolean {
  return ((facts & after) !== 0) !== ((facts & before) !== 0);
}

function isEmptyText(facts: number): boolean {
  return (facts & AT_START) !== 0 && (facts & AT_END) !== 0;
}

/** Characters that no part of a pattern tells apart are one class. */
class Alphabet {
  readonly #low = new Uint16Array(256);
  readonly #starts: number[];
  /** By place in `#starts`. */
  readonly #classes: number[];
  /** One character of each class. */
  readonly samples: number[] = [];

  constructor(sets: readonly CharSet[]) {
    const cuts = new Set([0]);
    for (const set of sets) {
      set.forEachRange((low, high) => {
        cuts.add(low);
        cuts.add(high + 1);
      });
    }
    this.#starts = [...cuts].sort((left, right) => left - right);
    this.#classes = this.#partition(sets);
    for (let code = 0; code < 256; code++) this.#low[code] = this.#search(code);
  }

  /** Each set takes what it holds out of the classes so far: a pattern has a hundred sets of a letter or two, and the word characters alone have 1,500 cuts. */
  #partition(sets: readonly CharSet[]): number[] {
    const classes = this.#starts.map(() => 0);
    let count = 1;
    for (const set of sets) {
      const parts = new Map<number, number>();
      set.forEachRange((low, high) => {
        for (let place = this.#place(low); (this.#starts[place] ?? Infinity) <= high; place++) {
          const whole = classes[place] ?? 0;
          if (!parts.has(whole)) parts.set(whole, count++);
          classes[place] = parts.get(whole)!;
        }
      });
    }
    const known = new Map<number, number>();
    return classes.map((index, place) => {
      if (!known.has(index)) known.set(index, this.samples.push(this.#starts[place] ?? 0) - 1);
      return known.get(index)!;
    });
  }

  classOf(code: number): number {
    return code < 256 ? (this.#low[code] ?? 0) : this.#search(code);
  }

  #search(code: number): number {
    return this.#classes[this.#place(code)] ?? 0;
  }

  /** Of the last start that is not behind a code. */
  #place(code: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

interface State {
  readonly seeds: readonly number[];
  readonly facts: number;
  /** By symbol; undefined = not worked out yet. */
  readonly next: (State | undefined)[];
}

export class Automaton {
  readonly #nodes: readonly Node[];
  readonly #start: number;
  readonly #search: boolean;
  readonly #alphabet: Alphabet;
  readonly #factMask: number;
  readonly #watchesEnd: boolean;
  readonly #seen: Uint32Array;
  #round = 0;
  #visits = 0;
  #states = new Map<string, State>();
  readonly #accepted: State = { seeds: [], facts: 0, next: [] };
  readonly #dead: State = { seeds: [], facts: 0, next: [] };

  private constructor(nodes: readonly Node[], start: number, search: boolean) {
    this.#nodes = nodes;
    this.#start = start;
    this.#search = search;
    this.#seen = new Uint32Array(nodes.length);
    const sets: CharSet[] = [];
    let mask = 0;
    let watchesEnd = false;
    for (const node of nodes) {
      if (node.kind === 'set' && !sets.includes(node.set)) sets.push(node.set);
      if (node.kind !== 'anchor') continue;
      mask |= NEEDS[node.anchor];
      if (node.anchor.includes('line') || node.anchor === 'end') sets.push(LINE_FEEDS);
      if (node.anchor.includes('ascii')) sets.push(asciiWordCharacters());
      else if (node.anchor.includes('word')) sets.push(wordCharacters());
      if (node.anchor === 'end') watchesEnd = true;
    }
    this.#alphabet = new Alphabet([...new Set(sets)]);
    this.#factMask = mask;
    this.#watchesEnd = watchesEnd;
  }

  /** @returns undefined for a pattern that needs the backtracking matcher */
  static of(tree: Pattern, search: boolean): Automaton | undefined {
    const builder = new NodeBuilder();
    try {
      const start = builder.build(tree, 0);
      return new Automaton(builder.nodes, start, search);
    } catch (error) {
      if (error === TOO_LARGE) return undefined;
      throw error;
    }
  }

  /**
   * Whether the pattern matches at the start of the text, or anywhere for an automaton that searches.
   *
   * @throws Failure of kind `type` where a large pattern makes even the linear way too long
   */
  accepts(text: string): boolean {
    this.#visits = 0;
    const finalLineFeed = this.#alphabet.samples.length;
    const endSymbol = finalLineFeed + 1;
    let state = this.#state([this.#start], AT_START);
    for (let index = 0; index < text.length; index++) {
      let code = text.charCodeAt(index);
      let symbol: number;
      if (code >= 0xd800 && code <= 0xdbff) {
        code = text.codePointAt(index) ?? code;
        if (code > 0xffff) index++;
      }
      if (code === LINE_FEED && this.#watchesEnd && index === text.length - 1) symbol = finalLineFeed;
      else symbol = this.#alphabet.classOf(code);
      const next = state.next[symbol] ?? this.#step(state, symbol);
      if (next === this.#accepted) return true;
      if (next === this.#dead) return false;
      state = next;
    }
    return (state.next[endSymbol] ?? this.#step(state, endSymbol)) === this.#accepted;
  }

  #state(seeds: readonly number[], facts: number): State {
    const key = `${facts}:${seeds.join(',')}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= MAX_STATES) this.#states = new Map();
    const state: State = {
      seeds,
      facts,
      next: Array.from({ length: this.#alphabet.samples.length + 2 }, () => undefined),
    };
    this.#states.set(key, state);
    return state;
  }

  #step(state: State, symbol: number): State {
    const next = this.#nextState(state, symbol);
    state.next[symbol] = next;
    return next;
  }

  #nextState(state: State, symbol: number): State {
    const classes = this.#alphabet.samples.length;
    const atEnd = symbol === classes + 1;
    const sample = symbol === classes ? LINE_FEED : (this.#alphabet.samples[symbol] ?? 0);
    const facts = state.facts | (atEnd ? AT_END : this.#factsBefore(sample, symbol === classes));
    const targets = new Set<number>();
    // The marks of earlier rounds would come round again after 2^32 of them.
    if (++this.#round > 0xffff_ffff) {
      this.#seen.fill(0);
      this.#round = 1;
    }
    const open = [...state.seeds];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#seen[index] === this.#round) continue;
      this.#seen[index] = this.#round;
      if (++this.#visits > MAX_VISITS) throw limitReached();
      const node = this.#nodes[index];
      if (node === undefined) continue;
      if (node.kind === 'accept') return this.#accepted;
      if (node.kind === 'split') open.push(node.second, node.first);
      else if (node.kind === 'anchor') {
        if (anchorHolds(node.anchor, facts)) open.push(node.next);
      } else if (!atEnd && node.set.has(sample)) targets.add(node.next);
    }
    if (this.#search) targets.add(this.#start);
    if (atEnd || targets.size === 0) return this.#dead;
    return this.#state(
      [...targets].sort((left, right) => left - right),
      this.#factsAfter(sample) & this.#factMask,
    );
  }

  #factsBefore(code: number, last: boolean): number {
    let facts = 0;
    if (code === LINE_FEED) facts |= last ? BEFORE_LINE_FEED | BEFORE_FINAL_LINE_FEED : BEFORE_LINE_FEED;
    if ((this.#factMask & AFTER_WORD) !== 0 && wordCharacters().has(code)) facts |= BEFORE_WORD;
    if (asciiWordCharacters().has(code)) facts |= BEFORE_ASCII_WORD;
    return facts;
  }

  #factsAfter(code: number): number {
    let facts = 0;
    if (code === LINE_FEED) facts |= AFTER_LINE_FEED;
    if ((this.#factMask & AFTER_WORD) !== 0 && wordCharacters().has(code)) facts |= AFTER_WORD;
    if (asciiWordCharacters().has(code)) facts |= AFTER_ASCII_WORD;
    return facts;
  }
}
