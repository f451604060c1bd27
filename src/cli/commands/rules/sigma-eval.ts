/** Asks the Sigma rules of a file about single events. */

import { DEFAULT_POLICY } from '../../../app/policy/policy-file.js';
import { techniqueById } from '../../../engine/attack/technique.js';
import type { Diagnostic } from '../../../engine/base/diagnostic.js';
import { Engine } from '../../../engine/engine.js';
import {
  assemblePacks,
  createRuleSet,
  explainSigma,
  loadPack,
  type Rule,
  type RuleSet,
  RULE_PROFILES,
  type SigmaExplanation,
} from '../../../engine/rule/index.js';
import type { PackFolder } from '../../pack-files.js';
import { type ReadEvent, withoutLogSource } from './event-lines.js';

export interface Explained {
  readonly rule: string;
  readonly title: string;
  readonly match: boolean;
  /** Of the condition alone: a rule may fail to match because the event is of another log source, or because of a filter. */
  readonly condition: SigmaExplanation;
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
    this.diagnostics = [...folder.problems, ...pack.diagnostics, ...diagnostics];
    this.#known = sideOf(this.rules);
    this.#unknown = sideOf(this.rules.map(withoutLogSource));
  }

  /** @returns the rules that match; of correlations those that this event completes */
  matching({ event, isKnownKind }: ReadEvent): readonly string[] {
    return (isKnownKind ? this.#known : this.#unknown).answer(event);
  }

  explain({ event, isKnownKind }: ReadEvent, matching: readonly string[]): readonly Explained[] {
    return (isKnownKind ? this.#known : this.#unknown).rules.flatMap(({ id, title, sigma }) =>
      sigma?.document.kind === 'rule'
        ? [
            {
              rule: id,
              title: title.en,
              match: matching.includes(id),
              condition: explainSigma(sigma.document, event),
            },
          ]
        : [],
    );
  }
}

type Answerer = (event: ReadEvent['event']) => readonly string[];

interface Side {
  readonly rules: readonly Rule[];
  readonly answer: Answerer;
}

function sideOf(rules: readonly Rule[]): Side {
  return { rules, answer: answererOf(rules) };
}

/** Correlations need the engine, which knows chains; without them the rules alone answer, however the events are dated. */
function answererOf(rules: readonly Rule[]): Answerer {
  const set = createRuleSet(rules, []);
  if (!rules.some(({ sigma }) => sigma?.document.kind === 'correlation')) {
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
