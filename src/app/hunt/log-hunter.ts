/**
 * Hunts: all chains of a past time range, built again from stored events by a fresh engine under the rules in force now. Reads in slices, so that
 * taking events in goes on meanwhile.
 */

import type { Chain } from '../../engine/chain/chain.js';
import { Engine } from '../../engine/engine.js';
import type { Event } from '../../engine/event/event.js';
import { hostKey } from '../../engine/event/host-name.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import type { EnginePlugin } from '../../engine/plugin/plugin.js';
import type { Policy } from '../../engine/policy.js';
import { EventScope } from '../../engine/rule/event-scope.js';
import { compileExpression } from '../../engine/rule/expression/index.js';
import { chainRecord, threatOf } from '../../engine/views.js';
import type { HuntAnswer, HuntedChain, Hunter, HuntFault, HuntProgress, HuntQuestion } from '../live-ports.js';
import { withinPartition } from '../partition.js';
import type { Pause, StoredRecord } from '../ports.js';
import { ChainNames } from '../replay/chain-names.js';
import type { ReadableLog } from '../replay/joined-log.js';
import { decodeStored, isEvent, type DecoderMaker } from '../replay/stored-event.js';
import type { HuntCut } from './hunt-cut.js';

export interface HuntParts {
  readonly log: ReadableLog;
  readonly policy: () => Policy;
  /** Those that judge by what a process holds; one that asks the world would ask it again. */
  readonly plugins: () => readonly EnginePlugin[];
  readonly decoder: DecoderMaker;
  readonly pause: Pause;
  readonly limits?: Partial<HuntLimits>;
}

export interface HuntLimits {
  /** Chains in the answer, those with most points. */
  readonly answered: number;
  /** Chains in memory; a hunt that finds more ends there and says so. */
  readonly chains: number;
}

const DEFAULT_LIMITS: HuntLimits = { answered: 2_000, chains: 500_000 };
/** Repetitions further apart change no score, only the number of events told. */
const RECORDS_REMEMBERED = 500_000;

export class LogHunter implements Hunter {
  readonly #limits: HuntLimits;

  constructor(private readonly parts: HuntParts) {
    this.#limits = { ...DEFAULT_LIMITS, ...parts.limits };
  }

  check: Hunter['check'] = checkHunt;

  async hunt(
    question: HuntQuestion,
    onProgress: (progress: HuntProgress) => void,
    cancelled: () => boolean,
  ): Promise<HuntAnswer> {
    const { log, pause } = this.parts;
    const hunt = new Hunt(question, this.parts);
    const last = withinPartition(log.lastPosition);
    let cut: HuntCut | undefined;
    for await (const records of log.read({ fromMs: question.fromMs, toMs: question.toMs })) {
      if (cancelled()) {
        cut = { reason: 'cancelled' };
        break;
      }
      for (const record of records) hunt.take(record);
      if (hunt.chainCount > this.#limits.chains) {
        cut = { reason: 'chains', most: this.#limits.chains };
        break;
      }
      hunt.settle();
      onProgress({ progress: Math.min(withinPartition(records.at(-1)!.position) / last, 1), events: hunt.events });
      await pause.turn();
    }
    return hunt.answer(this.#limits.answered, cut);
  }
}

/** What is wrong with a question, before it is asked; `undefined` where it is fine. */
export function checkHunt({ fromMs, toMs, query }: HuntQuestion): HuntFault | undefined {
  if (!(fromMs < toMs)) return { message: 'The range ends before it begins.' };
  const compiled = query === undefined ? undefined : compileExpression(query);
  if (compiled === undefined || compiled.ok) return undefined;
  const { kind, message, offset } = compiled.error;
  return { message: offset === undefined ? message : `${message} (at character ${offset + 1})`, kind, offset };
}

class Hunt {
  events = 0;
  readonly #engine: Engine;
  readonly #seen = new SeenRecords(RECORDS_REMEMBERED);
  readonly #names = new ChainNames();
  readonly #isHit: ((event: Event) => boolean) | undefined;
  readonly #hostKey: string | undefined;
  /** Positions of events that the query is true of, until their chains are known. */
  readonly #hits = new Set<number>();
  readonly #chains = new Set<string>();

  constructor(
    private readonly question: HuntQuestion,
    private readonly parts: HuntParts,
  ) {
    this.#isHit = question.query === undefined ? undefined : testOf(question.query);
    this.#hostKey = question.host === undefined ? undefined : hostKey(question.host);
    const isForHits = this.#isHit !== undefined;
    this.#engine = new Engine(parts.policy(), {
      recordEvents: isForHits,
      // A hit need be no evidence.
      keepEmptyDays: isForHits,
      plugins: parts.plugins(),
    });
  }

  get chainCount(): number {
    return this.#engine.chainCount;
  }

  take({ position, record }: StoredRecord): void {
    if (record.kind === 'finding') this.#engine.applyFinding(record.finding);
    if (record.kind !== 'event') return;
    const event = decodeStored(record.raw, record.receivedMs, this.parts.decoder);
    if (!isEvent(event) || !this.#isAsked(event)) return;
    const isRepeated = !this.#seen.add(event);
    if (!isRepeated) this.events++;
    this.#engine.apply(event, position, isRepeated);
    if (this.#isHit?.(event) === true) this.#hits.add(position);
  }

  /** Takes what the engine would store out of it, and learns which chains the hits are in. */
  settle(): void {
    const { aliases, events } = this.#engine.drain();
    if (this.#isHit === undefined) return;
    this.#names.learn(aliases);
    for (const { position, chainId } of events) if (this.#hits.has(position)) this.#chains.add(chainId);
    this.#hits.clear();
  }

  answer(most: number, cutBefore: HuntCut | undefined): HuntAnswer {
    this.settle();
    const found = this.#found();
    const kept = found.slice(0, most);
    const cuts: HuntCut[] = cutBefore === undefined ? [] : [cutBefore];
    if (found.length > kept.length) cuts.push({ reason: 'answered', kept: kept.length, found: found.length });
    return { chains: kept.map((chain) => this.#huntedChain(chain)), events: this.events, cuts };
  }

  #found(): Chain[] {
    const wanted = new Set([...this.#chains].map((id) => this.#names.current(id)));
    const found = [...this.#engine.chains()].filter(({ id }) => this.#isHit === undefined || wanted.has(id));
    return found.sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
  }

  #huntedChain(chain: Chain): HuntedChain {
    const threat = threatOf(chain, this.#engine.policy.threshold);
    const processes = chain.members.length;
    if (threat.evidence.length > 0) return { threat, processes };
    // Without evidence there is no first and last of it: the chain's own times stand in.
    const { firstMs, lastMs } = chainRecord(chain);
    return { threat: { ...threat, firstMs, lastMs }, processes };
  }

  #isAsked(event: Event): boolean {
    const { fromMs, toMs } = this.question;
    if (event.timeMs < fromMs || event.timeMs >= toMs) return false;
    return this.#hostKey === undefined || this.#hostKey === hostKey(event.host);
  }
}

/** A query that cannot be compiled is true of nothing: `check` has told why before. */
function testOf(query: string): (event: Event) => boolean {
  const compiled = compileExpression(query);
  const scope = new EventScope();
  return (event) => compiled.ok && compiled.value.evaluate(scope.turnTo(event)) === true;
}
