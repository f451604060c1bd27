/** The hosts that were heard, with their volume. */

import type { HostQueries, HostRecord, Page, PageRequest, VolumeRow } from '../app/query-ports.js';
import { hostKey } from '../engine/event/host-name.js';
import { COUNT_MAX, countOf, decodeCursor, likeText, pageOf } from './cursor.js';
import type { Database, Statement } from './database.js';
import { searchable } from './stored-text.js';

const TEN_MINUTES_MS = 600_000;

interface HostRow {
  readonly name: string;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly events: number;
  readonly open_threats: number;
}

const HOST_COLUMNS = `h.name, h.first_ms, h.last_ms, h.events,
  (SELECT count(*) FROM threats t WHERE t.host_key = h.key AND t.verdict = 'open' AND t.withdrawn = 0) AS open_threats`;

export class HostTable implements HostQueries {
  readonly #one: Statement<HostRow>;
  readonly #counts: Statement<{ known: number; heard: number }>;
  readonly #meta: Statement<{ name: string; value: number }>;

  constructor(private readonly database: Database) {
    this.#one = database.prepare(`SELECT ${HOST_COLUMNS} FROM hosts h WHERE h.key = ?`);
    this.#counts = database.prepare(
      'SELECT (SELECT count(*) FROM hosts) AS known, (SELECT count(*) FROM hosts WHERE last_ms >= ?) AS heard',
    );
    this.#meta = database.prepare('SELECT name, value FROM meta');
  }

  hosts(text: string | undefined, page: PageRequest): Page<HostRecord> {
    const pattern = text === undefined ? '%' : `%${likeText(searchable(text))}%`;
    const after = decodeCursor(page.cursor, ['string'])?.[0];
    const from = after === undefined ? '' : 'AND h.name > ?';
    const where = "h.name LIKE ? ESCAPE '\\'";
    const rows = this.database
      .query<HostRow>(`SELECT ${HOST_COLUMNS} FROM hosts h WHERE ${where} ${from} ORDER BY h.name LIMIT ?`)
      .all(pattern, ...(after === undefined ? [] : [after]), page.limit + 1);
    const counted = this.database.query<{ n: number }>(
      `SELECT count(*) AS n FROM (SELECT 1 FROM hosts h WHERE ${where} LIMIT ${COUNT_MAX + 1})`,
    );
    return pageOf(rows, page, hostOf, (row) => [row.name], countOf(counted.get(pattern)?.n ?? 0));
  }

  host(name: string): HostRecord | undefined {
    const row = this.#one.get(hostKey(name));
    return row === undefined ? undefined : hostOf(row);
  }

  hostCounts(heardSinceMs: number): { readonly known: number; readonly heard: number } {
    const { known, heard } = this.#counts.get(heardSinceMs) ?? { known: 0, heard: 0 };
    return { known, heard };
  }

  volume(fromMs: number, toMs: number, bucketMs: number, host?: string): readonly VolumeRow[] {
    const table = bucketMs % TEN_MINUTES_MS === 0 ? 'volume_tens' : 'volume_minutes';
    const only = host === undefined ? '' : 'AND v.host_key = ?';
    return this.database
      .query<{ host: string; start: number; events: number }>(
        `SELECT coalesce(h.name, v.host_key) AS host, v.start_ms / CAST(?1 AS INTEGER) * CAST(?1 AS INTEGER) AS start, sum(v.events) AS events
        FROM ${table} v LEFT JOIN hosts h ON h.key = v.host_key
        WHERE v.start_ms >= ?2 AND v.start_ms < ?3 ${only} GROUP BY v.host_key, start ORDER BY start, host`,
      )
      .all(bucketMs, fromMs, toMs, ...(host === undefined ? [] : [hostKey(host)]))
      .map((row) => ({ host: row.host, startMs: row.start, events: row.events }));
  }

  eventCounts(): { readonly events: number; readonly duplicates: number } {
    const values = new Map(this.#meta.all().map(({ name, value }) => [name, value]));
    return { events: values.get('events') ?? 0, duplicates: values.get('duplicates') ?? 0 };
  }
}

function hostOf(row: HostRow): HostRecord {
  return {
    name: row.name,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    events: row.events,
    openThreats: row.open_threats,
  };
}
