/**
 * What a set of rules can see: by technique, log source and field; and, held against received events, which rules these can ever satisfy and
 * why the others cannot. Only what is certain is said: a rule that is not excluded may still never match.
 */

import type { Event } from '../../../event/event.js';
import { isCorrelation, type Rule } from '../../rule.js';
import { correlationPlan } from '../correlation/correlation-plan.js';
import { ruleReferences } from '../correlation/references.js';
import type { LogSource, SigmaCorrelation, SigmaLevel } from '../document.js';
import { DataSurvey, type SeenKind } from './data-survey.js';
import { ruleProbe, type RuleProbe } from './rule-probe.js';

export type RuleLanguage = 'sigma' | 'correlation' | 'expression';

/**
 * `never`: no event of any source that is read can match. `unseen`: none of the received events could. `possible`: some of them could.
 * `open`: nothing excludes it, and no events were given, or too many kinds of them.
 */
export type Verdict = 'never' | 'unseen' | 'open' | 'possible';

const VERDICTS: readonly Verdict[] = ['never', 'unseen', 'open', 'possible'];

export type ReasonCode =
  | 'SOURCE_UNMAPPED'
  | 'SOURCE_CONTRADICTORY'
  | 'SOURCE_NEVER_SEEN'
  | 'FIELD_NEVER_PRESENT'
  | 'CONDITION_IMPOSSIBLE'
  | 'REFERENCE_MISSING'
  | 'REFERENCE_CANNOT_MATCH'
  | 'CORRELATION_CANNOT_HOLD';

export interface Reason {
  readonly code: ReasonCode;
  /** In English, for people. */
  readonly message: string;
  /** Fields or references that it is about. */
  readonly names: readonly string[];
}

export interface RuleCoverage {
  readonly rule: Rule;
  readonly language: RuleLanguage;
  readonly verdict: Verdict;
  /** Why it cannot match; `undefined` where it may. */
  readonly reason: Reason | undefined;
}

/** Rules about one thing. */
export interface CoverageRow {
  readonly name: string;
  readonly rules: number;
  /** By level; rules without one are under `none`. */
  readonly levels: Readonly<Record<SigmaLevel | 'none', number>>;
  readonly languages: Readonly<Record<RuleLanguage, number>>;
  /** Those that the received events could satisfy; 0 where none were given. */
  readonly possible: number;
}

export interface Coverage {
  /** In the order of the rules. */
  readonly rules: readonly RuleCoverage[];
  /** By id of the technique. */
  readonly techniques: readonly CoverageRow[];
  /** `windows / process_creation / -`; of expressions `action processcreate`. Most rules first. */
  readonly logSources: readonly CoverageRow[];
  /** By the rules' own name, letter case aside. Most rules first. */
  readonly fields: readonly CoverageRow[];
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Received kinds of events, most frequent first; `undefined` where none were given. */
  readonly data:
    { readonly events: number; readonly kinds: readonly SeenKind[]; readonly isPartial: boolean } | undefined;
}

/** @param events  read once, nothing of them is kept */
export function coverageOf(rules: readonly Rule[], events?: Iterable<Event>): Coverage {
  const report = new CoverageReport(rules);
  if (events !== undefined) for (const event of events) report.add(event);
  return report.result();
}

/** The same where events come bit by bit. */
export class CoverageReport {
  readonly #probes = new Map<string, RuleProbe>();
  #survey: DataSurvey | undefined;

  constructor(private readonly rules: readonly Rule[]) {
    for (const rule of rules) if (!isCorrelation(rule)) this.#probes.set(rule.id, ruleProbe(rule));
  }

  add(event: Event): void {
    this.#survey ??= new DataSurvey([...this.#probes.values()]);
    this.#survey.add(event);
  }

  result(): Coverage {
    const survey = this.#survey;
    const covered = new Map<string, RuleCoverage>();
    const seenBy = kindsByRule(survey);
    for (const [id, probe] of this.#probes) {
      const reason = reasonOf(probe, survey, seenBy.get(id) ?? []);
      covered.set(id, {
        rule: probe.rule,
        language: probe.rule.sigma === undefined ? 'expression' : 'sigma',
        ...judged(reason, survey),
      });
    }
    this.#coverCorrelations(covered, survey);
    const all = this.rules.map((rule) => covered.get(rule.id)!);
    const kinds = survey === undefined ? [] : [...survey.kinds].sort((one, other) => other.events - one.events);
    return {
      rules: all,
      techniques: rowsOf(all, ({ rule }) => rule.techniques).sort((one, other) => (one.name < other.name ? -1 : 1)),
      logSources: rowsOf(all, ({ rule }) => sourcesOf(rule)).sort(mostFirst),
      fields: rowsOf(all, ({ rule }) => this.#fieldsOf(rule)).sort(mostFirst),
      verdicts: Object.fromEntries(
        VERDICTS.map((verdict) => [verdict, all.filter((each) => each.verdict === verdict).length]),
      ) as Record<Verdict, number>,
      data: survey && { events: survey.events, kinds, isPartial: survey.isPartial },
    };
  }

  #fieldsOf(rule: Rule): readonly string[] {
    const document = rule.sigma?.document;
    const fields =
      document?.kind === 'correlation'
        ? [...document.groupBy.filter((name) => !document.aliases.has(name)), ...document.fields]
        : (this.#probes.get(rule.id)?.fields.map(({ field }) => field) ?? []);
    return [...new Set(fields.map((field) => field.toLowerCase()))];
  }

  /** Inner ones come before those that refer to them. */
  #coverCorrelations(covered: Map<string, RuleCoverage>, survey: DataSurvey | undefined): void {
    const references = ruleReferences(this.rules);
    const planned = correlationPlan(this.rules).correlations.map(({ rule }) => rule);
    const others = this.rules.filter((rule) => isCorrelation(rule) && !planned.includes(rule));
    for (const rule of others) {
      covered.set(rule.id, { rule, language: 'correlation', verdict: 'never', reason: cannotHold(rule, references) });
    }
    for (const rule of planned) {
      const document = rule.sigma!.document as SigmaCorrelation;
      const best = document.rules.map((reference) =>
        Math.max(-1, ...(references.get(reference) ?? []).map(({ id }) => VERDICTS.indexOf(covered.get(id)!.verdict))),
      );
      const needsAll = document.conditions.length === 0 && document.type.startsWith('temporal');
      const verdict = VERDICTS[needsAll ? Math.min(...best) : Math.max(...best)]!;
      const excluded = verdict === 'never' || verdict === 'unseen';
      const names = document.rules.filter((_, place) => VERDICTS[best[place]!] === verdict);
      covered.set(rule.id, {
        rule,
        language: 'correlation',
        verdict,
        reason: excluded
          ? {
              code: 'REFERENCE_CANNOT_MATCH',
              message: `it needs ${names.join(', ')}, which ${survey === undefined || verdict === 'never' ? 'can never match' : 'none of the received events can match'}`,
              names,
            }
          : undefined,
      });
    }
  }
}

function judged(reason: Reason | undefined, survey: DataSurvey | undefined): Pick<RuleCoverage, 'verdict' | 'reason'> {
  if (reason === undefined) return { verdict: survey === undefined ? 'open' : 'possible', reason };
  if (reason.code !== 'SOURCE_NEVER_SEEN' && reason.code !== 'FIELD_NEVER_PRESENT') {
    return { verdict: 'never', reason };
  }
  return survey?.isPartial === true ? { verdict: 'open', reason: undefined } : { verdict: 'unseen', reason };
}

function kindsByRule(survey: DataSurvey | undefined): ReadonlyMap<string, SeenKind[]> {
  const byRule = new Map<string, SeenKind[]>();
  for (const kind of survey?.kinds ?? []) {
    for (const { rule } of kind.rules) {
      const known = byRule.get(rule.id);
      if (known === undefined) byRule.set(rule.id, [kind]);
      else known.push(kind);
    }
  }
  return byRule;
}

function reasonOf(probe: RuleProbe, survey: DataSurvey | undefined, kinds: readonly SeenKind[]): Reason | undefined {
  if (probe.isContradictory && probe.isKnownSource) {
    return {
      code: 'SOURCE_CONTRADICTORY',
      message: 'its log source, actions and event ids leave no event over',
      names: [],
    };
  }
  if (!probe.couldHold(() => true)) {
    return { code: 'CONDITION_IMPOSSIBLE', message: 'its condition holds of no event', names: [] };
  }
  if (kinds.length === 0) {
    // An event may name a source that the tables do not know, so that no such event came is the only thing that is certain.
    if (!probe.isKnownSource) {
      return {
        code: 'SOURCE_UNMAPPED',
        message: `no source gives events of ${sourcesOf(probe.rule).join(', ')}`,
        names: [],
      };
    }
    if (survey === undefined) return undefined;
    return {
      code: 'SOURCE_NEVER_SEEN',
      message: `no event of ${sourcesOf(probe.rule).join(', ')} was received`,
      names: [],
    };
  }
  if (kinds.some(({ present }) => probe.couldHold((key) => present.has(key)))) return undefined;
  const names = fieldsToBlame(probe, kinds);
  return {
    code: 'FIELD_NEVER_PRESENT',
    message: `none of its events had ${names.join(', ')}`,
    names,
  };
}

/** Fields that would be enough, each by itself; where only several together would, all that are missing. */
function fieldsToBlame(probe: RuleProbe, kinds: readonly SeenKind[]): readonly string[] {
  const missing = probe.fields.filter(({ key }) => !kinds.some(({ present }) => present.has(key)));
  const enough = missing.filter((field) =>
    kinds.some(({ present }) => probe.couldHold((key) => key === field.key || present.has(key))),
  );
  const blamed = enough.length > 0 ? enough : missing.length > 0 ? missing : probe.fields;
  return blamed.map(({ field }) => field);
}

function cannotHold(rule: Rule, references: ReadonlyMap<string, readonly Rule[]>): Reason {
  const document = rule.sigma!.document as SigmaCorrelation;
  const names = document.rules.filter((reference) => !references.has(reference));
  if (names.length > 0) {
    return { code: 'REFERENCE_MISSING', message: `there is no rule ${names.join(', ')}`, names };
  }
  return {
    code: 'CORRELATION_CANNOT_HOLD',
    message: 'it lacks the field that it counts, or rests on correlations that rest on it',
    names: [],
  };
}

function sourcesOf(rule: Rule): readonly string[] {
  const document = rule.sigma?.document;
  if (document?.kind === 'rule') return [sourceName(document.logSource)];
  if (document?.kind === 'correlation') return [];
  const sources = [
    ...rule.actions.map((action) => `action ${action}`),
    ...rule.eventIds.map((eventId) => `event id ${eventId}`),
  ];
  return sources.length === 0 ? ['any event'] : sources;
}

function sourceName({ product, category, service }: LogSource): string {
  return [product, category, service].map((part) => part ?? '-').join(' / ');
}

function rowsOf(all: readonly RuleCoverage[], namesOf: (each: RuleCoverage) => readonly string[]): CoverageRow[] {
  const byName = new Map<string, RuleCoverage[]>();
  for (const each of all) {
    for (const name of new Set(namesOf(each))) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [each]);
      else known.push(each);
    }
  }
  return [...byName].map(([name, rules]) => rowOf(name, rules));
}

function rowOf(name: string, rules: readonly RuleCoverage[]): CoverageRow {
  const levels = { informational: 0, low: 0, medium: 0, high: 0, critical: 0, none: 0 };
  const languages = { sigma: 0, correlation: 0, expression: 0 };
  for (const { rule, language } of rules) {
    levels[rule.level ?? 'none']++;
    languages[language]++;
  }
  const possible = rules.filter(({ verdict }) => verdict === 'possible').length;
  return { name, rules: rules.length, levels, languages, possible };
}

function mostFirst(one: CoverageRow, other: CoverageRow): number {
  return other.rules - one.rules || (one.name < other.name ? -1 : 1);
}
