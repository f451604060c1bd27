/** What a hit of a Sigma rule scores. Its author states a level; points are ours, and a pack may have others. Calibration: docs/guides/write-a-rule.md */

import type { SigmaLevel } from './sigma/document.js';

export type LevelPoints = Readonly<Record<SigmaLevel, number>>;

/** Against the default threshold of 170: one critical rule is a threat, two high ones with a medium one are. */
export const LEVEL_POINTS: LevelPoints = { critical: 170, high: 70, medium: 30, low: 10, informational: 0 };

/** @param level  of a rule whose author says none, the middle one is taken */
export function pointsOfLevel(level: SigmaLevel | undefined, points: LevelPoints = LEVEL_POINTS): number {
  return points[level ?? 'medium'];
}
