/**
 * Several detections share the hosts: each has a log, an engine and a place in the state of its own, and positions that no other has. The first has those
 * from 1 on, the next from 2^42 + 1 on, and so on: four million million records each, and a position tells whose it is.
 */

import { hostKey } from '../engine/event/host-name.js';

const POSITIONS = 2 ** 42;
/** All positions are whole numbers that JavaScript tells apart. */
export const PARTITIONS_MAX = 64;

/** The position before the first one of a partition. */
export function positionBefore(partition: number): number {
  return partition * POSITIONS;
}

export function partitionOf(position: number): number {
  return Math.floor((position - 1) / POSITIONS);
}

/** A position as its partition counts, from 1 on; 0 for the place before its first record. For people, and for shares. */
export function withinPartition(position: number): number {
  return position % POSITIONS;
}

/**
 * Which of several engines an event belongs to: all of one machine's go to the same, whatever form of its name they carry.
 *
 * @returns 0 … `count` − 1
 */
export function shareOf(host: string, count: number): number {
  const key = hostKey(host);
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % count;
}

/** What each partition has of its own, by name: the first one's is as it was before there were several. */
export function ofPartition(name: string, partition: number): string {
  return partition === 0 ? name : `${name}-${partition}`;
}
