/** The hosts that were heard, with their volume. */

import { UNKNOWN_HABIT, type Listening } from '../app/completeness/host-state.js';
import type { HostCounts, HostQueries, HostRecord, Page, PageRequest, VolumeRow } from '../app/query-ports.js';
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
  readonly quiet_after_ms: number | null;
  readonly silent_after_ms: number | null;
  readonly active_since_ms: number | null;
  readonly missing: number | null;
}

const HOST_COLUMNS = `h.name, h.first_ms, h.last_ms, h.events, s.quiet_after_ms, s.silent_after_ms, s.active_since_ms, s.missing,
  (SELECT count(*) FROM threats t WHERE t.host_key = h.key AND t.verdict = 'open' AND t.withdrawn = 0) AS open_threats`;
const HOSTS = 'hosts h LEFT JOIN host_streams s ON s.key = h.key';
const QUIET_AFTER = `coalesce(s.quiet_after_ms, ${UNKNOWN_HABIT.quietAfterMs})`;
const SILENT_AFTER = `coalesce(s.silent_after_ms, ${UNKNOWN_HABIT.silentAfterMs})`;
/** `stateOf` of app/completeness/host-state.ts. ?1: now; ?2: from when on hosts are excused. */
const IS_SILENT = `(?1 - h.last_ms > ${QUIET_AFTER} AND ?1 - h.last_ms > ${SILENT_AFTER} AND h.last_ms + ${QUIET_AFTER} < ?2)`;

export class HostTable implements HostQueries {
  readonly #one: Statement<HostRow>;
  readonly #counts: Statement<{ known: number; heard: number; inactive: number; silent: number }>;
  readonly #known: Statement<{ known: number }>;
  readonly #silent: Statement<HostRow>;
  readonly #threatened: Statement<{ key: string }>;
  readonly #loud: Statement<{ key: string }>;
  readonly #latest: Statement<{ key: string }>;
  readonly #stream: Statement<{ data: string }>;
  readonly #meta: Statement<{ name: string; value: number }>;

  constructor(private readonly database: Database) {
    this.#one = database.prepare(`SELECT ${HOST_COLUMNS} FROM ${HOSTS} WHERE h.key = ?`);
    this.#counts = database.prepare(`
      SELECT count(*) AS known, coalesce(sum(h.last_ms >= ?3), 0) AS heard,
        coalesce(sum(?1 - h.last_ms > ${QUIET_AFTER}), 0) AS inactive, coalesce(sum(${IS_SILENT}), 0) AS silent FROM ${HOSTS}`);
    this.#known = database.prepare('SELECT count(*) AS known FROM hosts');
    this.#silent = database.prepare(
      `SELECT ${HOST_COLUMNS} FROM ${HOSTS} WHERE ${IS_SILENT} ORDER BY h.last_ms DESC, h.name LIMIT ?3`,
    );
    // Left to itself, SQLite reads a row for each open threat, and the volume of all days: with 100,000 of each that took seconds.
    this.#threatened = database.prepare(
      `SELECT host_key AS key FROM threats INDEXED BY threats_open_by_host WHERE verdict = 'open' AND withdrawn = 0
      GROUP BY host_key ORDER BY count(*) DESC, host_key LIMIT ?`,
    );
    this.#loud = database.prepare(
      'SELECT host_key AS key FROM volume_tens WHERE start_ms >= ? GROUP BY +host_key ORDER BY sum(events) DESC, host_key LIMIT ?',
    );
    this.#latest = database.prepare('SELECT key FROM hosts ORDER BY last_ms DESC LIMIT ?');
    this.#stream = database.prepare('SELECT data FROM host_stream_texts WHERE key = ?');
    this.#meta = database.prepare('SELECT name, value FROM meta');
  }

  hosts(text: string | undefined, page: PageRequest): Page<HostRecord> {
    const pattern = text === undefined ? '%' : `%${likeText(searchable(text))}%`;
    const after = decodeCursor(page.cursor, ['string'])?.[0];
    const from = after === undefined ? '' : 'AND h.name > ?';
    const where = "h.name LIKE ? ESCAPE '\\'";
    const rows = this.database
      .query<HostRow>(`SELECT ${HOST_COLUMNS} FROM ${HOSTS} WHERE ${where} ${from} ORDER BY h.name LIMIT ?`)
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

  hostStream(name: string): string | undefined {
    return this.#stream.get(hostKey(name))?.data;
  }

  knownHosts(): number {
    return this.#known.get()?.known ?? 0;
  }

  hostCounts(heardSinceMs: number, { nowMs, excusedFromMs }: Listening): HostCounts {
    const { known, heard, inactive, silent } = this.#counts.get(nowMs, finite(excusedFromMs), heardSinceMs)!;
    return { known, heard, quiet: inactive - silent, silent };
  }

  silentHosts({ nowMs, excusedFromMs }: Listening, limit: number): readonly HostRecord[] {
    return this.#silent.all(nowMs, finite(excusedFromMs), limit).map(hostOf);
  }

  foremostHosts(sinceMs: number, limit: number): readonly HostRecord[] {
    const fromMs = Math.floor(sinceMs / TEN_MINUTES_MS) * TEN_MINUTES_MS;
    const keys = new Set(this.#threatened.all(limit).map(({ key }) => key));
    // Each of these costs more or tells less than the one before.
    if (keys.size < limit) for (const { key } of this.#loud.all(fromMs, limit)) keys.add(key);
    if (keys.size < limit) for (const { key } of this.#latest.all(limit)) keys.add(key);
    return [...keys]
      .slice(0, limit)
      .flatMap((key) => this.#one.get(key) ?? [])
      .map(hostOf);
  }

  volume(fromMs: number, toMs: number, bucketMs: number, host?: string): readonly VolumeRow[] {
    const only = host === undefined ? '' : 'host_key = ? AND';
    return this.database
      .query<{ start: number; events: number }>(
        `SELECT start_ms / CAST(? AS INTEGER) * CAST(? AS INTEGER) AS start, sum(events) AS events FROM ${volumeTable(bucketMs)}
        WHERE ${only} start_ms >= ? AND start_ms < ? GROUP BY start ORDER BY start`,
      )
      .all(bucketMs, bucketMs, ...(host === undefined ? [] : [hostKey(host)]), fromMs, toMs)
      .map((row) => ({ startMs: row.start, events: row.events }));
  }

  loudestHosts(fromMs: number, toMs: number, bucketMs: number, limit: number): readonly string[] {
    return this.database
      .query<{ host: string }>(
        `SELECT coalesce(h.name, v.host_key) AS host FROM
          (SELECT host_key, sum(events) AS events FROM ${volumeTable(bucketMs)} WHERE start_ms >= ? AND start_ms < ?
          GROUP BY host_key ORDER BY events DESC, host_key LIMIT ?) v
        LEFT JOIN hosts h ON h.key = v.host_key ORDER BY v.events DESC, host`,
      )
      .all(fromMs, toMs, limit)
      .map(({ host }) => host);
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
    quietAfterMs: row.quiet_after_ms ?? UNKNOWN_HABIT.quietAfterMs,
    silentAfterMs: row.silent_after_ms ?? UNKNOWN_HABIT.silentAfterMs,
    activeSinceMs: row.active_since_ms ?? row.first_ms,
    missing: row.missing ?? 0,
  };
}

/** Where buckets of this length can be summed from. */
function volumeTable(bucketMs: number): string {
  return bucketMs % TEN_MINUTES_MS === 0 ? 'volume_tens' : 'volume_minutes';
}

/** What SQLite has no word for. */
function finite(timeMs: number): number {
  return Math.min(timeMs, Number.MAX_SAFE_INTEGER);
}
