/**
 * Exports as comma-separated values, a header row first: PowerShell's `Export-Csv`, Event Viewer, Kibana, Sentinel. Each row is a flat record under
 * the header's names, empty cells left out. The separator (`,` `;` or a tab) is told by the header; a row `sep=;` before it is Excel's.
 */

import { bag } from '../normalise/tree.js';
import { isSkip, normalise } from '../normalise/normalise.js';
import { DEFAULT_LIMITS, type Decoder, type Sink, type SkipReason, type SourceLimits } from '../source.js';
import { createTextDecoder, createTextInput, type TextReader } from '../text.js';
import { RowReader } from './rows.js';

export interface CsvDecoderOptions {
  readonly file?: string | undefined;
  readonly limits?: SourceLimits | undefined;
  /** The sender; used only where a row names no computer. */
  readonly host?: string | undefined;
}

/** `line` of events and skips is where the row begins. */
export function createCsvDecoder(sink: Sink, options: CsvDecoderOptions = {}): Decoder {
  return createTextInput(createTextDecoder(new CsvReader(sink, options)));
}

class CsvReader implements TextReader {
  readonly #sink: Sink;
  readonly #file: string | undefined;
  readonly #host: string | undefined;
  readonly #limits: SourceLimits;
  /** Text before the header is whole. */
  #head = '';
  #separator: string | undefined;
  #line = 1;
  #rows: RowReader | undefined;
  #names: readonly string[] | undefined;

  constructor(sink: Sink, options: CsvDecoderOptions) {
    this.#sink = sink;
    this.#file = options.file;
    this.#host = options.host;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
  }

  push(text: string): void {
    if (this.#rows !== undefined) return this.#rows.push(text);
    this.#head += text;
    while (this.#rows === undefined) {
      const lineEnd = this.#head.indexOf('\n');
      if (lineEnd === -1) {
        // Without a header nothing can be named; what follows is read as rows all the same, to say so once.
        if (this.#head.length > this.#limits.maxRecordBytes) this.#begin(',');
        return;
      }
      this.#preamble(this.#head.slice(0, lineEnd).trim(), lineEnd);
    }
  }

  end(): void {
    if (this.#rows === undefined && this.#head !== '') this.#begin(separatorOf(this.#head));
    this.#rows?.end();
  }

  /** Rows before the header: blank, PowerShell's `#TYPE …`, Excel's `sep=;`. */
  #preamble(row: string, lineEnd: number): void {
    const separator = /^"?sep=(.)"?$/i.exec(row)?.[1];
    if (row !== '' && !row.startsWith('#TYPE') && separator === undefined) {
      return this.#begin(this.#separator ?? separatorOf(row));
    }
    this.#separator = separator ?? this.#separator;
    this.#head = this.#head.slice(lineEnd + 1);
    this.#line++;
  }

  #begin(separator: string): void {
    this.#rows = new RowReader(
      {
        row: (cells, line) => this.#row(cells, line),
        tooLarge: (line) => this.#skip('too-large', `a row is longer than ${this.#limits.maxRecordBytes} bytes`, line),
        unclosed: (line) => this.#skip('damaged', 'the text ends inside a quoted cell that begins here', line),
      },
      separator,
      this.#limits.maxRecordBytes,
      this.#line,
    );
    const head = this.#head;
    this.#head = '';
    this.#rows.push(head);
  }

  #row(cells: readonly string[], line: number): void {
    if (this.#names === undefined) {
      this.#names = cells.map(fieldName);
      return;
    }
    const record = bag();
    for (const [index, cell] of cells.entries()) {
      // Event Viewer names every column but the last, the rendered text.
      const name = this.#names[index] ?? (index === this.#names.length ? 'Message' : '');
      if (name !== '' && cell !== '' && record[name] === undefined) record[name] = cell;
    }
    const result = normalise(record, { file: this.#file, line, host: this.#host }, undefined, this.#limits);
    if (isSkip(result)) this.#sink.skip(result);
    else this.#sink.event(result, undefined);
  }

  #skip(reason: SkipReason, message: string, line: number): void {
    this.#sink.skip({ reason, message, file: this.#file, line });
  }
}

/** The commonest of the three in the header; a comma where there is none. */
function separatorOf(header: string): string {
  const line = header.split('\n', 1)[0] ?? '';
  const count = (mark: string): number => line.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

/** Event Viewer's and Sentinel's own spellings of a column. */
const COLUMN_NAMES: ReadonlyMap<string, string> = new Map([
  ['event id', 'EventID'],
  ['date and time', 'TimeCreated'],
  ['log name', 'Channel'],
  ['log', 'Channel'],
  ['computer name', 'Computer'],
]);

function fieldName(column: string): string {
  const name = column.trim().replace(/ \[UTC\]$/, '');
  return COLUMN_NAMES.get(name.toLowerCase()) ?? name;
}
