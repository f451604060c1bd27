/** Chains, their processes, and the events of a process. */

import type { ChainQueries, Page, PageRequest, TreeRow } from '../app/query-ports.js';
import type { ChainRecord, EventRecord, ProcessRecord } from '../engine/effects.js';
import type { ChainIds } from './chain-ids.js';
import { decodeCursor, pageOf } from './cursor.js';
import type { Database, Statement } from './database.js';
import { EventPages } from './event-pages.js';

interface ChainRow {
  readonly id: string;
  readonly host: string;
  readonly start_process_id: string;
  readonly score: number;
  readonly active: number;
  readonly process_count: number;
  readonly first_ms: number;
  readonly last_ms: number;
}

interface ProcessRow {
  readonly id: string;
  readonly host: string;
  readonly chain_id: string;
  readonly parent_id: string;
  readonly pid: number;
  readonly guid: string;
  readonly image: string;
  readonly command_line: string;
  readonly user: string;
  readonly integrity_level: string;
  readonly hashes: string;
  readonly parent_image: string;
  readonly parent_command_line: string;
  readonly current_directory: string;
  readonly original_file_name: string;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly is_root: number;
  readonly is_placeholder: number;
  readonly points: number;
  readonly events: number;
}

const PROCESS_COLUMNS = `p.id, coalesce(h.name, p.host) AS host, p.chain_id, p.parent_id, p.pid, p.guid, p.image, p.command_line, p.user,
  p.integrity_level, p.hashes, p.parent_image, p.parent_command_line, p.current_directory, p.original_file_name, p.start_ms, p.end_ms,
  p.is_root, p.is_placeholder, p.points, p.events`;

export class ChainTable implements ChainQueries {
  readonly #events: EventPages;
  readonly #chain: Statement<ChainRow>;
  readonly #processes: Statement<ProcessRow>;

  constructor(
    private readonly database: Database,
    private readonly ids: ChainIds,
  ) {
    this.#chain = database.prepare(`
      SELECT c.id, coalesce(h.name, c.host) AS host, c.start_process_id, c.score, c.active, c.process_count, c.first_ms, c.last_ms
      FROM chains c LEFT JOIN hosts h ON h.key = c.host_key WHERE c.id = ?`);
    this.#events = new EventPages(database);
    this.#processes = database.prepare(
      `SELECT ${PROCESS_COLUMNS} FROM json_each(?) j CROSS JOIN processes p ON p.id = j.value LEFT JOIN hosts h ON h.key = p.host_key`,
    );
  }

  chain(id: string): ChainRecord | undefined {
    const row = this.#chain.get(id) ?? this.#chain.get(this.ids.current(id));
    if (row === undefined) return undefined;
    return {
      id: row.id,
      host: row.host,
      startProcessId: row.start_process_id,
      score: row.score,
      active: row.active === 1,
      processCount: row.process_count,
      firstMs: row.first_ms,
      lastMs: row.last_ms,
    };
  }

  chainProcesses(chainId: string, page: PageRequest): Page<ProcessRecord> {
    const chain = this.chain(chainId);
    if (chain === undefined) return { items: [], next: undefined };
    const after = decodeCursor(page.cursor, ['number', 'string']);
    const from = after === undefined ? '' : 'AND (p.start_ms > ? OR (p.start_ms = ? AND p.id > ?))';
    const place = after === undefined ? [] : [after[0]!, after[0]!, after[1]!];
    const members = this.#members(chain);
    const rows = this.database
      .query<ProcessRow>(
        `SELECT ${PROCESS_COLUMNS} FROM processes p LEFT JOIN hosts h ON h.key = p.host_key
        WHERE ${members.sql} ${from} ORDER BY p.start_ms, p.id LIMIT ?`,
      )
      .all(members.value, ...place, page.limit + 1);
    const item = (row: ProcessRow): ProcessRecord => processOf(row, chain.id);
    return pageOf(rows, page, item, (row) => [row.start_ms, row.id], { items: chain.processCount, exact: true });
  }

  processes(ids: readonly string[]): readonly ProcessRecord[] {
    const rows = this.#processes.all(JSON.stringify([...new Set(ids)]));
    return rows.map((row) => processOf(row, row.chain_id === '' ? '' : this.ids.current(row.chain_id)));
  }

  treeRows(chainId: string, limit: number): { readonly rows: readonly TreeRow[]; readonly total: number } {
    const chain = this.chain(chainId);
    if (chain === undefined) return { rows: [], total: 0 };
    const members = this.#members(chain);
    const rows = this.database
      .query<ProcessRow>(
        `SELECT p.id, p.parent_id, p.image, p.pid, p.start_ms, p.end_ms, p.points, p.events, p.is_root, p.is_placeholder
        FROM processes p WHERE ${members.sql} ORDER BY p.start_ms, p.id LIMIT ?`,
      )
      .all(members.value, limit);
    return { rows: rows.map(treeRow), total: Math.max(chain.processCount, rows.length) };
  }

  processEvents(
    processId: string,
    filter: { readonly action?: string | undefined },
    page: PageRequest,
  ): Page<EventRecord> {
    const after = decodeCursor(page.cursor, ['number'])?.[0] ?? 0;
    const events = this.#events.read(processId, Number(after), filter.action, page.limit + 1);
    return pageOf(
      events,
      page,
      (event) => event,
      ({ position }) => [position],
    );
  }

  /** Rows that are in the chain: under its own id, the usual case, which an index gives in order; under those of chains that joined it; or the root process of a day. */
  #members(chain: ChainRecord): { readonly sql: string; readonly value: string } {
    const [start] = this.processes([chain.startProcessId]);
    if (start?.isRoot === true) return { sql: 'p.id = ?', value: start.id };
    const ids = this.ids.all(chain.id);
    if (ids.length === 1) return { sql: 'p.chain_id = ?', value: chain.id };
    return { sql: 'p.chain_id IN (SELECT value FROM json_each(?))', value: JSON.stringify(ids) };
  }
}

/** A root process carries no chain of its own: its deeds are in a chain for each day. */
function processOf(row: ProcessRow, chainId: string): ProcessRecord {
  return {
    id: row.id,
    host: row.host,
    chainId: row.is_root === 1 ? '' : chainId,
    parentId: row.parent_id,
    pid: row.pid,
    guid: row.guid,
    image: row.image,
    commandLine: row.command_line,
    user: row.user,
    integrityLevel: row.integrity_level,
    hashes: row.hashes,
    parentImage: row.parent_image,
    parentCommandLine: row.parent_command_line,
    currentDirectory: row.current_directory,
    originalFileName: row.original_file_name,
    startMs: row.start_ms,
    endMs: row.end_ms,
    isRoot: row.is_root === 1,
    isPlaceholder: row.is_placeholder === 1,
    points: row.points,
  };
}

function treeRow(row: ProcessRow): TreeRow {
  return {
    id: row.id,
    parentId: row.parent_id,
    image: row.image,
    pid: row.pid,
    startMs: row.start_ms,
    endMs: row.end_ms,
    points: row.points,
    events: row.events,
    isRoot: row.is_root === 1,
    isPlaceholder: row.is_placeholder === 1,
  };
}
