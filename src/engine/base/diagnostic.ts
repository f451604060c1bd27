/** What is wrong with something a person wrote (a rule, a pack, a setting): code, place, sentence, hint. Always a value, never thrown. */

export type Severity = 'error' | 'warning';

export interface Diagnostic {
  /** `AREA_WHAT`, public and never reused; each has an entry in docs/reference/error-codes.md. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Path as the person gave it, `undefined` for text without a file. */
  readonly file?: string | undefined;
  /** 1-based; `undefined` where no place is known. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Id of the rule concerned, where it has one. */
  readonly rule?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** `file:line:column  CODE  message (hint)`: one line for a terminal. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = [diagnostic.file ?? '<text>', diagnostic.line, diagnostic.column]
    .filter((part) => part !== undefined)
    .join(':');
  const hint = diagnostic.hint === undefined ? '' : ` (${diagnostic.hint})`;
  return `${place}  ${diagnostic.code}  ${diagnostic.message}${hint}`;
}
