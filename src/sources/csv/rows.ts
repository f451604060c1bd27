/** Splits comma-separated text into rows, as it arrives. Source: RFC 4180, with line feeds alone and with other separators allowed. */

export interface RowHandler {
  /** `line` is where the row begins; a row may hold line breaks. */
  row(cells: readonly string[], line: number): void;
  /** A row longer than allowed; it was not kept. */
  tooLarge(line: number): void;
  /** The text ends inside a quoted cell. */
  unclosed(line: number): void;
}

const enum State {
  CellStart,
  Plain,
  Quoted,
  QuoteInQuoted,
}

export class RowReader {
  readonly #handler: RowHandler;
  readonly #separator: string;
  readonly #maxChars: number;
  #state: State = State.CellStart;
  #cells: string[] = [];
  #cell = '';
  #chars = 0;
  #line: number;
  #rowLine: number;

  /** @param firstLine  number of the first line it will see */
  constructor(handler: RowHandler, separator: string, maxChars: number, firstLine: number) {
    this.#handler = handler;
    this.#separator = separator;
    this.#maxChars = maxChars;
    this.#line = firstLine;
    this.#rowLine = firstLine;
  }

  push(text: string): void {
    let from = 0;
    for (let index = 0; index < text.length; index++) {
      const char = text[index] ?? '';
      if (this.#state === State.Quoted) {
        if (char === '"') {
          this.#take(text, from, index);
          this.#state = State.QuoteInQuoted;
          from = index + 1;
        } else if (char === '\n') {
          this.#line++;
          // A quote that is never closed must not take the rest of the file with it.
          if (this.#chars + index - from > this.#maxChars) {
            this.#take(text, from, index);
            this.#endRow();
            from = index + 1;
          }
        }
        continue;
      }
      if (char === '"' && this.#state !== State.Plain) {
        // A quote in quotes is written twice.
        if (this.#state === State.QuoteInQuoted) this.#take('"', 0, 1);
        this.#state = State.Quoted;
        from = index + 1;
      } else if (char === this.#separator) {
        this.#take(text, from, index);
        this.#endCell();
        from = index + 1;
      } else if (char === '\n') {
        this.#take(text, from, index);
        this.#line++;
        this.#endRow();
        from = index + 1;
      } else this.#state = State.Plain;
    }
    this.#take(text, from, text.length);
  }

  end(): void {
    if (this.#state === State.Quoted && this.#chars <= this.#maxChars) this.#handler.unclosed(this.#rowLine);
    else if (this.#cells.length > 0 || this.#chars > 0) this.#endRow();
  }

  #take(text: string, from: number, to: number): void {
    if (to === from) return;
    this.#chars += to - from;
    if (this.#chars <= this.#maxChars) this.#cell += text.slice(from, to);
  }

  #endCell(): void {
    this.#chars++;
    if (this.#chars <= this.#maxChars) this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = State.CellStart;
  }

  #endRow(): void {
    const isQuoted = this.#state === State.QuoteInQuoted;
    if (!isQuoted && this.#cell.endsWith('\r')) this.#cell = this.#cell.slice(0, -1);
    const isBlank = this.#cells.length === 0 && this.#cell === '' && !isQuoted;
    this.#endCell();
    if (this.#chars > this.#maxChars) this.#handler.tooLarge(this.#rowLine);
    else if (!isBlank) this.#handler.row(this.#cells, this.#rowLine);
    this.#cells = [];
    this.#chars = 0;
    this.#rowLine = this.#line;
  }
}
