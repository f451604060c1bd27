/** What must hold at the end of a life. */

import { StreamWatch } from '../../../src/app/completeness/stream-watch.js';
import { partitionOf, shareOf } from '../../../src/app/partition.js';
import { LoggedPolicy } from '../../../src/app/policy/logged-policy.js';
import { joinLogs } from '../../../src/app/replay/joined-log.js';
import { LogFold } from '../../../src/app/replay/log-fold.js';
import { decodeStored, isEvent } from '../../../src/app/replay/stored-event.js';
import type { Effects } from '../../../src/engine/effects.js';
import type { RoomOptions } from '../../../src/engine/engine-options.js';
import type { Event } from '../../../src/engine/event/event.js';
import type { Threat } from '../../../src/engine/score/threat.js';
import { createJsonDecoder } from '../../../src/sources/json/json.js';
import type { CutDisk } from '../../support/cut-disk.js';
import { incoming } from '../../support/live-kit.js';
import { openMemoryLog } from './memory-log.js';
import { threatsAfter, type MemoryState } from './memory-state.js';
import { COMPILED } from './worker.js';

export interface Lived {
  /** Of the logs, by partition. */
  readonly disks: readonly CutDisk[];
  readonly state: MemoryState;
  /** As the engines held them at the end. */
  readonly threats: readonly Threat[];
  /** All records that were sent; all were acknowledged in the end. */
  readonly sent: readonly object[];
  readonly mayHaveHoles: boolean;
  readonly room: RoomOptions;
}

/** @returns how many events there are, and how many processes left for want of room  @throws Error which says what did not hold */
export async function checkLife({
  disks,
  state,
  threats: live,
  sent,
  mayHaveHoles,
  room,
}: Lived): Promise<{ readonly events: number; readonly forgotten: number }> {
  const logs = await Promise.all(
    disks.map((disk, partition) =>
      openMemoryLog(disk.survivor(), { partition, lastKnownPosition: state.position(partition), mayHaveHoles }),
    ),
  );
  const folds = disks.map(
    () => new LogFold(new LoggedPolicy(() => COMPILED), { recordEvents: false, plugins: [], ...room }),
  );
  const replayedEffects: Effects[] = [];
  const streams = new StreamWatch();
  const inLog = new Map<number, string>();
  const perPartition = disks.map(() => 0);
  for await (const records of joinLogs(logs).read()) {
    for (const { position, record } of records) {
      const partition = partitionOf(position);
      const fold = folds[partition]!;
      if (record.kind === 'policy') fold.change(record.change);
      if (record.kind !== 'event') continue;
      const event = decodeStored(record.raw, record.receivedMs, createJsonDecoder);
      if (!isEvent(event)) throw new Error(`record ${position} cannot be read`);
      same('a host has all its events in one log', shareOf(event.host, disks.length), partition);
      perPartition[partition]!++;
      inLog.set(position, nameOf(event));
      fold.event(event, position);
      replayedEffects.push(fold.engine.drain());
      streams.seen(event, record.receivedMs);
    }
  }
  const ids = new Set(inLog.values());
  same('each event is in the log once', ids.size, inLog.size);
  const wanted = new Set(incoming(...sent).map(({ event }) => nameOf(event)));
  same('what was acknowledged is in the log, and nothing else', [...ids].sort(), [...wanted].sort());
  state.demandOwnPositions();
  same('each event had its effects once', state.eventPositions(), [...inLog.keys()]);
  same(
    'each event is counted as arrived once',
    disks.map((_, partition) => state.arrived(partition)),
    perPartition,
  );
  const threats = byId(live);
  const replayed = byId(folds.flatMap((fold) => fold.engine.threats()));
  same('a replay gives what was live', replayed, threats);
  const forgotten = folds.reduce((sum, fold) => sum + fold.engine.counts.forgotten, 0);
  const stored = byId(state.threats());
  if (forgotten === 0) same('what is stored is what was live', stored, threats);
  const told = byId(threatsAfter(replayedEffects));
  same('what is stored is what a replay tells', stored, told);
  const rows = streams.take().toSorted((one, other) => (one.key < other.key ? -1 : 1));
  same('how complete hosts are is what a replay gives', state.streams(), rows);
  for (const { id, score, evidence } of [...threats, ...stored]) {
    const sum = evidence.reduce((total, { points }) => total + points, 0);
    same(`the ledger of ${id} adds up`, sum, score);
  }
  return { events: inLog.size, forgotten };
}

function nameOf({ idHigh, idLow }: Event): string {
  return `${idHigh} ${idLow}`;
}

function byId(threats: readonly Threat[]): Threat[] {
  return threats.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** Much cheaper than an assertion library where it holds, and it nearly always does. */
function same(promise: string, found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${promise}:\n  ${one}\n  ${other}`);
}
