/**
 * One request's events from its bytes to the log. For each record that is not taken it tells the index and the reason; a record of another share of the
 * hosts is handed back to be taken there.
 */

import { REJECTED_MAX } from '../../contract/index.js';
import type { Event } from '../../engine/event/event.js';
import { hostKey } from '../../engine/event/host-name.js';
import type { Decoder, Sink, Skip } from '../../sources/source.js';
import { encodeUtf8 } from '../../sources/text.js';
import type {
  Delivery,
  DeliveryAnswer,
  IncomingEvent,
  Refusal,
  Rejection,
  RejectionReason,
  Rejections,
  Sender,
  TakeAnswer,
} from '../live-ports.js';
import type { DecoderMaker } from '../replay/stored-event.js';
import type { ByteCopies } from './byte-copies.js';

export interface DeliveryParts {
  /** For what senders hand in: within the configured limits. */
  readonly decoder: DecoderMaker;
  readonly take: (events: readonly IncomingEvent[], sensor: string) => Promise<TakeAnswer>;
  /** Why `take` would take nothing now where the first event is of this host. */
  readonly refusal: (host: string, sensor: string) => Refusal | undefined;
  /** Where several share the hosts: which of the others takes events of this one; `undefined` where they are taken here. */
  readonly elsewhere: (host: string) => number | undefined;
  readonly copies: ByteCopies;
}

/** A record that is taken elsewhere, under the index that its request knows it by. */
export interface Stray {
  readonly index: number;
  readonly place: number;
  readonly raw: Uint8Array;
}

/** What is taken is told without `strays` only where there are none. */
export type SharedAnswer = Exclude<DeliveryAnswer, Refusal> & { readonly strays?: readonly Stray[] };

export interface SharedDelivery extends Delivery {
  end(): Promise<SharedAnswer | Refusal>;
}

/** Sent again, the part is known. */
export function partlyTaken<Kind extends Refusal>(refusal: Kind): Kind {
  return { ...refusal, reason: `${refusal.reason} A part was taken: send all of it again.` };
}

/** Whose events are not even read. */
export function refusedDelivery(answer: Refusal): SharedDelivery {
  return { push: () => undefined, end: () => Promise.resolve(answer), abandon: () => undefined };
}

/** What is refused once its first event is known should be read no further: so much is read at a time until then. */
const FIRST_BYTES = 4096;

export class DecodedDelivery implements SharedDelivery, Sink {
  readonly #events: IncomingEvent[] = [];
  readonly #rejected: Rejection[] = [];
  readonly #strays: Stray[] = [];
  readonly #decoder: Decoder;
  readonly #reasons: Partial<Record<RejectionReason, number>> = {};
  #rejectedCount = 0;
  #foreignCount = 0;
  #index = 0;
  #isKnown = false;
  #refusal: Refusal | undefined;

  constructor(
    private readonly parts: DeliveryParts,
    private readonly sender: Sender,
  ) {
    this.#decoder = parts.decoder(this);
  }

  push(bytes: Uint8Array): void {
    let from = 0;
    for (; !this.#isKnown && from < bytes.length; from += FIRST_BYTES)
      this.#decoder.push(bytes.subarray(from, from + FIRST_BYTES));
    if (this.#refusal === undefined && from < bytes.length) this.#decoder.push(bytes.subarray(from));
  }

  async end(): Promise<SharedAnswer | Refusal> {
    if (this.#refusal === undefined) this.#decoder.end();
    // The only record of a text ends with it.
    if (this.#refusal !== undefined) return this.#refusal;
    const answer = await this.#take();
    if (answer.kind !== 'taken') return answer;
    const { duplicates } = answer;
    const taken = { kind: 'taken', accepted: this.#events.length, duplicates, ...this.#rejections() } as const;
    return this.#strays.length === 0 ? taken : { ...taken, strays: this.#strays };
  }

  abandon(): void {
    this.#events.length = 0;
    this.#strays.length = 0;
  }

  event(event: Event, raw: Uint8Array | undefined): void {
    if (!this.#isKnown) {
      this.#isKnown = true;
      this.#refusal = this.parts.refusal(event.host, this.sender.sensor);
    }
    if (this.#refusal !== undefined) return;
    if (raw === undefined) this.#reject('unsupported', 'has no bytes of its own');
    else if (event.host === '' && this.sender.hostUnlessNamed !== undefined) this.#name(raw);
    else this.#sort(event, raw);
    this.#index++;
  }

  skip(skip: Skip): void {
    this.#reject(skip.reason, `${skip.reason}: ${skip.message}`);
    this.#index++;
  }

  #take(): Promise<TakeAnswer> {
    if (this.#events.length === 0) return Promise.resolve({ kind: 'taken', duplicates: 0 });
    return this.parts.take(this.#events, this.sender.sensor);
  }

  #rejections(): Rejections {
    return {
      rejected: this.#rejected,
      rejectedCount: this.#rejectedCount,
      reasons: this.#reasons,
      foreignCount: this.#foreignCount,
    };
  }

  /** The decoder's buffer is its own again after the call that gave `raw`. */
  #sort(event: Event, raw: Uint8Array): void {
    const { hosts } = this.sender;
    if (hosts !== undefined && !hosts.has(hostKey(event.host))) this.#rejectForeign(event.host);
    else {
      const place = this.parts.elsewhere(event.host);
      if (place === undefined) this.#events.push({ event, raw: this.parts.copies.of(raw) });
      else this.#strays.push({ index: this.#index, place, raw: new Uint8Array(raw) });
    }
  }

  /** The same record, decoded again with its host in front. */
  #name(raw: Uint8Array): void {
    const named = withHost(raw, this.sender.hostUnlessNamed ?? '');
    let isRead = false;
    const decoder = this.parts.decoder({
      event: (event, bytes) => {
        isRead = true;
        this.#sort(event, bytes ?? named);
      },
      skip: ({ reason, message }) => {
        isRead = true;
        this.#reject(reason, `${reason}: ${message}`);
      },
    });
    decoder.push(named);
    decoder.end();
    if (!isRead) this.#reject('no-host', 'names no host');
  }

  #rejectForeign(host: string): void {
    this.#foreignCount++;
    this.#reject(
      'foreign',
      host === ''
        ? 'names no host, and this token is bound to hosts'
        : 'is about a host that this token may not speak for',
    );
  }

  /** @param says  the same for the sender */
  #reject(reason: RejectionReason, says: string): void {
    this.#rejectedCount++;
    this.#reasons[reason] = (this.#reasons[reason] ?? 0) + 1;
    if (this.#rejected.length < REJECTED_MAX) this.#rejected.push({ index: this.#index, reason: says });
  }
}

const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** `{"Computer":"…",` in front of what the object holds. */
function withHost(raw: Uint8Array, host: string): Uint8Array {
  const brace = raw.indexOf(BRACE);
  const rest = raw.subarray(brace + 1);
  const first = rest.find((byte) => byte > 0x20);
  const head = encodeUtf8(`{"Computer":${JSON.stringify(host)}${first === CLOSING_BRACE ? '' : ','}`);
  const named = new Uint8Array(head.length + rest.length);
  named.set(head);
  named.set(rest, head.length);
  return named;
}
