/** Everything besides events that decides a score. It changes only at a position in the log, so a replay knows what held when. */

import type { RuleSet } from './rule/rule.js';
import type { Exception } from './score/exception.js';

export interface Policy {
  /** Score from which a chain is a threat. */
  readonly threshold: number;
  /** `all`: every matching rule counts. `first`: the original's order, first match only. */
  readonly hits: 'all' | 'first';
  /** Images that cut the tree, lower case: full paths, or bare file names that must lie under the Windows folder. */
  readonly rootImages: readonly string[];
  /** Not recorded at all, and so blind: images (lower case, full path) and hashes (hex). */
  readonly skipImages: readonly string[];
  readonly skipHashes: readonly string[];
  readonly exceptions: readonly Exception[];
  readonly rules: RuleSet;
}

/** The original's threshold (170) and lists, as a start. */
export const DEFAULT_THRESHOLD = 170;

export const DEFAULT_ROOT_IMAGES: readonly string[] = [
  'c:\\windows\\explorer.exe',
  'c:\\windows\\system32\\services.exe',
  'c:\\windows\\system32\\svchost.exe',
  'c:\\windows\\system32\\wininit.exe',
  'c:\\windows\\system32\\winlogon.exe',
  'c:\\windows\\system32\\userinit.exe',
  'c:\\windows\\system32\\smss.exe',
  'c:\\windows\\system32\\csrss.exe',
  'c:\\windows\\system32\\lsass.exe',
  'c:\\windows\\system32\\wbem\\wmiprvse.exe',
  'c:\\windows\\system32\\taskhostw.exe',
  'c:\\windows\\system32\\sihost.exe',
  'c:\\windows\\system32\\runtimebroker.exe',
  'c:\\windows\\system32\\dllhost.exe',
  'system',
];

/** A policy without its rules, which each program brings. */
export type PolicyLists = Omit<Policy, 'rules'>;

export const DEFAULT_POLICY: PolicyLists = {
  threshold: DEFAULT_THRESHOLD,
  hits: 'all',
  rootImages: DEFAULT_ROOT_IMAGES,
  skipImages: [],
  skipHashes: [],
  exceptions: [],
};
