/** What received events hold, as far as rules ask: which kinds of events there are, and which of the rules' fields each kind ever has. */

import type { Event } from '../../../event/event.js';
import { eventKind, type EventKind } from '../../event-kind.js';
import type { FieldProbe, RuleProbe } from './rule-probe.js';

/** Channels are an attacker's text: past so many kinds no more are told apart. */
const KINDS_MAX = 5000;

export interface SeenKind {
  readonly kind: EventKind;
  events: number;
  /** Keys of the fields that some event of the kind had. */
  readonly present: ReadonlySet<string>;
  /** Rules that are about events of the kind. */
  readonly rules: readonly RuleProbe[];
}

interface Kind extends SeenKind {
  readonly present: Set<string>;
  /** Fields that no event of the kind has had yet: soon hardly any. */
  missing: FieldProbe[];
}

export class DataSurvey {
  readonly #kinds = new Map<string, Kind>();
  #events = 0;
  #isPartial = false;

  constructor(private readonly rules: readonly RuleProbe[]) {}

  get kinds(): Iterable<SeenKind> {
    return this.#kinds.values();
  }

  get events(): number {
    return this.#events;
  }

  /** There were more kinds than are told apart: that something was not seen says nothing then. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  add(event: Event): void {
    this.#events++;
    const kind = this.#kindOf(event);
    if (kind === undefined) return;
    kind.events++;
    if (kind.missing.length === 0) return;
    let left: FieldProbe[] | undefined;
    for (const probe of kind.missing) {
      if (probe.read(event) === undefined) continue;
      kind.present.add(probe.key);
      left ??= kind.missing.filter((each) => !kind.present.has(each.key));
    }
    if (left !== undefined) kind.missing = left.filter((each) => !kind.present.has(each.key));
  }

  #kindOf(event: Event): Kind | undefined {
    const facts = eventKind(event);
    const key = `${facts.action ?? ''}|${facts.eventId}|${facts.system}|${facts.channel}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    if (this.#kinds.size >= KINDS_MAX) {
      this.#isPartial = true;
      return undefined;
    }
    const rules = this.rules.filter((rule) => rule.isAbout(facts));
    const missing = new Map(rules.flatMap(({ fields }) => fields.map((probe) => [probe.key, probe] as const)));
    const kind: Kind = { kind: facts, events: 0, present: new Set(), rules, missing: [...missing.values()] };
    this.#kinds.set(key, kind);
    return kind;
  }
}
