/** Documents in a form in which one that was read can be compared with one that was restored, whose late parts are read by its class. */

import type { SigmaDocument } from '../../src/engine/rule/sigma/document.js';

export function wholeDocument(document: SigmaDocument): object {
  if (document.kind !== 'rule') return { ...document };
  const { about, selections, condition } = document;
  return { ...document, about, selections, condition };
}
