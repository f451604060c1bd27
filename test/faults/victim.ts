/**
 * The program that the crash test kills: a live service fed with the story's batches, four at a time. Says on standard output what happened, a line
 * each, written before anything else is done:
 *
 *     started        the log is read, events are taken
 *     ack N          batch N is acknowledged
 *     end JSON       all batches are acknowledged and stored; what there is
 *
 * Arguments: folder, number of batches, numbers of the batches that were acknowledged before (JSON).
 */

import { writeSync } from 'node:fs';
import { exportEvents } from '../../src/app/export/export.js';
import { createJsonDecoder } from '../../src/sources/json/json.js';
import { incoming, openLive, type Live } from '../support/live-kit.js';
import { batch } from './story.js';

const CALLERS = 4;

export interface Outcome {
  /** As the engine holds them. */
  readonly threats: unknown;
  readonly storedThreats: unknown;
  /** Identities of the events in the log, in its order. */
  readonly events: readonly string[];
  readonly hosts: readonly (readonly [string, number])[];
  readonly processes: readonly (readonly [string, number])[];
  readonly damage: number;
  readonly troubles: readonly unknown[];
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function main(folder: string, batches: number, acknowledged: ReadonlySet<number>): Promise<void> {
  const live = await openLive(folder, { log: { segmentBytes: 64 * 1024 } });
  await live.service.start();
  say('started');
  const waiting = Array.from({ length: batches }, (_, index) => index).filter((index) => !acknowledged.has(index));
  const call = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const answer = await live.service.intake.take(incoming(...batch(index)), 'victim');
      if (answer.kind !== 'taken') throw new Error(`batch ${index}: ${answer.reason}`);
      say(`ack ${index}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  await live.service.intake.settled();
  say(`end ${JSON.stringify(await outcomeOf(live))}`);
  await live.close();
}

async function outcomeOf(live: Live): Promise<Outcome> {
  const all = { limit: 1_000, cursor: undefined };
  const { queries } = live.state;
  const events: string[] = [];
  for await (const event of exportEvents(live.log, {}, createJsonDecoder)) events.push(event.id);
  const storedThreats = queries.threats({}, all).items;
  return {
    threats: live.service.threats(),
    storedThreats,
    events,
    hosts: queries.hosts(undefined, all).items.map(({ name, events: count }) => [name, count]),
    processes: storedThreats.flatMap(({ threat }) =>
      queries.treeRows(threat.id, 1_000).rows.map(({ id, events: count }) => [id, count] as const),
    ),
    damage: live.log.damage.length,
    troubles: live.troubles,
  };
}

const [folder, batches, acknowledged] = process.argv.slice(2);
await main(folder!, Number(batches), new Set(JSON.parse(acknowledged!) as number[]));
