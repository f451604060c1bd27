/** The one promise that every test which makes a threat checks: the ledger adds up to the score. */

import { expect } from 'vitest';
import type { Report } from '../../src/app/report/report.js';
import type { Threat } from '../../src/engine/score/threat.js';

/** @returns the threats, so that a test can go on with them */
export function withLedgersChecked(threats: readonly Threat[]): readonly Threat[] {
  for (const threat of threats) {
    const sum = threat.evidence.reduce((total, entry) => total + entry.points, 0);
    expect(sum, `ledger of threat ${threat.id} on ${threat.host}`).toBe(threat.score);
    const keys = threat.evidence.map((entry) => entry.key);
    expect(new Set(keys).size, `keys of threat ${threat.id} are unique`).toBe(keys.length);
    for (const entry of threat.evidence) if (entry.exception !== undefined) expect(entry.points).toBe(0);
  }
  return threats;
}

/** The same promise for a report. */
export function withReportChecked(report: Report): Report {
  for (const threat of report.threats) {
    const sum = threat.evidence.reduce((total, entry) => total + entry.points, 0);
    expect(sum, `ledger of threat ${threat.id} on ${threat.host}`).toBe(threat.score);
  }
  return report;
}
