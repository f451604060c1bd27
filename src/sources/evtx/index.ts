/**
 * Windows event logs (EVTX): bytes in, events and reasoned skips out. Pure and total; reads each chunk of 64 KiB as it comes and keeps
 * no more. What a record holds becomes text as Windows shows it; hex stays hex (`0x1010`), which rules compare.
 */

import { toInteger } from '../../engine/event/event.js';
import { isSkip, normalise } from '../normalise/normalise.js';
import { DEFAULT_LIMITS, type Decoder, type Sink, type SourceLimits } from '../source.js';
import type { EvtxItem } from './chunk-reader.js';
import { EvtxStream } from './evtx-stream.js';
import type { Tree, TreeValue } from './tree.js';

export type { EvtxItem } from './chunk-reader.js';
export { readEvtx } from './evtx-stream.js';
export type { Tree, TreeValue } from './tree.js';

export interface EvtxDecoderOptions {
  /** Path as the person gave it: events and skips carry it. */
  readonly file?: string | undefined;
  readonly limits?: SourceLimits | undefined;
  /** Also give records from space that the log has given up: older ones, often cut. Off by default. */
  readonly recoverSlack?: boolean | undefined;
}

/** `line` of events is the `EventRecordID`; of skips, the number in the record's header, 0 where the damage is not in a record. */
export function createEvtxDecoder(sink: Sink, options: EvtxDecoderOptions = {}): Decoder {
  const { file, limits = DEFAULT_LIMITS } = options;
  return new EvtxStream(options, (item) => {
    if (item.kind === 'damage') {
      sink.skip({ reason: item.reason, message: sentenceOf(item), file, line: item.recordId });
      return;
    }
    const result = normalise(item.tree, { file, line: recordNumber(item.tree, item.recordId) }, undefined, limits);
    if (isSkip(result)) sink.skip(result);
    else sink.event(result, undefined);
  });
}

function sentenceOf(item: EvtxItem & { kind: 'damage' }): string {
  const subject = item.recordId > 0 ? `record ${item.recordId}` : 'what is there';
  return `at byte ${item.offset}, ${subject} ${item.message}`;
}

/** Logs that were exported through a filter have other numbers in the records' headers than in the records. */
function recordNumber(tree: Tree, headerId: number): number {
  const system = ownTree(tree['Event'])?.['System'];
  return toInteger(ownTree(system)?.['EventRecordID']) ?? headerId;
}

function ownTree(value: TreeValue | undefined): Tree | undefined {
  return typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}
