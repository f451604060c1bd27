/**
 * Documents whose detection is fetched when it is first looked at. Detections are most of what a document weighs, and of thousands of rules many are
 * never compared with an event.
 */

import { assert } from '../../base/assert.js';
import type { Detection, SigmaFilter, SigmaRule } from './document.js';

export type WithoutDetection = Omit<SigmaRule, keyof Detection> | Omit<SigmaFilter, keyof Detection>;

const sources = new WeakMap<object, () => Detection>();

/** Shared by all such documents. To whoever reads, copies or compares them they look like any other property. */
const LATE: Readonly<Record<keyof Detection, PropertyDescriptor>> = {
  selections: {
    enumerable: true,
    get(this: object): Detection['selections'] {
      return detectionOf(this).selections;
    },
  },
  condition: {
    enumerable: true,
    get(this: object): Detection['condition'] {
      return detectionOf(this).condition;
    },
  },
};

/**
 * @param document  gets its detection, and is returned
 * @param fetch     called each time a part of the detection is read
 */
export function withLateDetection(document: WithoutDetection, fetch: () => Detection): SigmaRule | SigmaFilter {
  sources.set(document, fetch);
  return Object.defineProperties(document, LATE) as SigmaRule | SigmaFilter;
}

function detectionOf(document: object): Detection {
  const fetch = sources.get(document);
  assert(fetch !== undefined, 'only documents that were given one have a late detection');
  return fetch();
}
