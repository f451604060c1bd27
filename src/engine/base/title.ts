/** A text that people read in both languages of the product. */

export interface Title {
  readonly en: string;
  readonly zh: string;
}
