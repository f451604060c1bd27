/** Engines out of the snapshots of others, for tests. */

import { Engine } from '../../src/engine/engine.js';
import type { EngineOptions } from '../../src/engine/engine-options.js';
import type { Policy } from '../../src/engine/policy.js';
import { RecordReader, SnapshotFault } from '../../src/engine/snapshot/record-reader.js';
import { RecordWriter } from '../../src/engine/snapshot/record-writer.js';

export function chunksOf(engine: Engine): Uint8Array[] {
  const records = new RecordWriter();
  return [...engine.snapshot(records), records.take()];
}

/** @throws SnapshotFault */
export function engineFrom(chunks: readonly Uint8Array[], policy: Policy, options: EngineOptions): Engine {
  const reading = Engine.restore(new RecordReader(), policy, options);
  let answer = reading.next();
  for (const chunk of chunks) {
    if (answer.done === true) throw new SnapshotFault('more chunks than wanted');
    answer = reading.next(chunk);
  }
  if (answer.done !== true) throw new SnapshotFault('fewer chunks than wanted');
  return answer.value;
}
