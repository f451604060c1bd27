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
import { incoming, openLive } from '../support/live-kit.js';
import { outcomeOf } from './outcome.js';
import { batch } from './story.js';

const CALLERS = 4;

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

const [folder, batches, acknowledged] = process.argv.slice(2);
await main(folder!, Number(batches), new Set(JSON.parse(acknowledged!) as number[]));
