/** Which of several engines an event belongs to: all of one machine's go to the same, whatever form of its name they carry. */

import { hostKey } from '../../engine/event/host-name.js';

/** @returns 0 … `count` − 1 */
export function shareOf(host: string, count: number): number {
  const key = hostKey(host);
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % count;
}
