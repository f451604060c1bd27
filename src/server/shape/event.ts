/** Stored events as the contract shows them. */

import type { EventRecord } from '../../engine/effects.js';
import type { Event } from '../../engine/event/event.js';
import type { StoredEvent } from '../../contract/index.js';
import { iso, isoOrNull } from './time.js';

/** @param read  the event as the log holds it, `undefined` where its bytes are no longer kept */
export function eventShape(
  record: EventRecord,
  read: { readonly event: Event; readonly receivedMs: number } | undefined,
): StoredEvent {
  return {
    id: record.eventId,
    position: record.position,
    host: record.host,
    time: isoOrNull(record.timeMs),
    received: read === undefined ? null : iso(read.receivedMs),
    action: record.action ?? null,
    windowsEventId: record.windowsEventId,
    channel: record.channel,
    processId: record.processId,
    chainId: record.chainId,
    targetProcessId: record.targetProcessId,
    targetImage: record.targetImage,
    targetHashes: record.targetHashes,
    rules: [...record.rules],
    fields: read === undefined ? null : { ...read.event.fields },
  };
}
