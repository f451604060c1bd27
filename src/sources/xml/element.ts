/** One element of XML in a text that a shipper put into a field: Sentinel's `EventData`, Fluent Bit's `System`. */

import type { Tree } from '../normalise/tree.js';
import { DEFAULT_LIMITS } from '../source.js';
import { ANY_NAME, XmlReader } from './reader.js';

/** @returns `{Name: content}` of the first element; `undefined` where the text does not begin with a whole one */
export function parseXmlElement(text: string): Tree | undefined {
  let first: Tree | undefined;
  let isBroken = false;
  const reader = new XmlReader(
    {
      record: (tree) => (first ??= isBroken ? undefined : tree),
      broken: () => (isBroken = true),
    },
    DEFAULT_LIMITS,
    ANY_NAME,
  );
  reader.push(text);
  reader.end();
  return first;
}
