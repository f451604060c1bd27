/** Which hosts a file seems to be about, told by its beginning: a sample to share work out by, never an answer. */

import { hostKey } from '../../engine/event/host-name.js';
import { decodeFile } from '../../files/index.js';
import { HostGuess } from '../host-guess.js';

/** Of each file, unpacked: some hundred events. */
const SAMPLE_BYTES = 256 * 1024;

/** By `hostKey`: how many of the first events are of the host. */
export type HostTally = ReadonlyMap<string, number>;

/** @returns what was found up to then where the file cannot be read on; the scan itself will say so */
export async function surveyHosts(path: string): Promise<HostTally> {
  const tally = new Map<string, number>();
  const guess = new HostGuess();
  let seenBytes = 0;
  const see = (host: string | undefined, bytes: number): void => {
    seenBytes += bytes;
    if (host === undefined || host === '') return;
    const key = hostKey(host);
    tally.set(key, (tally.get(key) ?? 0) + 1);
  };
  const enough = new Error('enough is known of the file');
  try {
    await decodeFile(
      path,
      path,
      { event: (event, raw) => see(event.host, raw?.length ?? 0), skip: () => undefined },
      {
        // No line is parsed.
        divert: (line) => {
          see(guess.of(line), line.length);
          return true;
        },
        pause: () => (seenBytes < SAMPLE_BYTES ? undefined : Promise.reject(enough)),
      },
    );
  } catch (error) {
    if (error !== enough) throw error;
  }
  return tally;
}
