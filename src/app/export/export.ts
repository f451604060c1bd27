/** What leaves in bulk: stored events as they came, and threats as a scan prints them. */

import { hex64 } from '../../engine/base/hash.js';
import { hostKey } from '../../engine/event/host-name.js';
import { decodeUtf8 } from '../../sources/text.js';
import type { StoredRecord } from '../ports.js';
import type { ReadableLog } from '../replay/joined-log.js';
import type { ThreatStore } from '../query-ports.js';
import { decodeStored, isEvent, type DecoderMaker } from '../replay/stored-event.js';
import { reportThreat, type ReportThreat } from '../report/report.js';

export interface ExportFilter {
  /** Event times in `[fromMs, toMs)`; of threats, the time of the last evidence. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Short or full name of one host. */
  readonly host?: string | undefined;
}

export interface ExportedEvent {
  /** 16 hex digits of the record identity; `''` for bytes that can no longer be read as an event. */
  readonly id: string;
  readonly host: string;
  readonly position: number;
  /** The bytes as they came, as text. */
  readonly raw: string;
}

/** In the order of the log. */
export async function* exportEvents(
  log: ReadableLog,
  filter: ExportFilter,
  decoder: DecoderMaker,
): AsyncGenerator<ExportedEvent> {
  for await (const records of log.read({ fromMs: filter.fromMs, toMs: filter.toMs })) {
    for (const record of records) {
      const exported = exportedEvent(record, filter, decoder);
      if (exported !== undefined) yield exported;
    }
  }
}

function exportedEvent(
  { position, record }: StoredRecord,
  { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, host }: ExportFilter,
  decoder: DecoderMaker,
): ExportedEvent | undefined {
  if (record.kind !== 'event') return undefined;
  const raw = decodeUtf8(record.raw);
  const event = decodeStored(record.raw, record.receivedMs, decoder);
  if (!isEvent(event)) return host === undefined ? { id: '', host: '', position, raw } : undefined;
  if (event.timeMs < fromMs || event.timeMs >= toMs) return undefined;
  if (host !== undefined && hostKey(host) !== hostKey(event.host)) return undefined;
  return { id: hex64({ high: event.idHigh, low: event.idLow }), host: event.host, position, raw };
}

const PAGE = 200;

/** Most points first. */
export function* exportThreats(store: ThreatStore, filter: ExportFilter): Generator<ReportThreat> {
  let cursor: string | undefined;
  do {
    const page = store.threats({ ...filter, sort: 'score' }, { limit: PAGE, cursor });
    for (const { threat } of page.items) yield reportThreat(threat);
    cursor = page.next;
  } while (cursor !== undefined);
}
