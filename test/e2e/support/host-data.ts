/** What is known of hosts' streams, for the console's tests: one host of which all is known, others whose logs are whole. */

import type { Completeness, Host, HostChannel, HostDetail } from '../../../src/contract/index.js';

const MINUTE_MS = 60_000;
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

export function hostDetail(host: Host, nowMs: number): HostDetail {
  const time = (minutesAgo: number): string => new Date(nowMs - minutesAgo * MINUTE_MS).toISOString();
  const whole: HostChannel = {
    name: SYSMON,
    kind: 'whole',
    records: host.events,
    first: host.firstSeen,
    last: host.lastSeen,
    missing: 0,
    gaps: [],
    olderGaps: 0,
    olderMissing: 0,
    restarts: 0,
    silentSince: null,
  };
  const isOdd = host.missing > 0;
  const gap = (first: number, last: number, from: number, to: number): HostChannel['gaps'][number] => ({
    firstNumber: first,
    lastNumber: last,
    missing: last - first + 1,
    from: time(from),
    to: time(to),
  });
  return {
    ...host,
    stream: {
      usualGapSeconds: 45,
      usualPauseSeconds: isOdd ? 50_400 : 0,
      lagSeconds: isOdd ? -7200 : 2.4,
      channels: isOdd
        ? [
            { ...whole, missing: 42, gaps: [gap(5000, 5000, 400, 399), gap(7001, 7041, 90, 80)], restarts: 1 },
            { ...whole, name: 'Security', kind: 'part' },
            { ...whole, name: 'System', silentSince: time(300) },
          ]
        : [whole],
      marks: isOdd
        ? [
            { kind: 'cleared', channel: 'Security', at: time(500), seconds: null, number: null },
            { kind: 'set-back', channel: '', at: time(120), seconds: 3600, number: null },
          ]
        : [],
      marksDropped: 0,
      bursts: isOdd ? [{ received: time(60), until: time(59), from: time(200), to: time(70), events: 212 }] : [],
      future: isOdd ? { events: 3, aheadSeconds: 7260, first: time(50), last: time(40) } : null,
      unnumbered: 0,
    },
  };
}

/** More than is shown at once. */
export function limitedView(nowMs: number): Completeness {
  const time = (minutesAgo: number): string => new Date(nowMs - minutesAgo * MINUTE_MS).toISOString();
  return {
    state: 'limited',
    notes: [
      { kind: 'missing', channel: SYSMON, from: time(40), to: time(38), events: 41 },
      { kind: 'set-back', channel: '', from: time(95), to: time(35), events: 0 },
      { kind: 'silent', channel: '', from: null, to: time(20), events: 0 },
      { kind: 'late', channel: '', from: time(45), to: time(44), events: 1 },
    ],
  };
}
