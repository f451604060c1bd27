/** An invented day of a host whose events name no process: a log cleared, a service installed. */

import type { Evidence, StoredEvent } from '../../../src/contract/index.js';
import { chainOf, hexId, type ChainData } from './chain-data.js';

export const HOST_EVENTS_ID = hexId(6, 0);
const OTHER_DAY_ID = hexId(7, 0);

interface Told {
  readonly rule: string;
  readonly en: string;
  readonly zh: string;
  readonly points: number;
  readonly technique: string;
  readonly windowsEventId: number;
  readonly channel: string;
  readonly fields: Record<string, string>;
}

const TOLD: readonly Told[] = [
  {
    rule: 'log-cleared',
    en: 'Security Log Cleared',
    zh: '',
    points: 170,
    technique: 'T1070.001',
    windowsEventId: 1102,
    channel: 'Security',
    fields: { SubjectUserName: 'li.wei', SubjectDomainName: 'CORP' },
  },
  {
    rule: '6f1c9a0e-52b7-4d3e-9d2f-0b8f2f5f7a11',
    en: 'Service Installed From A User Folder',
    zh: '',
    points: 90,
    technique: 'T1543.003',
    windowsEventId: 7045,
    channel: 'System',
    fields: { ServiceName: 'Updater', ImagePath: 'C:\\Users\\Public\\updater.exe' },
  },
];

export function hostEvents(nowMs: number): ChainData {
  const dayMs = Math.floor(nowMs / 86_400_000) * 86_400_000;
  const host = 'dc-01.corp.example';
  const plain = chainOf({ image: '', at: 0 }, { id: HOST_EVENTS_ID, host, baseMs: dayMs });
  const start = { ...plain.threat.start, image: '', commandLine: '', user: '', hashes: '', pid: 0, guid: '' };
  const time = (index: number): string => new Date(nowMs - (9 - index) * 60_000).toISOString();
  const events = TOLD.map((told, index): StoredEvent => ({
    id: `${index}`.repeat(16),
    position: 100 + index,
    host,
    time: time(index),
    received: time(index),
    action: null,
    windowsEventId: told.windowsEventId,
    channel: told.channel,
    processId: start.id,
    chainId: HOST_EVENTS_ID,
    targetProcessId: '',
    targetImage: '',
    targetHashes: '',
    rules: [told.rule],
    fields: told.fields,
  }));
  const evidence = TOLD.map((told, index): Evidence => {
    const [field, value] = Object.entries(told.fields)[0]!;
    return {
      kind: 'rule',
      key: `rule:${told.rule}`,
      title: told.en,
      titles: { en: told.en, zh: told.zh },
      points: told.points,
      pointsWithout: told.points,
      techniques: [told.technique],
      rule: told.rule,
      event: { id: events[index]!.id, time: time(index), action: null, file: null, line: 0 },
      process: { id: start.id, image: '', commandLine: '', pid: 0, guid: '' },
      matched: [{ field, value }],
    };
  });
  const yesterday = {
    ...events[0]!,
    id: 'e'.repeat(16),
    position: 1,
    chainId: OTHER_DAY_ID,
    channel: 'Of another day',
  };
  return {
    ...plain,
    threat: {
      ...plain.threat,
      kind: 'host',
      score: 260,
      first: time(0),
      last: time(1),
      techniques: TOLD.map(({ technique }) => technique),
      start,
      evidence,
    },
    events: new Map([[start.id, [yesterday, ...events]]]),
  };
}
