/**
 * One of several threads that scan together. It reads the files it is given, judges the events of its own hosts, and hands those of other hosts to the
 * threads that have them: as bytes where the line tells its host, so that each line is parsed once.
 */

import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { ScanPart } from '../../app/scan/scan.js';
import { assert } from '../../engine/base/assert.js';
import type { Event } from '../../engine/event/event.js';
import { correlationPlan } from '../../engine/rule/sigma/correlation/correlation-plan.js';
import { decodeFile } from '../../files/index.js';
import { decodeJsonLine } from '../../sources/index.js';
import type { Sink, Skip } from '../../sources/source.js';
import { inProcessPlugins } from '../judges.js';
import { loadPolicy } from '../policy-options.js';
import { setProgramRoot } from '../program-root.js';
import { saveRules, useRuleCache, userCacheFolder } from '../rule-cache.js';
import { HostGuess } from '../host-guess.js';
import { HostShares } from './host-shares.js';
import { LineBatchWriter, linesOf, type LineBatch } from './line-batch.js';
import type { BetweenScanThreads, FromScanThread, ScanThreadData, ToScanThread } from './scan-messages.js';

/** Batches on their way to one thread before the reader waits for it. */
const ON_THE_WAY_MAX = 8;
const EVENTS_A_BATCH = 256;

/** Another thread, as this one deals with it. */
class Peer {
  readonly #lines = new LineBatchWriter();
  #events: Event[] = [];
  #onTheWay = 0;
  #whenTaken: (() => void) | undefined;
  hasEndedLines = false;
  hasEndedEvents = false;

  constructor(private readonly port: MessagePort) {}

  get isBehind(): boolean {
    return this.#onTheWay > ON_THE_WAY_MAX;
  }

  addLine(bytes: Uint8Array, file: string, number: number): void {
    if (!this.#lines.hasRoomFor(bytes)) this.#sendLines();
    this.#lines.add(bytes, file, number);
  }

  addEvent(event: Event): void {
    this.#events.push(event);
    if (this.#events.length >= EVENTS_A_BATCH) this.#sendEvents();
  }

  endLines(): void {
    if (!this.#lines.isEmpty) this.#sendLines();
    this.send({ kind: 'lines-end' });
  }

  endEvents(): void {
    if (this.#events.length > 0) this.#sendEvents();
    this.send({ kind: 'events-end' });
  }

  send(message: BetweenScanThreads, transfer: readonly ArrayBuffer[] = []): void {
    this.port.postMessage(message, [...transfer]);
  }

  taken(): void {
    this.#onTheWay--;
    if (this.isBehind) return;
    this.#whenTaken?.();
    this.#whenTaken = undefined;
  }

  whenCaughtUp(): Promise<void> {
    return new Promise((resolve) => (this.#whenTaken = resolve));
  }

  #sendLines(): void {
    const batch = this.#lines.take();
    this.#onTheWay++;
    this.send({ kind: 'lines', batch }, [batch.bytes.buffer, batch.places.buffer]);
  }

  #sendEvents(): void {
    this.send({ kind: 'events', events: this.#events });
    this.#events = [];
  }
}

class ScanThread implements Sink {
  readonly #part: ScanPart;
  readonly #place: number;
  readonly #peers: readonly (Peer | undefined)[];
  readonly #guess = new HostGuess();
  readonly #shares: HostShares;
  #hasReadAll = false;
  #hasEndedEvents = false;

  constructor(
    { place, peers, shares }: ScanThreadData,
    part: ScanPart,
    private readonly tell: (message: FromScanThread) => void,
  ) {
    this.#part = part;
    this.#place = place;
    this.#shares = new HostShares(shares);
    this.#peers = peers.map((port) => {
      if (port === undefined) return undefined;
      const peer = new Peer(port);
      port.on('message', (message: BetweenScanThreads) => this.#heard(peer, message));
      return peer;
    });
  }

  event(event: Event): void {
    const place = this.#shares.placeOf(event.host);
    const peer = this.#peers[place];
    if (peer === undefined) this.#shares.count(place);
    if (peer === undefined) this.#part.event(event);
    else peer.addEvent(event);
  }

  skip(skip: Skip): void {
    this.#part.skip(skip);
  }

  async read(path: string, name: string): Promise<void> {
    await decodeFile(path, name, this, {
      divert: (bytes, file, line) => this.#divert(bytes, file, line),
      pause: () => this.#peers.find((peer) => peer?.isBehind === true)?.whenCaughtUp(),
    });
    this.tell({ kind: 'next', events: this.#part.events });
  }

  endFiles(): void {
    this.#hasReadAll = true;
    for (const peer of this.#peers) peer?.endLines();
    this.#maybeEnd();
  }

  #divert(bytes: Uint8Array, file: string, line: number): boolean {
    const host = this.#guess.of(bytes);
    const share = host === undefined ? this.#place : this.#shares.placeOf(host);
    const peer = this.#peers[share];
    if (peer === undefined) return false;
    peer.addLine(bytes, file, line);
    return true;
  }

  #heard(peer: Peer, message: BetweenScanThreads): void {
    switch (message.kind) {
      case 'lines':
        this.#takeLines(message.batch);
        peer.send({ kind: 'taken' });
        return;
      case 'taken':
        peer.taken();
        return;
      case 'events':
        for (const event of message.events) this.#part.event(event);
        return;
      case 'lines-end':
        peer.hasEndedLines = true;
        break;
      case 'events-end':
        peer.hasEndedEvents = true;
    }
    this.#maybeEnd();
  }

  #takeLines(batch: LineBatch): void {
    for (const { bytes, number, file } of linesOf(batch)) {
      if (decodeJsonLine(bytes, number, this, { file })) continue;
      this.tell({ kind: 'cannot-share' });
      return;
    }
  }

  /** What this thread read or was handed may turn out to be of others until no line is left anywhere; only then do they know that they have all. */
  #maybeEnd(): void {
    if (!this.#hasReadAll || !this.#peers.every((peer) => peer?.hasEndedLines !== false)) return;
    if (!this.#hasEndedEvents) {
      this.#hasEndedEvents = true;
      for (const peer of this.#peers) peer?.endEvents();
    }
    if (!this.#peers.every((peer) => peer?.hasEndedEvents !== false)) return;
    this.tell({ kind: 'result', result: this.#part.result() });
  }
}

async function main(data: ScanThreadData): Promise<void> {
  const port = parentPort;
  assert(port !== null, 'this program runs as a thread');
  const tell = (message: FromScanThread): void => port.postMessage(message);
  setProgramRoot(data.programRoot);
  useRuleCache(userCacheFolder(process.env));
  const { policy, diagnostics } = await loadPolicy(data.policy);
  // All read the same rules.
  if (data.place === 0) saveRules();
  if (correlationPlan(policy.rules.rules).spansHosts) {
    tell({ kind: 'cannot-share' });
    return;
  }
  tell({ kind: 'loaded', diagnostics });
  const part = new ScanPart({
    policy,
    plugins: inProcessPlugins(),
    minScore: data.minScore,
    keepHits: data.keepHits,
  });
  const thread = new ScanThread(data, part, tell);
  port.on('message', (message: ToScanThread) => {
    if (message.kind === 'file') void thread.read(message.path, message.name);
    else thread.endFiles();
  });
  tell({ kind: 'next', events: 0 });
}

await main(workerData as ScanThreadData);
