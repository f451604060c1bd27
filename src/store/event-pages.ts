/**
 * Which events each process has. What one commit brings for one process is one row, a page: a row an event would cost more than all the rest of taking
 * the event in. Events that name no process are in the log alone.
 *
 *     process   first  last  events
 *     p1            3    41      18   [[3,"…","host",…],[5,"…",0,…],…,[41,…]]
 *     p1           44    44       1   [[44,…]]
 *
 * The events of a page are nearly all of one host, chain and channel: a cell says 0 for what is as in the one before, and ends with the last thing that it
 * has to say. Pages that were written before there was a 0 say all of it in each cell.
 */

import { isAction } from '../engine/event/action.js';
import type { EventRecord } from '../engine/effects.js';
import type { Database, Statement } from './database.js';

/** As in the cell before. */
const SAME = 0;
type Said = string | typeof SAME;

/** An event as a page holds it, short because there are many. Most are about no other process and hit no rule. */
type Cell = readonly [
  ...head: CellHead,
  targetProcessId?: string,
  targetImage?: string,
  targetHashes?: string,
  rules?: readonly string[],
];
type CellHead = readonly [
  position: number,
  eventId: string,
  host: Said,
  timeMs: number,
  action: Said,
  windowsEventId: number,
  channel: Said,
  chainId: Said,
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
    const data = JSON.stringify(events.map((event, at) => cellOf(event, events[at - 1])));
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
        for (const event of eventsOf(processId, JSON.parse(page.data) as Cell[])) {
          if (event.position > after && (action === undefined || event.action === action)) found.push(event);
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

function cellOf(event: EventRecord, before: EventRecord | undefined): Cell {
  const { host, action, channel, chainId, targetProcessId, targetImage, targetHashes, rules } = event;
  const head: CellHead = [
    event.position,
    event.eventId,
    host === before?.host ? SAME : host,
    Number.isFinite(event.timeMs) ? event.timeMs : 0,
    before !== undefined && action === before.action ? SAME : (action ?? ''),
    event.windowsEventId,
    channel === before?.channel ? SAME : channel,
    chainId === before?.chainId ? SAME : chainId,
  ];
  const hasTarget = targetProcessId !== '' || targetImage !== '' || targetHashes !== '';
  return hasTarget || rules.length > 0 ? [...head, targetProcessId, targetImage, targetHashes, rules] : head;
}

function eventsOf(processId: string, cells: readonly Cell[]): EventRecord[] {
  const events: EventRecord[] = [];
  for (const cell of cells) events.push(eventOf(processId, cell, events.at(-1)));
  return events;
}

function eventOf(processId: string, cell: Cell, before: EventRecord | undefined): EventRecord {
  const [position, eventId, host, timeMs, action, windowsEventId, channel, chainId, ...rest] = cell;
  const [targetProcessId = '', targetImage = '', targetHashes = '', rules = []] = rest;
  return {
    position,
    eventId,
    host: said(host, before?.host),
    timeMs,
    action: action === SAME ? before?.action : actionOf(action),
    windowsEventId,
    channel: said(channel, before?.channel),
    processId,
    chainId: said(chainId, before?.chainId),
    targetProcessId,
    targetImage,
    targetHashes,
    rules,
  };
}

function said(text: Said, before = ''): string {
  return text === SAME ? before : text;
}

function actionOf(name: string): EventRecord['action'] {
  return isAction(name) ? name : undefined;
}
