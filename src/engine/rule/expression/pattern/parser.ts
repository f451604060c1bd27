/**
 * Parses Python's regular expressions (the `re` of CPython 3.11) and refuses what Python refuses. The order of checks follows Python's too,
 * because a pattern with two faults must end in the same kind of error.
 */

import { failure, syntaxFailure } from '../failure.js';
import type { Text } from '../text.js';
import { codesOf } from '../text.js';
import type { ClassItem } from './char-case.js';
import { charactersLike, charactersOfClass } from './char-case.js';
import { ALL, NOT_LINE_FEED } from './char-set.js';
import type { Categories, Escaped } from './escape.js';
import { readClassEscape, readEscape } from './escape.js';
import type { FlagChange, Flags } from './flags.js';
import { applyFlags, NO_FLAGS, readFlags, startsFlags } from './flags.js';
import { Source } from './source.js';
import type { Greed, Pattern } from './syntax.js';
import { NOTHING, UNBOUNDED } from './syntax.js';
import type { CaseRules } from './unicode.js';
import {
  asciiCase,
  asciiDigitCharacters,
  asciiSpaceCharacters,
  asciiWordCharacters,
  digitCharacters,
  spaceCharacters,
  unicodeCase,
  wordCharacters,
} from './unicode.js';
import type { Width } from './width.js';
import { widthOf } from './width.js';

/** Groups may be nested this deep; deeper patterns are refused, because walking them would exhaust the stack. */
export const MAX_PATTERN_DEPTH = 200;
const MAX_REPEAT = 4_294_967_295;
const MAX_LOOK_BACK = 4_294_967_295;

export interface ParsedPattern {
  readonly tree: Pattern;
  readonly groupCount: number;
}

/** @throws Failure of kind `syntax`; of kind `type` for a repeat beyond 4,294,967,294 and for the flags `a` and `u` set one after the other */
export function parsePattern(text: Text): ParsedPattern {
  return new PatternParser(codesOf(text)).parse();
}

/** A look-behind whose width is judged once the whole pattern is known to be well-formed. */
interface LookBehind {
  readonly width: Width;
}

class PatternParser {
  readonly #source: Source;
  /** Flags of the whole pattern, as set so far. */
  #global: Flags = NO_FLAGS;
  #sawUnicode = false;
  #sawAscii = false;
  #sawTemplate = false;
  #sawRepeat = false;
  #groupCount = 0;
  #depth = 0;
  readonly #groupNames = new Map<string, number>();
  /** Widths of the groups that are closed. */
  readonly #groupWidths = new Map<number, Width>();
  readonly #conditionGroups: number[] = [];
  readonly #lookBehinds: LookBehind[] = [];
  /** Inside of a look-behind: groups with this number or above were opened in it and cannot be referred to. */
  #lookBehindGroups: number | undefined;

  constructor(codes: readonly number[]) {
    this.#source = new Source(codes);
  }

  parse(): ParsedPattern {
    const tree = this.#choice(NO_FLAGS, true);
    if (this.#sawAscii && this.#sawUnicode) throw failure('type', 'the flags a and u of a pattern exclude each other');
    if (this.#source.next !== undefined) throw this.#source.wrong('unbalanced parenthesis');
    const unknown = this.#conditionGroups.find((group) => group > this.#groupCount);
    if (unknown !== undefined) throw syntaxFailure(`the pattern has no group ${unknown}`);
    if (this.#sawTemplate && this.#sawRepeat) throw syntaxFailure('a pattern with the flag t cannot repeat anything');
    for (const { width } of this.#lookBehinds) {
      if (width.least > MAX_LOOK_BACK) throw syntaxFailure('a look-behind of the pattern looks too far back');
      if (width.least !== width.most) throw syntaxFailure('a look-behind of the pattern has no fixed width');
    }
    return { tree, groupCount: this.#groupCount };
  }

  /** Alternatives up to `)` or the end. The flags of the outermost level may still change at its start. */
  #choice(flags: Flags, outermost: boolean): Pattern {
    if (++this.#depth > MAX_PATTERN_DEPTH)
      throw this.#source.wrong(`groups are nested more than ${MAX_PATTERN_DEPTH} deep`);
    const options: Pattern[] = [];
    do {
      options.push(this.#sequence(outermost ? this.#global : flags, outermost && options.length === 0));
    } while (this.#source.accept('|'));
    this.#depth--;
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { form: 'choice', options };
  }

  #sequence(given: Flags, first: boolean): Pattern {
    const source = this.#source;
    let flags = given;
    const parts: Pattern[] = [];
    for (;;) {
      const piece = source.next;
      if (piece === undefined || piece === '|' || piece === ')') break;
      source.take();
      if (flags.verbose && this.#skips(piece)) continue;
      if (piece === '?' || piece === '*' || piece === '+' || piece === '{') this.#repeat(piece, parts, flags);
      else if (piece === '(') {
        const outcome = this.#parenthesis(flags, first && parts.length === 0);
        if (outcome === 'global') flags = this.#global;
        else if (outcome !== undefined) parts.push(outcome);
      } else parts.push(this.#single(piece, flags));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { form: 'sequence', parts };
  }

  /** Under the flag `x`: white space, and comments to the end of the line. */
  #skips(piece: string): boolean {
    if (/^[ \t\n\r\v\f]$/.test(piece)) return true;
    if (piece !== '#') return false;
    for (;;) {
      const skipped = this.#source.take();
      if (skipped === undefined || skipped === '\n') return true;
    }
  }

  #single(piece: string, flags: Flags): Pattern {
    if (piece === '.') return { form: 'set', set: flags.dotAll ? ALL : NOT_LINE_FEED };
    if (piece === '^') return { form: 'anchor', anchor: flags.multiLine ? 'line-start' : 'start' };
    if (piece === '$') return { form: 'anchor', anchor: flags.multiLine ? 'line-end' : 'end' };
    if (piece === '[') return this.#class(flags);
    if (!piece.startsWith('\\')) return characterOf(piece.codePointAt(0) ?? 0, flags);
    const escaped = readEscape(this.#source, piece, categoriesOf(flags), flags.ascii);
    switch (escaped.kind) {
      case 'anchor':
        return { form: 'anchor', anchor: escaped.anchor };
      case 'category':
        return { form: 'set', set: escaped.set };
      case 'code':
        return characterOf(escaped.code, flags);
      case 'reference':
        if (escaped.group > this.#groupCount) throw this.#source.wrong(`there is no group ${escaped.group}`);
        return this.#reference(escaped.group, flags);
    }
  }

  #reference(group: number, flags: Flags): Pattern {
    if (!this.#groupWidths.has(group)) throw this.#source.wrong(`group ${group} is still open`);
    this.#refuseOwnGroup(group);
    return { form: 'reference', group, fold: caseRulesOf(flags) };
  }

  #refuseOwnGroup(group: number): void {
    if (this.#lookBehindGroups === undefined) return;
    if (!this.#groupWidths.has(group)) throw this.#source.wrong(`group ${group} is still open`);
    if (group >= this.#lookBehindGroups) throw this.#source.wrong(`group ${group} is defined in the same look-behind`);
  }

  #class(flags: Flags): Pattern {
    const source = this.#source;
    const negated = source.accept('^');
    const items: ClassItem[] = [];
    for (;;) {
      const piece = this.#takeInClass();
      if (piece === ']' && items.length > 0) break;
      const low = this.#classItem(piece, flags);
      if (!source.accept('-')) {
        items.push(itemOf(low));
        continue;
      }
      const bound = this.#takeInClass();
      if (bound === ']') {
        items.push(itemOf(low), itemOf({ kind: 'code', code: 0x2d }));
        break;
      }
      const high = this.#classItem(bound, flags);
      if (low.kind !== 'code' || high.kind !== 'code' || high.code < low.code) {
        throw source.wrong(`bad character range ${piece}-${bound}`);
      }
      items.push({ kind: 'range', low: low.code, high: high.code, literal: false });
    }
    const [only] = items;
    if (
      items.every((item) => item.kind === 'range' && item.literal && only?.kind === 'range' && item.low === only.low)
    ) {
      // A class of one character is that character, which (?i) treats a little differently.
      const set = charactersLike(only?.kind === 'range' ? only.low : 0, caseRulesOf(flags));
      return { form: 'set', set: negated ? set.complement() : set };
    }
    return { form: 'set', set: charactersOfClass(items, negated, caseRulesOf(flags)) };
  }

  #takeInClass(): string {
    const piece = this.#source.take();
    if (piece === undefined) throw this.#source.wrong('a [ has no ]');
    return piece;
  }

  #classItem(piece: string, flags: Flags): Escaped {
    if (piece.startsWith('\\')) return readClassEscape(this.#source, piece, categoriesOf(flags));
    return { kind: 'code', code: piece.codePointAt(0) ?? 0 };
  }

  #repeat(piece: string, parts: Pattern[], flags: Flags): void {
    const source = this.#source;
    const start = source.place;
    let bounds: readonly [number, number] | undefined;
    if (piece === '?') bounds = [0, 1];
    else if (piece === '*') bounds = [0, UNBOUNDED];
    else if (piece === '+') bounds = [1, UNBOUNDED];
    else bounds = this.#readBounds(start);
    if (bounds === undefined) {
      parts.push(characterOf(0x7b, flags));
      return;
    }
    const body = parts.at(-1);
    if (body === undefined || body.form === 'anchor') throw source.wrong('nothing to repeat');
    if (body.form === 'repeat') throw source.wrong('multiple repeat');
    const greed: Greed = source.accept('?') ? 'lazy' : source.accept('+') ? 'possessive' : 'greedy';
    this.#sawRepeat = true;
    parts[parts.length - 1] = { form: 'repeat', body: bare(body), least: bounds[0], most: bounds[1], greed };
  }

  /** `{2}`, `{2,}`, `{,3}`, `{2,3}`, `{,}`; undefined (and nothing taken) for any other brace, which is plain text. */
  #readBounds(start: number): readonly [number, number] | undefined {
    const source = this.#source;
    if (source.next === '}') return undefined;
    const low = source.takeWhile(Number.POSITIVE_INFINITY, /^[0-9]$/);
    const high = source.accept(',') ? source.takeWhile(Number.POSITIVE_INFINITY, /^[0-9]$/) : low;
    if (!source.accept('}')) {
      source.seek(start);
      return undefined;
    }
    const least = low === '' ? 0 : Number(low);
    const most = high === '' ? UNBOUNDED : Number(high);
    if (least >= MAX_REPEAT || (high !== '' && most >= MAX_REPEAT))
      throw failure('type', 'a repeat of the pattern is too large');
    if (most < least) throw source.wrong('the least number of repeats is above the most');
    return [least, most];
  }

  /** What begins with `(`. @returns undefined for comments, `global` for flags of the whole pattern */
  #parenthesis(flags: Flags, first: boolean): Pattern | 'global' | undefined {
    const source = this.#source;
    if (!source.accept('?')) return this.#group(undefined, flags);
    const piece = this.#takeInGroup();
    switch (piece) {
      case 'P':
        return this.#named(flags);
      case ':':
        return this.#close(this.#choice(flags, false), 'plain');
      case '>':
        return this.#close(this.#choice(flags, false), 'atomic');
      case '#':
        while (this.#takeInGroup() !== ')') continue;
        return undefined;
      case '=':
      case '!':
        return this.#lookAhead(piece === '!', flags);
      case '<':
        return this.#lookBehind(flags);
      case '(':
        return this.#condition(flags);
      default:
        break;
    }
    if (!startsFlags(piece)) throw source.wrong(`unknown extension ?${piece}`);
    const change = readFlags(source, piece);
    if (change.global) {
      this.#setGlobal(change, first);
      return 'global';
    }
    return this.#close(this.#choice(applyFlags(flags, change), false), 'flagged');
  }

  #takeInGroup(): string {
    const piece = this.#source.take();
    if (piece === undefined) throw this.#source.wrong('a ( has no )');
    return piece;
  }

  #setGlobal(change: FlagChange, first: boolean): void {
    if (!first) throw this.#source.wrong('flags of the whole pattern stand at its start');
    if (change.on.includes('u')) this.#sawUnicode = true;
    if (change.on.includes('a')) this.#sawAscii = true;
    if (change.on.includes('t')) this.#sawTemplate = true;
    this.#global = applyFlags(this.#global, change);
  }

  #close(body: Pattern, kind: 'plain' | 'flagged' | 'atomic'): Pattern {
    if (!this.#source.accept(')')) throw this.#source.wrong('a ( has no )');
    if (kind === 'atomic') return { form: 'atomic', body };
    // Wrapped, so that a quantifier behind it sees a group and not its content; `bare` takes the wrapping off again.
    return { form: 'sequence', parts: [body] };
  }

  #group(name: string | undefined, flags: Flags): Pattern {
    const index = ++this.#groupCount;
    if (name !== undefined) {
      if (this.#groupNames.has(name)) throw this.#source.wrong(`the group name ${name} is given twice`);
      this.#groupNames.set(name, index);
    }
    const body = this.#choice(flags, false);
    if (!this.#source.accept(')')) throw this.#source.wrong('a ( has no )');
    this.#groupWidths.set(index, widthOf(body, this.#groupWidths));
    return { form: 'group', index, body };
  }

  #named(flags: Flags): Pattern {
    const source = this.#source;
    if (source.accept('<')) return this.#group(this.#groupName(source.takeUntil('>', 'group name')), flags);
    if (source.accept('=')) return this.#reference(this.#groupNamed(source.takeUntil(')', 'group name')), flags);
    throw source.wrong(`unknown extension ?P${this.#takeInGroup()}`);
  }

  #groupName(name: string): string {
    if (!isIdentifier(name)) throw this.#source.wrong(`bad character in group name ${JSON.stringify(name)}`);
    return name;
  }

  #groupNamed(name: string): number {
    const group = this.#groupNames.get(this.#groupName(name));
    if (group === undefined) throw this.#source.wrong(`unknown group name ${name}`);
    return group;
  }

  #lookAhead(negated: boolean, flags: Flags): Pattern {
    const body = this.#choice(flags, false);
    if (!this.#source.accept(')')) throw this.#source.wrong('a ( has no )');
    return { form: 'look', body, negated, back: 0 };
  }

  #lookBehind(flags: Flags): Pattern {
    const piece = this.#takeInGroup();
    if (piece !== '=' && piece !== '!') throw this.#source.wrong(`unknown extension ?<${piece}`);
    const outer = this.#lookBehindGroups;
    this.#lookBehindGroups ??= this.#groupCount + 1;
    const body = this.#choice(flags, false);
    this.#lookBehindGroups = outer;
    if (!this.#source.accept(')')) throw this.#source.wrong('a ( has no )');
    const width = widthOf(body, this.#groupWidths);
    this.#lookBehinds.push({ width });
    return { form: 'look', body, negated: piece === '!', back: width.least };
  }

  /** `(?(1)yes|no)`: exactly one or two branches. */
  #condition(flags: Flags): Pattern {
    const source = this.#source;
    const name = source.takeUntil(')', 'group name');
    const group = isIdentifier(name) ? this.#groupNamed(name) : this.#groupNumber(name);
    this.#refuseOwnGroup(group);
    if (++this.#depth > MAX_PATTERN_DEPTH) throw source.wrong(`groups are nested more than ${MAX_PATTERN_DEPTH} deep`);
    const yes = this.#sequence(flags, false);
    let no: Pattern = NOTHING;
    if (source.accept('|')) {
      no = this.#sequence(flags, false);
      if (source.next === '|') throw source.wrong('a condition has more than two branches');
    }
    this.#depth--;
    if (!source.accept(')')) throw source.wrong('a ( has no )');
    return { form: 'condition', group, yes, no };
  }

  /** Python reads the number with `int`, which takes a sign, spaces, underscores and the digits of any script. */
  #groupNumber(name: string): number {
    const text = name.trim().replace(/^\+/, '');
    if (!/^\p{Nd}+(?:_\p{Nd}+)*$/u.test(text))
      throw this.#source.wrong(`bad character in group name ${JSON.stringify(name)}`);
    const digits = [...text.replaceAll('_', '')].map((digit) => digitValue(digit.codePointAt(0) ?? 0));
    const group = Number(digits.join(''));
    if (group === 0) throw this.#source.wrong('groups are numbered from 1');
    this.#conditionGroups.push(group);
    return group;
  }
}

function digitValue(code: number): number {
  let first = code;
  // Digits stand in blocks of ten, from zero up.
  while (code - first < 9 && digitCharacters().has(first - 1)) first--;
  return code < 0x80 ? code - 0x30 : (code - first) % 10;
}

function isIdentifier(name: string): boolean {
  return /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name);
}

/** A group that captures nothing, as the parser wraps it; a sequence of one never comes about otherwise. */
function bare(pattern: Pattern): Pattern {
  const inner = pattern.form === 'sequence' && pattern.parts.length === 1 ? pattern.parts[0] : undefined;
  return inner ?? pattern;
}

function characterOf(code: number, flags: Flags): Pattern {
  return { form: 'set', set: charactersLike(code, caseRulesOf(flags)) };
}

function itemOf(escaped: Escaped): ClassItem {
  if (escaped.kind === 'category') return { kind: 'category', set: escaped.set };
  const code = escaped.kind === 'code' ? escaped.code : 0;
  return { kind: 'range', low: code, high: code, literal: true };
}

function caseRulesOf(flags: Flags): CaseRules | undefined {
  if (!flags.ignoreCase) return undefined;
  return flags.ascii ? asciiCase() : unicodeCase();
}

function categoriesOf(flags: Flags): Categories {
  return flags.ascii
    ? { word: asciiWordCharacters(), digit: asciiDigitCharacters(), space: asciiSpaceCharacters() }
    : { word: wordCharacters(), digit: digitCharacters(), space: spaceCharacters() };
}
