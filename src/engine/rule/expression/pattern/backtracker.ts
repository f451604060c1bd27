/**
 * Matches by trying: the order of attempts, what a loop does with empty rounds and what groups remember are those of CPython 3.11's `re`.
 * Alternatives wait on an explicit stack, never on the call stack, and every step is counted: a match that takes too many is an error.
 *
 *     frame of the stack:   where to go on · position · loop · loops in use · trail length · kind · two operands of a RUN
 *     trail:                (slot, old value) of every mark and loop counter that changed; undone on the way back
 */

import { limitReached, MAX_STEPS } from './limit.js';
import type { Codes } from './position.js';
import { holdsAt } from './position.js';
import type { Program } from './program.js';
import { GREED, OP } from './program.js';

const FRAME = 8;
const KIND_GO = 0;
const KIND_RUN_GREEDY = 1;
const KIND_RUN_LAZY = 2;
/** A greedy loop's other way: leave it. A possessive loop takes it when a round fails. */
const KIND_LEAVE = 3;
/** A lazy loop's other way: one more round. */
const KIND_ENTER = 4;

const NONE = -1;

export interface Found {
  readonly start: number;
  readonly end: number;
  /** Start and end of each group in turn; -1 where it took no part. */
  readonly marks: readonly number[];
}

/**
 * @param codes  the text as code points
 * @param starts  places where a match may begin, asked in order until one matches
 * @throws Failure of kind `type` when the steps run out
 */
export function backtrack(program: Program, codes: Codes, starts: Iterable<number>): Found | undefined {
  const machine = new Machine(program, codes);
  for (const place of starts) {
    const end = machine.run(place);
    if (end !== NONE) return { start: place, end, marks: [...machine.marks] };
  }
  return undefined;
}

/** Slots of a loop on the loop stack. */
const LOOP = 5;
const COUNT = 0;
/** Where the last round began, so that an empty round ends the loop. */
const LAST = 1;
/** The loop around this one. */
const OUTER = 2;
/** Height of the frame stack when a round, an atomic group or a look-around began. */
const BASE = 3;
/** Position to return to after looking around. */
const HOME = 4;

class Machine {
  readonly marks: Int32Array;
  readonly #code: Float64Array;
  readonly #codes: Codes;
  readonly #length: number;
  readonly #program: Program;
  #stack = new Float64Array(64 * FRAME);
  #height = 0;
  #trail: number[] = [];
  #loops: number[] = [];
  #loopsInUse = 0;
  #steps = 0;

  constructor(program: Program, codes: Codes) {
    this.#program = program;
    this.#code = program.code;
    this.#codes = codes;
    this.#length = codes.length;
    this.marks = new Int32Array(2 * program.groupCount);
  }

  /** @returns the end of the match that begins at `start`, or -1 */
  run(start: number): number {
    const code = this.#code;
    const codes = this.#codes;
    const length = this.#length;
    this.marks.fill(NONE);
    this.#height = 0;
    this.#trail = [];
    this.#loopsInUse = 0;
    let at = 0;
    let place = start;
    let loop = NONE;
    let failed = false;
    for (;;) {
      if (++this.#steps > MAX_STEPS) throw limitReached();
      if (failed) {
        // Back to the alternative that was left most recently.
        if (this.#height === 0) return NONE;
        const frame = (this.#height - 1) * FRAME;
        const stack = this.#stack;
        at = stack[frame] ?? 0;
        place = stack[frame + 1] ?? 0;
        loop = stack[frame + 2] ?? NONE;
        this.#loopsInUse = stack[frame + 3] ?? 0;
        this.#undo(stack[frame + 4] ?? 0);
        const kind = stack[frame + 5] ?? KIND_GO;
        failed = false;
        if (kind === KIND_RUN_GREEDY) {
          place = this.#giveBack(frame, at);
          failed = place === NONE;
          continue;
        }
        this.#height--;
        if (kind === KIND_RUN_LAZY) {
          const set = this.#program.sets[stack[frame + 6] ?? 0];
          const left = stack[frame + 7] ?? 0;
          if (left === 0 || place >= length || set?.has(codes[place] ?? 0) !== true) {
            failed = true;
            continue;
          }
          place++;
          this.#pushFrame(at, place, loop, KIND_RUN_LAZY, stack[frame + 6] ?? 0, left - 1);
        } else if (kind === KIND_LEAVE) {
          loop = this.#loop(loop, OUTER);
        } else if (kind === KIND_ENTER) {
          const most = code[at + 3] ?? NONE;
          const count = this.#loop(loop, COUNT) + 1;
          if ((most !== NONE && count >= most) || place === this.#loop(loop, LAST)) {
            failed = true;
            continue;
          }
          this.#setLoop(loop, COUNT, count);
          this.#setLoop(loop, LAST, place);
          at = code[at + 1] ?? 0;
        }
        continue;
      }
      switch (code[at]) {
        case OP.SET:
          if (place < length && this.#program.sets[code[at + 1] ?? 0]?.has(codes[place] ?? 0) === true) {
            place++;
            at += 2;
          } else failed = true;
          break;
        case OP.CHAR:
          if (place < length && codes[place] === code[at + 1]) {
            place++;
            at += 2;
          } else failed = true;
          break;
        case OP.ANCHOR: {
          const anchor = this.#program.anchors[code[at + 1] ?? 0];
          if (anchor !== undefined && holdsAt(anchor, codes, length, place)) at += 2;
          else failed = true;
          break;
        }
        case OP.SPLIT:
          this.#pushFrame(code[at + 1] ?? 0, place, loop, KIND_GO, 0, 0);
          at += 2;
          break;
        case OP.JUMP:
          at = code[at + 1] ?? 0;
          break;
        case OP.MARK:
          this.#setMark(code[at + 1] ?? 0, place);
          at += 2;
          break;
        case OP.RUN: {
          const next = this.#run(at, place, loop);
          if (next === NONE) failed = true;
          else {
            place = next;
            at += 5;
          }
          break;
        }
        case OP.REPEAT:
          loop = this.#enterLoop(loop);
          this.#loops[loop * LOOP + COUNT] = NONE;
          at = code[at + 1] ?? 0;
          break;
        case OP.UNTIL: {
          const greed = code[at + 4];
          const least = code[at + 2] ?? 0;
          const most = code[at + 3] ?? NONE;
          const count = this.#loop(loop, COUNT) + 1;
          if (greed === GREED.possessive) {
            // A finished round is never taken back.
            if (count > 0) this.#height = this.#loop(loop, BASE);
            this.#setLoop(loop, COUNT, count);
            const more = most === NONE || count < most;
            if (count >= least && !(more && place !== this.#loop(loop, LAST))) {
              loop = this.#loop(loop, OUTER);
              at += 5;
              break;
            }
            this.#setLoop(loop, BASE, this.#height);
            if (count >= least) {
              this.#setLoop(loop, LAST, place);
              this.#pushFrame(at + 5, place, loop, KIND_LEAVE, 0, 0);
            }
            at = code[at + 1] ?? 0;
            break;
          }
          if (count < least) {
            this.#setLoop(loop, COUNT, count);
            at = code[at + 1] ?? 0;
          } else if (greed === GREED.lazy) {
            this.#pushFrame(at, place, loop, KIND_ENTER, 0, 0);
            loop = this.#loop(loop, OUTER);
            at += 5;
          } else if ((most === NONE || count < most) && place !== this.#loop(loop, LAST)) {
            this.#pushFrame(at + 5, place, loop, KIND_LEAVE, 0, 0);
            this.#setLoop(loop, COUNT, count);
            this.#setLoop(loop, LAST, place);
            at = code[at + 1] ?? 0;
          } else {
            loop = this.#loop(loop, OUTER);
            at += 5;
          }
          break;
        }
        case OP.HOLD:
          loop = this.#enterLoop(loop);
          at += 1;
          break;
        case OP.RELEASE:
          this.#height = this.#loop(loop, BASE);
          loop = this.#loop(loop, OUTER);
          at += 1;
          break;
        case OP.LOOK: {
          const back = code[at + 1] ?? 0;
          if (place < back) {
            failed = true;
            break;
          }
          loop = this.#enterLoop(loop);
          this.#loops[loop * LOOP + HOME] = place;
          place -= back;
          at += 2;
          break;
        }
        case OP.LOOK_END:
          this.#height = this.#loop(loop, BASE);
          place = this.#loop(loop, HOME);
          loop = this.#loop(loop, OUTER);
          at += 1;
          break;
        case OP.REFUSE: {
          const back = code[at + 1] ?? 0;
          if (place < back) {
            at = code[at + 2] ?? 0;
            break;
          }
          const outer = loop;
          loop = this.#enterLoop(loop);
          this.#pushFrame(code[at + 2] ?? 0, place, outer, KIND_GO, 0, 0);
          place -= back;
          at += 3;
          break;
        }
        case OP.REFUSE_END:
          // The body matched: forget the way on that waits for its failure, and fail.
          this.#height = this.#loop(loop, BASE);
          failed = true;
          break;
        case OP.REFERENCE: {
          const next = this.#reference(code[at + 1] ?? 0, code[at + 2] ?? 0, place);
          if (next === NONE) failed = true;
          else {
            place = next;
            at += 3;
          }
          break;
        }
        case OP.CONDITION:
          at = this.#tookPart(code[at + 1] ?? 0) ? at + 3 : (code[at + 2] ?? 0);
          break;
        default:
          return place;
      }
    }
  }

  #pushFrame(at: number, place: number, loop: number, kind: number, first: number, second: number): void {
    const frame = this.#height * FRAME;
    if (frame + FRAME > this.#stack.length) {
      const larger = new Float64Array(this.#stack.length * 2);
      larger.set(this.#stack);
      this.#stack = larger;
    }
    const stack = this.#stack;
    stack[frame] = at;
    stack[frame + 1] = place;
    stack[frame + 2] = loop;
    stack[frame + 3] = this.#loopsInUse;
    stack[frame + 4] = this.#trail.length;
    stack[frame + 5] = kind;
    stack[frame + 6] = first;
    stack[frame + 7] = second;
    this.#height++;
  }

  #undo(length: number): void {
    const trail = this.#trail;
    while (trail.length > length) {
      const old = trail.pop() ?? NONE;
      const slot = trail.pop() ?? 0;
      if (slot < 0) this.marks[-slot - 1] = old;
      else this.#loops[slot] = old;
    }
  }

  /** Marks have negative slots on the trail, loop counters positive ones. */
  #setMark(mark: number, place: number): void {
    this.#trail.push(-mark - 1, this.marks[mark] ?? NONE);
    this.marks[mark] = place;
  }

  #enterLoop(outer: number): number {
    const loop = this.#loopsInUse++;
    const slot = loop * LOOP;
    this.#loops[slot + COUNT] = 0;
    this.#loops[slot + LAST] = NONE;
    this.#loops[slot + OUTER] = outer;
    this.#loops[slot + BASE] = this.#height;
    this.#loops[slot + HOME] = 0;
    return loop;
  }

  #loop(loop: number, slot: number): number {
    return this.#loops[loop * LOOP + slot] ?? NONE;
  }

  #setLoop(loop: number, slot: number, value: number): void {
    const index = loop * LOOP + slot;
    this.#trail.push(index, this.#loops[index] ?? NONE);
    this.#loops[index] = value;
  }

  /** Takes as many characters as allowed (lazy: as few) and leaves the other counts as alternatives. */
  #run(at: number, place: number, loop: number): number {
    const code = this.#code;
    const setIndex = code[at + 1] ?? 0;
    const set = this.#program.sets[setIndex];
    const least = code[at + 2] ?? 0;
    const most = code[at + 3] ?? NONE;
    const greed = code[at + 4] ?? 0;
    const bound = greed === GREED.lazy ? least : most;
    const limit = bound === NONE ? this.#length : Math.min(this.#length, place + bound);
    let end = place;
    while (end < limit && set?.has(this.#codes[end] ?? 0) === true) end++;
    this.#steps += end - place;
    if (end - place < least) return NONE;
    if (greed === GREED.lazy) {
      this.#pushFrame(
        at + 5,
        end,
        loop,
        KIND_RUN_LAZY,
        setIndex,
        most === NONE ? Number.POSITIVE_INFINITY : most - least,
      );
    } else if (greed === GREED.greedy && end > place + least) {
      this.#pushFrame(at + 5, end, loop, KIND_RUN_GREEDY, place + least, 0);
    }
    return end;
  }

  /** One character less for a greedy run; more at once where the next instruction wants a certain character. */
  #giveBack(frame: number, at: number): number {
    const stack = this.#stack;
    const least = stack[frame + 6] ?? 0;
    let place = (stack[frame + 1] ?? 0) - 1;
    if (this.#code[at] === OP.CHAR) {
      const wanted = this.#code[at + 1];
      const from = place;
      while (place >= least && this.#codes[place] !== wanted) place--;
      this.#steps += from - place;
    }
    if (place <= least) this.#height--;
    else stack[frame + 1] = place;
    return place < least ? NONE : place;
  }

  #tookPart(group: number): boolean {
    const start = this.marks[2 * group - 2] ?? NONE;
    const end = this.marks[2 * group - 1] ?? NONE;
    return start !== NONE && end !== NONE && end >= start;
  }

  #reference(group: number, foldIndex: number, place: number): number {
    if (!this.#tookPart(group)) return NONE;
    const fold = this.#program.folds[foldIndex];
    const end = this.marks[2 * group - 1] ?? 0;
    let here = place;
    for (let index = this.marks[2 * group - 2] ?? 0; index < end; index++, here++) {
      if (here >= this.#length) return NONE;
      const wanted = this.#codes[index] ?? 0;
      const found = this.#codes[here] ?? 0;
      if (wanted !== found && (fold === undefined || fold.lower(wanted) !== fold.lower(found))) return NONE;
    }
    this.#steps += here - place;
    return here;
  }
}
