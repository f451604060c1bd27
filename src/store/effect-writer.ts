/** Writes what the engine asks to be written, with the log position it came from, all in one transaction. */

import { ofPartition, positionBefore } from '../app/partition.js';
import type { Arrivals, EffectStore, HostStreamRow } from '../app/ports.js';
import type { ChainRecord, Effects, EventRecord, ProcessRecord } from '../engine/effects.js';
import { fullerName, hostKey } from '../engine/event/host-name.js';
import { ChainNames } from '../app/replay/chain-names.js';
import type { Database, Statement } from './database.js';
import { EventPages } from './event-pages.js';
import { HostRemoval } from './host-removal.js';
import { ThreatWriter } from './threat-writer.js';

const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 10 * MINUTE_MS;
/** Single minutes are drawn for ranges of two hours, tens for all longer ones. */
const MINUTES_KEPT_MS = 26 * 60 * MINUTE_MS;
const TENS_KEPT_MS = 92 * 24 * 60 * MINUTE_MS;

interface StreamRow {
  readonly key: string;
  readonly quiet_after_ms: number;
  readonly silent_after_ms: number;
  readonly active_since_ms: number;
  readonly missing: number;
  readonly data: string;
}

export class EffectWriter implements EffectStore {
  readonly #threats: ThreatWriter;
  readonly #hosts: HostRemoval;
  readonly #events: EventPages;
  readonly #position: Statement<{ value: number }>;
  readonly #setPosition: Statement<never>;
  readonly #addCount: Statement<never>;
  readonly #putProcess: Statement<never>;
  readonly #dropProcess: Statement<never>;
  readonly #countEvents: Statement<never>;
  readonly #addEvents: Statement<never>;
  readonly #putChain: Statement<never>;
  readonly #dropChain: Statement<never>;
  readonly #putAlias: Statement<never>;
  readonly #dropAlias: Statement<never>;
  readonly #host: Statement<{ name: string }>;
  readonly #putHost: Statement<never>;
  readonly #addMinute: Statement<never>;
  readonly #addTen: Statement<never>;
  readonly #putStream: Statement<never>;
  readonly #putStreamText: Statement<never>;
  readonly #dropMinutes: Statement<never>;
  readonly #dropTens: Statement<never>;
  readonly #positionName: string;
  #committed: number;
  /** Minute for which old volumes were dropped last. */
  #prunedMs = 0;

  /** @param partition  whose effects these are: each has a position of its own */
  constructor(
    private readonly database: Database,
    partition: number,
  ) {
    this.#threats = new ThreatWriter(database);
    this.#hosts = new HostRemoval(database);
    this.#positionName = ofPartition('position', partition);
    this.#position = database.prepare('SELECT value FROM meta WHERE name = ?');
    this.#setPosition = database.prepare(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.#addCount = database.prepare('UPDATE meta SET value = value + ? WHERE name = ?');
    this.#putProcess = database.prepare(putProcessSql());
    this.#dropProcess = database.prepare('DELETE FROM processes WHERE id = ?');
    this.#events = new EventPages(database);
    this.#countEvents = database.prepare(
      'UPDATE processes SET events = (SELECT coalesce(sum(events), 0) FROM event_pages WHERE process_id = ?1) WHERE id = ?1',
    );
    this.#addEvents = database.prepare('UPDATE processes SET events = events + ? WHERE id = ?');
    this.#putChain = database.prepare(`
      INSERT INTO chains (id, host, host_key, start_process_id, score, active, process_count, first_ms, last_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET host = excluded.host, start_process_id = excluded.start_process_id, score = excluded.score,
        active = excluded.active, process_count = excluded.process_count, first_ms = excluded.first_ms, last_ms = excluded.last_ms`);
    this.#dropChain = database.prepare('DELETE FROM chains WHERE id = ?');
    this.#putAlias = database.prepare(
      'INSERT INTO chain_aliases (old_id, chain_id) VALUES (?, ?) ON CONFLICT (old_id) DO UPDATE SET chain_id = excluded.chain_id',
    );
    this.#dropAlias = database.prepare('DELETE FROM chain_aliases WHERE old_id = ?');
    this.#host = database.prepare('SELECT name FROM hosts WHERE key = ?');
    this.#putHost = database.prepare(`
      INSERT INTO hosts (key, name, first_ms, last_ms, events) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET name = excluded.name, first_ms = min(first_ms, excluded.first_ms),
        last_ms = max(last_ms, excluded.last_ms), events = events + excluded.events`);
    this.#addMinute = database.prepare(addVolumeSql('volume_minutes'));
    this.#addTen = database.prepare(addVolumeSql('volume_tens'));
    this.#putStream = database.prepare(`
      INSERT INTO host_streams (key, quiet_after_ms, silent_after_ms, active_since_ms, missing) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET quiet_after_ms = excluded.quiet_after_ms, silent_after_ms = excluded.silent_after_ms,
        active_since_ms = excluded.active_since_ms, missing = excluded.missing
      WHERE (quiet_after_ms, silent_after_ms, active_since_ms, missing)
        IS NOT (excluded.quiet_after_ms, excluded.silent_after_ms, excluded.active_since_ms, excluded.missing)`);
    this.#putStreamText = database.prepare(`
      INSERT INTO host_stream_texts (key, data) VALUES (?, ?)
      ON CONFLICT (key) DO UPDATE SET data = excluded.data WHERE data IS NOT excluded.data`);
    this.#dropMinutes = database.prepare('DELETE FROM volume_minutes WHERE start_ms < ?');
    this.#dropTens = database.prepare('DELETE FROM volume_tens WHERE start_ms < ?');
    this.#committed = this.#position.get(this.#positionName)?.value ?? positionBefore(partition);
  }

  get committedPosition(): number {
    return this.#committed;
  }

  commit(
    effects: Effects,
    position: number,
    arrivals: readonly Arrivals[] = [],
    streams: readonly HostStreamRow[] = [],
  ): void {
    if (position <= this.#committed) return;
    this.database.rebuildable(() => {
      this.#write(effects);
      this.#count(arrivals);
      for (const stream of streams) this.#writeStream(stream);
      this.#setPosition.run(this.#positionName, position);
    });
    this.#committed = position;
  }

  hostStreams(): readonly HostStreamRow[] {
    return this.database
      .prepare<StreamRow>('SELECT * FROM host_streams JOIN host_stream_texts USING (key) ORDER BY key')
      .all()
      .map((row) => ({
        key: row.key,
        quietAfterMs: row.quiet_after_ms,
        silentAfterMs: row.silent_after_ms,
        activeSinceMs: row.active_since_ms,
        missing: row.missing,
        data: row.data,
      }));
  }

  addDuplicates(count: number): void {
    this.database.rebuildable(() => this.#addCount.run(count, 'duplicates'));
  }

  #write(effects: Effects): void {
    for (const key of effects.forgotten) this.#hosts.remove(key);
    for (const { id, into } of effects.removed) this.#removeProcess(id, into);
    for (const chain of effects.chains) this.#writeChain(chain);
    this.#joinChains(effects.aliases);
    // A chain that came apart again is no alias any more.
    for (const chain of effects.chains) this.#dropAlias.run(chain.id);
    for (const process of effects.processes) this.#writeProcess(process);
    this.#writeEvents(effects);
    for (const id of effects.withdrawn) this.#threats.withdraw(id);
    for (const threat of effects.threats) this.#threats.write(threat);
  }

  #removeProcess(id: string, into: string | undefined): void {
    this.#dropProcess.run(id);
    if (into !== undefined) this.#events.move(id, into);
  }

  #joinChains(aliases: Effects['aliases']): void {
    const names = new ChainNames();
    names.learn(aliases);
    for (const { from, to } of aliases) {
      this.#putAlias.run(from, names.current(to));
      this.#threats.join(from, to);
      this.#dropChain.run(from);
    }
  }

  #writeChain(chain: ChainRecord): void {
    this.#putChain.run(
      chain.id,
      chain.host,
      hostKey(chain.host),
      chain.startProcessId,
      chain.score,
      Number(chain.active),
      chain.processCount,
      chain.firstMs,
      chain.lastMs,
    );
  }

  #writeProcess(process: ProcessRecord): void {
    this.#putProcess.run(
      process.id,
      process.host,
      hostKey(process.host),
      process.chainId,
      process.parentId,
      process.pid,
      process.guid,
      process.image,
      process.commandLine,
      process.user,
      process.integrityLevel,
      process.hashes,
      process.parentImage,
      process.parentCommandLine,
      process.currentDirectory,
      process.originalFileName,
      process.startMs,
      process.endMs,
      Number(process.isRoot),
      Number(process.isPlaceholder),
      process.points,
    );
  }

  #writeEvents(effects: Effects): void {
    const living = new Set(effects.processes.map(({ id }) => id));
    const moved = new Map<string, string>();
    for (const { id, into } of effects.removed) if (into !== undefined && !living.has(id)) moved.set(id, into);
    const byProcess = new Map<string, EventRecord[]>();
    for (const event of effects.events) {
      if (event.processId === '') continue;
      const processId = finalOf(moved, event.processId);
      const events = byProcess.get(processId);
      if (events === undefined) byProcess.set(processId, [event]);
      else events.push(event);
    }
    for (const [id, events] of byProcess) {
      this.#events.add(id, events);
      this.#addEvents.run(events.length, id);
    }
    for (const id of new Set(moved.values())) this.#countEvents.run(id);
  }

  #count(arrivals: readonly Arrivals[]): void {
    let events = 0;
    let latestMs = 0;
    for (const arrival of arrivals) {
      events += arrival.events;
      latestMs = Math.max(latestMs, arrival.minuteMs);
      // An event that names no host is one of all, and of no host.
      if (arrival.host !== '') this.#arrived(arrival);
    }
    if (events > 0) this.#addCount.run(events, 'events');
    if (latestMs <= this.#prunedMs) return;
    this.#prunedMs = latestMs;
    this.#dropMinutes.run(latestMs - MINUTES_KEPT_MS);
    this.#dropTens.run(latestMs - TENS_KEPT_MS);
  }

  #writeStream({ key, quietAfterMs, silentAfterMs, activeSinceMs, missing, data }: HostStreamRow): void {
    this.#putStream.run(key, quietAfterMs, silentAfterMs, activeSinceMs, missing);
    this.#putStreamText.run(key, data);
  }

  #arrived({ host, minuteMs, events, firstMs, lastMs }: Arrivals): void {
    const key = hostKey(host);
    const name = fullerName(this.#host.get(key)?.name ?? '', host);
    this.#putHost.run(key, name, firstMs, lastMs, events);
    this.#addMinute.run(minuteMs, key, events);
    this.#addTen.run(Math.floor(minuteMs / TEN_MINUTES_MS) * TEN_MINUTES_MS, key, events);
  }
}

/** Follows absorptions of one drain; they cannot form a circle, for what was absorbed is gone. */
function finalOf(moved: ReadonlyMap<string, string>, id: string): string {
  let at = id;
  for (let next = moved.get(at); next !== undefined; next = moved.get(at)) at = next;
  return at;
}

function addVolumeSql(table: string): string {
  return `INSERT INTO ${table} (start_ms, host_key, events) VALUES (?, ?, ?)
    ON CONFLICT (start_ms, host_key) DO UPDATE SET events = events + excluded.events`;
}

const STATED_BY_CREATION: ReadonlySet<string> = new Set(
  'parent_id image command_line user integrity_level hashes parent_image parent_command_line current_directory original_file_name start_ms is_placeholder'.split(
    ' ',
  ),
);

function putProcessSql(): string {
  const columns =
    'id host host_key chain_id parent_id pid guid image command_line user integrity_level hashes parent_image parent_command_line current_directory original_file_name start_ms end_ms is_root is_placeholder points'.split(
      ' ',
    );
  // An engine that had no more room for a process knows it as a placeholder when it is named again: what its creation said stays.
  const isNamedAgain = 'excluded.is_placeholder = 1 AND processes.is_placeholder = 0';
  const changes = columns
    .slice(1)
    .map((column) =>
      STATED_BY_CREATION.has(column)
        ? `${column} = CASE WHEN ${isNamedAgain} THEN processes.${column} ELSE excluded.${column} END`
        : `${column} = excluded.${column}`,
    );
  return `INSERT INTO processes (${columns.join(', ')}, events) VALUES (${columns.map(() => '?').join(', ')}, 0)
    ON CONFLICT (id) DO UPDATE SET ${changes.join(', ')}`;
}
