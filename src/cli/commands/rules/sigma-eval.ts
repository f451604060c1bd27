/** Asks the Sigma rules of a file about single events. */

import { DEFAULT_POLICY } from '../../../engine/policy.js';
import { techniqueById } from '../../../engine/attack/technique.js';
import type { Diagnostic } from '../../../engine/base/diagnostic.js';
import { Engine } from '../../../engine/engine.js';
import type { Event } from '../../../engine/event/event.js';
import {
  assemblePacks,
  createRuleSet,
  explainSigma,
  isCorrelation,
  lintSigmaSet,
  loadPack,
  type Rule,
  type RuleSet,
  RULE_PROFILES,
  type SigmaExplanation,
} from '../../../engine/rule/index.js';
import { correlationPlan } from '../../../engine/rule/sigma/correlation/correlation-plan.js';
import type { PackFolder } from '../../pack-files.js';
import { type ReadEvent, withoutLogSource } from './event-lines.js';

/**
 * Why an event that fulfils a rule's condition is no match all the same. `silent`: the rule serves a correlation and gives no hits of its
 * own. `repeated`: the same record came before. `noTime`: correlations do without events that have no time.
 */
export type KeptOutBy = 'logSource' | 'filter' | 'silent' | 'repeated' | 'noTime';

export interface Explained {
  readonly rule: string;
  readonly title: string;
  readonly match: boolean;
  readonly keptOutBy?: KeptOutBy;
  /** Of the condition alone; a correlation has none over one event. */
  readonly condition?: SigmaExplanation;
}

export class SigmaQuestion {
  readonly diagnostics: readonly Diagnostic[];
  readonly rules: readonly Rule[];
  /** For events that say what they are, and for those that do not: log sources count for the first alone. */
  readonly #known: Side;
  readonly #unknown: Side;

  /** @param folder  of one file or several; with a `pack.yml`, its placeholders hold */
  constructor(folder: PackFolder) {
    const pack = loadPack(folder.files, { technique: techniqueById, name: 'eval', ruleProfiles: RULE_PROFILES });
    const { rules, diagnostics } = assemblePacks([pack]);
    this.rules = rules.filter(({ sigma }) => sigma !== undefined);
    const texts = new Map(folder.files.map(({ path, text }) => [path, text]));
    this.diagnostics = [
      ...folder.problems,
      ...pack.diagnostics,
      ...diagnostics,
      ...lintSigmaSet(pack.documents, (file) => texts.get(file)),
    ];
    this.#known = sideOf(this.rules);
    this.#unknown = sideOf(this.rules.map(withoutLogSource));
  }

  /** @returns the rules that match; of correlations those that this event completes */
  matching({ event, isKnownKind }: ReadEvent): readonly string[] {
    return (isKnownKind ? this.#known : this.#unknown).answer(event);
  }

  /** Whether any answer may change with what came before, so that an event without a time counts for nothing. */
  get hasCorrelations(): boolean {
    return this.rules.some(isCorrelation);
  }

  explain({ event, isKnownKind }: ReadEvent, matching: readonly string[]): readonly Explained[] {
    const side = isKnownKind ? this.#known : this.#unknown;
    return side.rules.map((rule) => {
      const about = { rule: rule.id, title: rule.title.en, match: matching.includes(rule.id) };
      const document = rule.sigma?.document;
      if (document?.kind !== 'rule') {
        return !about.match && event.timeSource === 'none' ? { ...about, keptOutBy: 'noTime' } : about;
      }
      const condition = explainSigma(document, event);
      return !about.match && condition.isTrue
        ? { ...about, keptOutBy: keptOutBy(rule, event, side), condition }
        : { ...about, condition };
    });
  }
}

/** @param rule  one whose condition holds of the event */
function keptOutBy(rule: Rule, event: Event, { silentRules }: Side): KeptOutBy {
  const matches = (one: Rule): boolean => createRuleSet([one], []).match(event).length > 0;
  if (!matches({ ...rule, sigma: { document: rule.sigma!.document, filters: [] } })) return 'logSource';
  if (!matches(rule)) return 'filter';
  return silentRules.has(rule.id) ? 'silent' : 'repeated';
}

type Answerer = (event: Event) => readonly string[];

interface Side {
  readonly rules: readonly Rule[];
  readonly answer: Answerer;
  /** Rules that only serve correlations. */
  readonly silentRules: ReadonlySet<string>;
}

function sideOf(rules: readonly Rule[]): Side {
  return { rules, answer: answererOf(rules), silentRules: correlationPlan(rules).silentRules };
}

/** Correlations need the engine, which knows chains; without them the rules alone answer, however the events are dated. */
function answererOf(rules: readonly Rule[]): Answerer {
  const set = createRuleSet(rules, []);
  if (!rules.some(isCorrelation)) {
    return (event) => set.match(event).map(({ id }) => id);
  }
  return engineAnswers(set);
}

function engineAnswers(rules: RuleSet): Answerer {
  let hits: string[] = [];
  const engine = new Engine(
    { ...DEFAULT_POLICY, rules },
    { recordEvents: false, onHit: (_event, rule) => void hits.push(rule.id) },
  );
  return (event) => {
    hits = [];
    engine.apply(event);
    engine.drain();
    return hits;
  };
}
