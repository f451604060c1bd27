/** The lists of image paths and hashes in a policy, asked for every event: normalised once per policy, answers kept per spelling. */

import { textOf, type Event } from './event/event.js';
import type { Policy } from './policy.js';
import { hasHash } from './score/exemptions.js';

const ANSWERS_MAX = 20_000;

interface Lists {
  readonly roots: ReadonlySet<string>;
  readonly skips: ReadonlySet<string>;
  readonly answers: Map<string, boolean>;
}

const lists = new WeakMap<Policy, Lists>();

function listsOf(policy: Policy): Lists {
  let known = lists.get(policy);
  if (known === undefined) {
    known = {
      roots: new Set(policy.rootImages.map(normaliseImage)),
      skips: new Set(policy.skipImages.map(normaliseImage)),
      answers: new Map(),
    };
    lists.set(policy, known);
  }
  return known;
}

/** Does this image cut the tree? */
export function isRootImage(policy: Policy, image: string): boolean {
  if (image === '') return false;
  const { roots, answers } = listsOf(policy);
  let answer = answers.get(image);
  if (answer === undefined) {
    answer = roots.has(normaliseImage(image));
    if (answers.size >= ANSWERS_MAX) answers.clear();
    answers.set(image, answer);
  }
  return answer;
}

/** Is the event of an image or hash that is not recorded at all? */
export function isSkipped(policy: Policy, event: Event): boolean {
  if (policy.skipImages.length > 0) {
    const image = textOf(event, 'Image') ?? textOf(event, 'SourceImage');
    if (image !== undefined && listsOf(policy).skips.has(normaliseImage(image))) return true;
  }
  if (policy.skipHashes.length > 0 && event.action === 'processcreate') {
    const hashes = textOf(event, 'Hashes') ?? '';
    return policy.skipHashes.some((hash) => hasHash(hashes, hash));
  }
  return false;
}

/** Lower case; device and variable spellings of the Windows folder, on whatever drive, as `c:\windows`. */
export function normaliseImage(image: string): string {
  return image
    .toLowerCase()
    .replace(/^\\\\\?\\|^\\\?\?\\/, '')
    .replace(/^(?:%systemroot%|\\systemroot|[a-z]:\\windows)(?=\\)/, 'c:\\windows');
}
