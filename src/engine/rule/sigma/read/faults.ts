/** Collects what is wrong with one document, each with its place. */

import type { Diagnostic } from '../../../base/diagnostic.js';
import { SIGMA_CODES, type SigmaCode, sigmaDiagnostic } from '../sigma-codes.js';
import type { YamlPath, YamlPlaces } from './yaml-places.js';

/** More of one document is repetition. */
const FAULTS_MAX = 20;
/** What is quoted of something that a person wrote. */
const EXCERPT_LENGTH = 60;
/** Of what a parser says, which may quote as much as it likes. */
export const REASON_LENGTH = 200;

export class Faults {
  readonly found: Diagnostic[] = [];
  /** Whether the document cannot be used. */
  hasErrors = false;
  readonly #file: string;
  readonly #places: YamlPlaces;
  readonly #document: number;
  readonly #rule: string | undefined;

  constructor(file: string, places: YamlPlaces, document: number, rule: string | undefined) {
    this.#file = file;
    this.#places = places;
    this.#document = document;
    this.#rule = rule;
  }

  add(code: SigmaCode, at: YamlPath, message: string, hint?: string): void {
    this.#add(code, message, hint, () => this.#places.placeOf(this.#document, at));
  }

  /** The same about the key of the path's last step. */
  addAtKey(code: SigmaCode, at: YamlPath, message: string, hint?: string): void {
    this.#add(code, message, hint, () => this.#places.placeOfKey(this.#document, at));
  }

  #add(
    code: SigmaCode,
    message: string,
    hint: string | undefined,
    place: () => { line: number; column: number },
  ): void {
    if (SIGMA_CODES[code].severity === 'error') this.hasErrors = true;
    if (this.found.length >= FAULTS_MAX) return;
    this.found.push(sigmaDiagnostic(code, message, { file: this.#file, rule: this.#rule, hint, place: place() }));
  }
}

export function excerpt(text: string, length = EXCERPT_LENGTH): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** What a value is, for a sentence: `"text"`, `12`, `a list`. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  return typeof value === 'string'
    ? `"${excerpt(value)}"`
    : value === null || value === undefined
      ? 'nothing'
      : String(value);
}
