/** Which machine a name means. Short and full names of one machine mix in real logs, so the first label decides and the longest name is shown. */

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** First label in lower case; addresses stay whole. */
export function hostKey(name: string): string {
  const lower = name.toLowerCase();
  if (lower.includes(':') || IPV4.test(lower)) return lower;
  const dot = lower.indexOf('.');
  return dot > 0 ? lower.slice(0, dot) : lower;
}

/** The name to show of two for one machine: the longer, or of equal ones the first in text order, whichever came first. */
export function fullerName(one: string, other: string): string {
  if (one.length !== other.length) return one.length > other.length ? one : other;
  return one <= other ? one : other;
}
