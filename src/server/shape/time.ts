/** Times on their way out: UTC milliseconds to ISO 8601, and back. */

/** Beyond these JavaScript has no date; an event may claim any time. */
const TIME_MS_MAX = 8_640_000_000_000_000;

/** `null` for 0, which stands for "not known", and for what no calendar holds. */
export function isoOrNull(timeMs: number): string | null {
  if (timeMs === 0 || !(Math.abs(timeMs) <= TIME_MS_MAX)) return null;
  return new Date(timeMs).toISOString();
}

/** For times that are always known, such as our own clock's. */
export function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** `text` has passed the schema's `date-time` format. */
export function timeMs(text: string): number;
export function timeMs(text: string | undefined): number | undefined;
export function timeMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return Date.parse(text);
}
