/** What an engine has the store write, with as little said as a test can bear. */

import type { ChainRecord, Effects, EventRecord, ProcessRecord } from '../../src/engine/effects.js';
import type { LedgerEntry, Threat } from '../../src/engine/score/threat.js';

export const NOTHING: Effects = {
  forgotten: [],
  removed: [],
  processes: [],
  chains: [],
  threats: [],
  withdrawn: [],
  aliases: [],
  events: [],
};

export function entry(key: string, points: number): LedgerEntry {
  return {
    kind: 'rule',
    key,
    title: { en: `rule ${key}`, zh: `规则 ${key}` },
    points,
    pointsWithout: points,
    techniques: ['T1059.001'],
    rule: key,
    rulesVersion: 'v1',
    policy: 1,
    event: { id: '0123456789abcdef', timeMs: 5_000, action: 'processcreate', file: undefined, line: 0 },
    matched: [{ field: 'Image', value: 'a.exe' }],
    process: { id: 'p1', image: 'a.exe', commandLine: 'a', pid: 1, guid: '' },
    exception: undefined,
  };
}

export function threat(id: string, score: number, change: Partial<Threat> = {}): Threat {
  return {
    id,
    kind: 'chain',
    host: 'fin-03',
    score,
    threshold: 170,
    active: true,
    firstMs: 1_000,
    lastMs: 5_000,
    techniques: ['T1059.001'],
    start: {
      id: 'p1',
      image: 'C:\\Windows\\System32\\cmd.exe',
      commandLine: 'cmd /c whoami',
      pid: 1,
      guid: '',
      user: 'CORP\\li',
      hashes: '',
      timeMs: 900,
    },
    evidence: [entry('rule:a', score)],
    ...change,
  };
}

export function chain(id: string, change: Partial<ChainRecord> = {}): ChainRecord {
  return {
    id,
    host: 'fin-03',
    startProcessId: 'p1',
    score: 10,
    active: true,
    processCount: 1,
    firstMs: 1,
    lastMs: 2,
    ...change,
  };
}

export function process(id: string, chainId: string, change: Partial<ProcessRecord> = {}): ProcessRecord {
  return {
    id,
    host: 'fin-03',
    chainId,
    parentId: '',
    pid: 4,
    guid: '{G}',
    image: 'a.exe',
    commandLine: 'a -b',
    user: 'u',
    integrityLevel: 'High',
    hashes: 'MD5=1',
    parentImage: 'p.exe',
    parentCommandLine: 'p',
    currentDirectory: 'C:\\',
    originalFileName: 'A.EXE',
    startMs: 100,
    endMs: 0,
    isRoot: false,
    isPlaceholder: false,
    points: 7.5,
    ...change,
  };
}

export function eventRow(at: number, processId: string, change: Partial<EventRecord> = {}): EventRecord {
  return {
    position: at,
    eventId: '00000000000000ff',
    host: 'fin-03',
    timeMs: at * 1_000,
    action: 'imageload',
    windowsEventId: 7,
    channel: 'Microsoft-Windows-Sysmon/Operational',
    processId,
    chainId: 'c1',
    targetProcessId: '',
    targetImage: '',
    targetHashes: '',
    rules: [],
    ...change,
  };
}
