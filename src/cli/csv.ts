/**
 * Rows for a spreadsheet (RFC 4180), of texts that a stranger chose. A spreadsheet takes a cell for a formula by its first character, and
 * formulas can run programs and send cells away: such a cell gets an apostrophe in front, which spreadsheets take for "this is text". Where a
 * spreadsheet parts cells by semicolons or tabs, the middle of a text can become a cell's beginning: there too.
 */

/**
 * Where a cell may begin, all that may stand before its first character, and that character if it is `= + - @` or a wide form of these. It
 * takes the whole run even where no such character follows, so that a long run is read once.
 */
const BEGINNING = /(?:^|[;\t\r\n])[\s"']*([=+\-@\uff1d\uff0b\uff0d\uff20])?/g;

/**
 * The head of the table, behind a byte-order mark: without it Excel takes the file for one in the machine's own code page, GBK on a Chinese one, and
 * everything beyond ASCII comes out as other characters.
 */
export function csvHead(columns: readonly string[]): string {
  return `\ufeff${csvRow(columns)}`;
}

/** @returns the row with its line end. Numbers are ours and go out bare */
export function csvRow(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : quoted(cell))).join(',')}\r\n`;
}

function quoted(text: string): string {
  const safe = text.replace(BEGINNING, (run: string, first: string | undefined) =>
    first === undefined ? run : `${run.slice(0, -1)}'${first}`,
  );
  return `"${safe.replaceAll('"', '""')}"`;
}
