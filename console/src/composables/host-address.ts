/** Where a host's own page is. */

import { wellFormed } from '../text/escape.js';

/** A host's name is an attacker's text, which an address takes only in part. */
export function hostAddress(name: string): string {
  return `/hosts/${encodeURIComponent(wellFormed(name))}`;
}
