/**
 * Which events each process has. What one commit brings for one process is one row, a page: a row an event would cost more than all the rest of taking
 * the event in. Events that name no process are in the log alone.
 *
 *     process   first  last  events
 *     p1            3    41      18   [[3,"…",…],[5,…],…,[41,…]]
 *     p1           44    44       1   [[44,…]]
 */

import { isAction } from '../engine/event/action.js';
import type { EventRecord } from '../engine/effects.js';
import type { Database, Statement } from './database.js';

/** An event as a page holds it, short because there are many. */
type Cell = readonly [
  position: number,
  eventId: string,
  host: string,
  timeMs: number,
  action: string,
  windowsEventId: number,
  channel: string,
  chainId: string,
  targetProcessId: string,
  targetImage: string,
  targetHashes: string,
  rules: readonly string[],
];

interface PageRow {
  readonly first: number;
  readonly data: string;
}

/** Pages read at a time. */
const PAGES = 64;

export class EventPages {
  readonly #put: Statement<never>;
  readonly #move: Statement<never>;
  readonly #read: Statement<PageRow>;

  constructor(database: Database) {
    this.#put = database.prepare(
      'INSERT INTO event_pages (process_id, first, last, events, data) VALUES (?, ?, ?, ?, ?)',
    );
    this.#move = database.prepare('UPDATE event_pages SET process_id = ? WHERE process_id = ?');
    this.#read = database.prepare(
      `SELECT first, data FROM event_pages WHERE process_id = ? AND last > ? AND first > ? ORDER BY first LIMIT ${PAGES}`,
    );
  }

  /** @param events  of one process, in order of position, at least one */
  add(processId: string, events: readonly EventRecord[]): void {
    const data = JSON.stringify(events.map(cellOf));
    this.#put.run(processId, events[0]!.position, events.at(-1)!.position, events.length, data);
  }

  move(from: string, into: string): void {
    this.#move.run(into, from);
  }

  /** @returns the first `limit` events behind a position, in order; of one action only where it is given */
  read(processId: string, after: number, action: string | undefined, limit: number): EventRecord[] {
    const found: EventRecord[] = [];
    let first = -1;
    for (;;) {
      const pages = this.#read.all(processId, after, first);
      for (const page of pages) {
        // Pages of processes that turned out to be one lie across each other; all further ones begin here or later.
        if (found.filter(({ position }) => position < page.first).length >= limit) return firstOf(found, limit);
        for (const cell of JSON.parse(page.data) as Cell[]) {
          if (cell[0] > after && (action === undefined || cell[4] === action)) found.push(eventOf(processId, cell));
        }
        first = page.first;
      }
      if (pages.length < PAGES) return firstOf(found, limit);
    }
  }
}

function firstOf(found: EventRecord[], limit: number): EventRecord[] {
  return found.sort((one, other) => one.position - other.position).slice(0, limit);
}

function cellOf(event: EventRecord): Cell {
  return [
    event.position,
    event.eventId,
    event.host,
    Number.isFinite(event.timeMs) ? event.timeMs : 0,
    event.action ?? '',
    event.windowsEventId,
    event.channel,
    event.chainId,
    event.targetProcessId,
    event.targetImage,
    event.targetHashes,
    event.rules,
  ];
}

function eventOf(processId: string, cell: Cell): EventRecord {
  const [position, eventId, host, timeMs, action, windowsEventId, channel, chainId, ...target] = cell;
  const [targetProcessId, targetImage, targetHashes, rules] = target;
  return {
    position,
    eventId,
    host,
    timeMs,
    action: isAction(action) ? action : undefined,
    windowsEventId,
    channel,
    processId,
    chainId,
    targetProcessId,
    targetImage,
    targetHashes,
    rules,
  };
}
