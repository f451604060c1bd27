/** Deals events out to the detection threads by host, and puts their answers together. */

import type { Delivery, DeliveryAnswer, Intake, Refusal, Rejection, Sender } from '../../../app/live-ports.js';
import { partlyTaken, type SharedAnswer, type Stray } from '../../../app/live/delivery.js';
import { shareOf } from '../../../app/partition.js';
import { REJECTED_MAX } from '../../../contract/index.js';
import { HostGuess } from '../../host-guess.js';
import type { DetectionHandle } from './detection-handle.js';
import { linesOfObjects } from './lines-of-objects.js';

/** By partition. */
export type Detections = readonly Pick<DetectionHandle, 'open' | 'refusal' | 'settled'>[];

export class SharedIntake implements Intake {
  readonly #guess = new HostGuess();

  constructor(private readonly handles: Detections) {}

  get refusal(): string | undefined {
    for (const { refusal } of this.handles) if (refusal !== undefined) return refusal;
    return undefined;
  }

  open(sender: Sender): Delivery {
    const [only] = this.handles;
    if (this.handles.length === 1) return only!.open(sender);
    return new SplitDelivery(this.handles, sender, (line) => this.#placeOf(line));
  }

  async settled(): Promise<void> {
    await Promise.all(this.handles.map((handle) => handle.settled()));
  }

  /** A guess: whoever gets an event that is not its own hands it back. */
  #placeOf(line: Uint8Array): number {
    return shareOf(this.#guess.of(line) ?? '', this.handles.length);
  }
}

/** What one thread gets of a delivery: the bytes, and under which index the request knows each record in them. */
interface Share {
  readonly parts: Uint8Array[];
  readonly indexes: number[];
}

/** To several threads, once all bytes are there. */
class SplitDelivery implements Delivery {
  #pieces: Uint8Array[] = [];
  #refusal: Refusal | undefined;

  constructor(
    private readonly handles: Detections,
    private readonly sender: Sender,
    private readonly placeOf: (line: Uint8Array) => number,
  ) {}

  push(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
  }

  abandon(): void {
    this.#pieces = [];
  }

  async end(): Promise<DeliveryAnswer> {
    const bytes = inOne(this.#pieces);
    this.#pieces = [];
    const answers = await this.#deliver(this.#shares(bytes));
    const strays = answers.flatMap(({ strays = [] }) => strays);
    if (strays.length > 0) answers.push(...(await this.#deliver(this.#shareStrays(strays))));
    return joined(answers, this.#refusal);
  }

  async #deliver(shares: ReadonlyMap<number, Share>): Promise<SharedAnswer[]> {
    const answers = await Promise.all(
      [...shares].map(async ([place, { parts, indexes }]) => {
        const delivery = this.handles[place]!.open(this.sender);
        // As one piece: each is an object of its own on the way to the thread, and lines are many.
        delivery.push(inOne(parts));
        const answer = await delivery.end();
        if (answer.kind === 'taken') return numbered(answer, indexes);
        this.#refusal = answer;
        return [];
      }),
    );
    return answers.flat();
  }

  /** Lines by their hosts. What is not one object a line goes to one thread whole. */
  #shares(bytes: Uint8Array): ReadonlyMap<number, Share> {
    const lines = linesOfObjects(bytes);
    if (lines === undefined) return new Map([[this.placeOf(bytes), { parts: [bytes], indexes: [] }]]);
    const shares = new Map<number, Share>();
    for (const [index, line] of lines.entries()) addTo(shares, this.placeOf(line), line, index);
    // Nothing is an answer too.
    return shares.size === 0 ? new Map([[0, { parts: [], indexes: [] }]]) : shares;
  }

  /** The host is known now: the first thread that may take the event is the right one. */
  #shareStrays(strays: readonly Stray[]): ReadonlyMap<number, Share> {
    const shares = new Map<number, Share>();
    for (const { index, raw, place } of strays) {
      addTo(shares, place, raw, index);
      shares.get(place)!.parts.push(NEW_LINE);
    }
    return shares;
  }
}

const NEW_LINE = Buffer.from('\n');

function inOne(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

function addTo(shares: Map<number, Share>, place: number, line: Uint8Array, index: number): void {
  let share = shares.get(place);
  if (share === undefined) shares.set(place, (share = { parts: [], indexes: [] }));
  share.parts.push(line);
  share.indexes.push(index);
}

/** Under the indexes of the request. */
function numbered(answer: SharedAnswer, indexes: readonly number[]): SharedAnswer {
  if (indexes.length === 0) return answer;
  const of = (index: number): number => indexes[Math.min(index, indexes.length - 1)]!;
  return {
    ...answer,
    rejected: answer.rejected.map(({ index, reason }) => ({ index: of(index), reason })),
    ...(answer.strays === undefined
      ? {}
      : { strays: answer.strays.map((stray) => ({ ...stray, index: of(stray.index) })) }),
  };
}

/** Where one thread refused, the whole is refused: sent again, what the others took is known. */
function joined(answers: readonly SharedAnswer[], refusal: Refusal | undefined): DeliveryAnswer {
  const sum = (count: (answer: SharedAnswer) => number): number =>
    answers.reduce((total, answer) => total + count(answer), 0);
  if (refusal !== undefined) {
    const isPart = sum(({ accepted }) => accepted) > 0;
    return isPart ? partlyTaken(refusal) : refusal;
  }
  const rejected: Rejection[] = answers.flatMap((answer) => answer.rejected);
  return {
    kind: 'taken',
    accepted: sum(({ accepted }) => accepted),
    duplicates: sum(({ duplicates }) => duplicates),
    rejected: rejected.toSorted((one, other) => one.index - other.index).slice(0, REJECTED_MAX),
    rejectedCount: sum(({ rejectedCount }) => rejectedCount),
    reasons: summedReasons(answers),
    foreignCount: sum(({ foreignCount }) => foreignCount),
  };
}

function summedReasons(answers: readonly SharedAnswer[]): SharedAnswer['reasons'] {
  const sums = new Map<string, number>();
  for (const { reasons } of answers)
    for (const [reason, count] of Object.entries(reasons)) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return Object.fromEntries(sums);
}
