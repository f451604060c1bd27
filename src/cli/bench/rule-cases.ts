/** What rules cost: by kind of event, at the worst event, by their number, to load, and in memory. */

import type { Event } from '../../engine/event/event.js';
import type { Policy } from '../../engine/policy.js';
import { createRuleSet, type Rule, type RuleSet } from '../../engine/rule/index.js';
import type { SigmaRule, Selection, ValueTest } from '../../engine/rule/sigma/document.js';
import { createDecoder } from '../../sources/index.js';
import { medianSeconds, type BenchCase } from './cases.js';
import type { Material } from './material.js';

const ROUNDS = 3;
/** "Few" rules beside which many are timed. */
export const FEW = 300;
const TIMES = 10;
/** A collection that leaves so much of what the one before left has found no more. */
const SETTLED_PART = 0.999;

export function ruleCases(material: Material, policy: Policy): BenchCase[] {
  const events = eventsOf(material);
  const { rules } = policy;
  const cases = [worstMatch(events, rules, material), ...memory(events, policy)];
  if (rules.rules.length > 2 * FEW) cases.push(...byNumber(events, rules, material));
  return cases;
}

function eventsOf({ chunks }: Material): Event[] {
  const events: Event[] = [];
  const decoder = createDecoder('json', { event: (event) => void events.push(event), skip: () => undefined }, {});
  for (const chunk of chunks) decoder.push(chunk);
  decoder.end();
  return events;
}

function matchAll(events: readonly Event[], rules: RuleSet): () => void {
  return () => {
    for (const event of events) rules.match(event);
  };
}

/** The time that one event in a thousand takes longer than, once all is compiled. */
function worstMatch(events: readonly Event[], rules: RuleSet, { name }: Material): BenchCase {
  matchAll(events, rules)();
  const times = new Float64Array(events.length);
  for (const [at, event] of events.entries()) {
    const started = performance.now();
    rules.match(event);
    times[at] = (performance.now() - started) * 1000;
  }
  times.sort();
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  const middle = at(0.5);
  return {
    name: 'match of one event, p99.9',
    value: Number(at(0.999).toFixed(1)),
    unit: 'µs',
    of: `the middle one: ${middle.toFixed(1)} µs; p99: ${at(0.99).toFixed(1)} µs; ${rules.rules.length} rules, ${name}`,
    ratio: at(0.999) / middle,
  };
}

/** Loaded anew, so that nothing of it is there yet. Without `--expose-gc` the heap tells nothing. */
function memory(events: readonly Event[], policy: Policy): BenchCase[] {
  const collect = globalThis.gc;
  if (collect === undefined) return [];
  // What the cases before left is let go in several collections: taken for what is held, it was more than the matcher itself.
  const held = (): number => {
    for (let last = Number.POSITIVE_INFINITY; ;) {
      void collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      const bytes = heapUsed + arrayBuffers;
      if (bytes > last * SETTLED_PART) return bytes;
      last = bytes;
    }
  };
  const before = held();
  const rules = createRuleSet([...policy.rules.rules], [...policy.rules.profiles]);
  matchAll(events, rules)();
  const bytes = held() - before;
  const texts = policy.rules.rules.length * 1000;
  return [
    {
      name: 'memory of the matcher',
      value: Number((bytes / 1e6).toFixed(1)),
      unit: 'MB',
      of: `a kilobyte a rule; ${rules.rules.length} rules, all kinds of events seen`,
      ratio: bytes / texts,
    },
  ];
}

function byNumber(events: readonly Event[], all: RuleSet, { name }: Material): BenchCase[] {
  const few = someRules(all, FEW);
  const many = createRuleSet(multiplied(all.rules), []);
  const jobs = [few, all, many].map((rules) => matchAll(events, rules));
  for (const job of jobs) job();
  const [fewS = 0, allS = 0, manyS = 0] = medianSeconds(jobs, ROUNDS);
  const perEvent = (seconds: number): number => Number(((seconds / events.length) * 1e6).toFixed(2));
  return [
    {
      name: `match with ${all.rules.length} rules`,
      value: perEvent(allS),
      unit: 'µs/event',
      of: `match with ${few.rules.length} of them: ${perEvent(fewS)} µs; ${name}`,
      ratio: allS / fewS,
    },
    {
      name: `match with ${many.rules.length} rules`,
      value: perEvent(manyS),
      unit: 'µs/event',
      of: `match with ${all.rules.length}: ${perEvent(allS)} µs; the others have other ids and texts`,
      ratio: manyS / allS,
    },
  ];
}

/** So many of all rules, at even distances; all where there are no more. */
export function someRules(all: RuleSet, count: number): RuleSet {
  const { rules, profiles } = all;
  if (rules.length <= count) return all;
  const step = rules.length / count;
  return createRuleSet(
    Array.from({ length: count }, (_, at) => rules[Math.floor(at * step)]!),
    profiles,
  );
}

/** Every Sigma rule besides itself nine times more, with other letters in its texts; rules of other languages once. */
function multiplied(rules: readonly Rule[]): Rule[] {
  return rules.flatMap((rule) => {
    const document = rule.sigma?.document;
    if (document?.kind !== 'rule') return [rule];
    const others = Array.from({ length: TIMES - 1 }, (_, at) => at + 1).map((shift): Rule => {
      const changed: SigmaRule = {
        ...document,
        id: `${document.id}-${shift}`,
        selections: shiftedAll(document, shift),
      };
      return { ...rule, id: changed.id, sigma: { document: changed, filters: [] } };
    });
    return [rule, ...others];
  });
}

function shiftedAll({ selections }: SigmaRule, shift: number): SigmaRule['selections'] {
  return new Map([...selections].map(([name, selection]) => [name, shifted(selection, shift)]));
}

function shifted(selection: Selection, shift: number): Selection {
  const value = (test: ValueTest): ValueTest =>
    test.kind === 'text'
      ? { ...test, pattern: test.pattern.map((part) => (typeof part === 'string' ? otherLetters(part, shift) : part)) }
      : test;
  switch (selection.kind) {
    case 'keywords':
      return { ...selection, values: selection.values.map(value) };
    case 'some':
    case 'all':
      return { ...selection, selections: selection.selections.map((inner) => shifted(inner, shift)) };
    case 'every':
      return {
        ...selection,
        tests: selection.tests.map((test) =>
          test.field === 'EventID' ? test : { ...test, values: test.values.map(value) },
        ),
      };
  }
}

function otherLetters(text: string, shift: number): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter >= 'a' ? 97 : 65;
    return String.fromCharCode(base + ((letter.charCodeAt(0) - base + shift) % 26));
  });
}
