/** Where the values of a YAML file stand, found in the parser's events when somebody asks. */

import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import type { Place } from '../../diagnostic-codes.js';

/** Keys of maps and indices of lists, from the document inwards. */
export type YamlPath = readonly (string | number)[];

export class YamlPlaces {
  readonly #text: string;
  readonly #events: readonly Event[];
  #documents: readonly number[] | undefined;
  #lines: LineStarts | undefined;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  /** Where the value stands, or the nearest thing around it that is there. `document` counts from 0. */
  placeOf(document: number, path: YamlPath): Place {
    return this.#place(this.#find(document, path).value);
  }

  /** Where the key of the path's last step stands. */
  placeOfKey(document: number, path: YamlPath): Place {
    const { key, value } = this.#find(document, path);
    return this.#place(key ?? value);
  }

  #find(document: number, path: YamlPath): { readonly key: number | undefined; readonly value: number } {
    let value = this.#start(document) + 1;
    let key: number | undefined;
    for (const step of path) {
      const found = this.#child(value, step);
      if (found === undefined) break;
      ({ key, value } = found);
    }
    return { key, value };
  }

  /** The event that opens the document. Most files have one. */
  #start(document: number): number {
    if (document === 0) return 0;
    this.#documents ??= documentStarts(this.#events);
    return this.#documents[document] ?? 0;
  }

  #child(parent: number, step: string | number): { key: number | undefined; value: number } | undefined {
    const { type } = this.#events[parent] ?? { type: EVENT_ID.POP };
    if (type !== EVENT_ID.SEQUENCE && type !== EVENT_ID.MAPPING) return undefined;
    let at = parent + 1;
    for (let index = 0; this.#events[at] !== undefined && this.#events[at]!.type !== EVENT_ID.POP; index++) {
      if (type === EVENT_ID.SEQUENCE) {
        if (index === step) return { key: undefined, value: at };
      } else {
        const key = at;
        at = this.#after(at);
        const event = this.#events[key]!;
        if (event.type === EVENT_ID.SCALAR && getScalarValue(this.#text, event) === String(step)) {
          return { key, value: at };
        }
      }
      at = this.#after(at);
    }
    return undefined;
  }

  /** The event after the node that begins at `at`. */
  #after(at: number): number {
    let depth = 0;
    for (let index = at; index < this.#events.length; index++) {
      const { type } = this.#events[index]!;
      if (type === EVENT_ID.SEQUENCE || type === EVENT_ID.MAPPING) depth++;
      else if (type === EVENT_ID.POP) depth--;
      if (depth <= 0) return index + 1;
    }
    return this.#events.length;
  }

  #place(index: number): Place {
    const offset = offsetOf(this.#events[index]) ?? offsetOf(this.#events[index - 1]) ?? 0;
    this.#lines ??= lineStarts(this.#text, offset);
    if (this.#lines.until < offset) this.#lines = lineStarts(this.#text, this.#text.length);
    const { starts } = this.#lines;
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }
}

interface LineStarts {
  readonly starts: readonly number[];
  /** Offset up to which the text has been looked at. */
  readonly until: number;
}

/** Where a document begins is asked of every file, where its parts stand seldom: so not always of the whole text. */
function lineStarts(text: string, until: number): LineStarts {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0 && end < until; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return { starts, until };
}

function documentStarts(events: readonly Event[]): readonly number[] {
  return events.flatMap((event, index) => (event.type === EVENT_ID.DOCUMENT ? [index] : []));
}

function offsetOf(event: Event | undefined): number | undefined {
  if (event === undefined) return undefined;
  if (event.type === EVENT_ID.SCALAR) {
    if (event.valueStart < 0) return undefined;
    const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return isQuoted ? event.valueStart - 1 : event.valueStart;
  }
  if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) return event.start;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
  return undefined;
}
