/** What goes on, on ordinary hosts of an office: boots, people at work, tasks of the system, and the odd but honest work of administrators and developers. */

import { PROGRAMS as P, type Program } from './program.js';
import type { SimHost, SimProcess } from './sim-host.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const SERVICES = [
  'DcomLaunch',
  'RPCSS',
  'netsvcs',
  'LocalService',
  'NetworkService',
  'LocalSystemNetworkRestricted',
  'appmodel',
  'utcsvc',
  'wsappx',
];
const SITES = [
  ['www.bing.com', '204.79.197.200'],
  ['outlook.office365.com', '52.97.135.114'],
  ['teams.microsoft.com', '52.113.194.132'],
  ['www.wikipedia.org', '198.35.26.96'],
  ['news.ycombinator.com', '209.216.230.240'],
  ['www.baidu.com', '110.242.68.66'],
  ['cdn.jsdelivr.net', '104.16.85.20'],
  ['intranet.corp.example', '10.20.0.2'],
] as const;
const DOCUMENTS = [
  'budget-2026',
  'meeting-notes',
  'offer',
  'travel-plan',
  'report-q4',
  'contract-draft',
  'inventory',
  'roadmap',
];
const SYSTEM_TRACE =
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\Windows\\System32\\lsm.dll+10e93';

/** Plans the host from `fromMs` until `untilMs`: the boot within the first twenty minutes, then work by the hour of day. */
export function planOffice(host: SimHost, fromMs: number, untilMs: number): void {
  const bootMs = fromMs + host.random.integer(5 * SECOND_MS, 20 * MINUTE_MS);
  host.at(bootMs, () => {
    boot(host, bootMs);
    planSystem(host, bootMs + MINUTE_MS, untilMs);
    for (let dayMs = bootMs; dayMs < untilMs; dayMs += DAY_MS) {
      const startMs = dayMs + host.random.integer(2 * MINUTE_MS, 15 * MINUTE_MS);
      const endMs = Math.min(untilMs, startMs + 9 * HOUR_MS);
      planPerson(host, startMs, endMs);
    }
  });
}

/** Some hosts belong to administrators, some to developers; the rest to people with documents. */
export function kindOf(host: SimHost): 'administrator' | 'developer' | 'office' {
  if (host.index % 10 === 3) return 'administrator';
  return host.index % 5 === 1 ? 'developer' : 'office';
}

export function boot(host: SimHost, atMs: number): void {
  const { running } = host;
  const start = (
    role: string,
    parent: SimProcess | undefined,
    program: Program,
    line: string,
    afterMs: number,
  ): SimProcess => {
    const process = host.spawn(parent, program, line, atMs + afterMs);
    running.set(role, process);
    return process;
  };
  const system = start('system', undefined, P.system, 'System', 0);
  const smss = start('smss', system, P.smss, '\\SystemRoot\\System32\\smss.exe', 40);
  const smssChild = host.spawn(smss, P.smss, '\\SystemRoot\\System32\\smss.exe 000000d8 00000084', atMs + 90);
  start('csrss', smssChild, P.csrss, '%SystemRoot%\\system32\\csrss.exe ObjectDirectory=\\Windows', 120);
  const wininit = start('wininit', smssChild, P.wininit, 'wininit.exe', 150);
  host.exit(smssChild, atMs + 400);
  const services = start('services', wininit, P.services, 'C:\\Windows\\system32\\services.exe', 260);
  start('lsass', wininit, P.lsass, 'C:\\Windows\\system32\\lsass.exe', 280);
  for (const [index, name] of SERVICES.entries()) {
    start(`svchost:${name}`, services, P.svchost, `C:\\Windows\\system32\\svchost.exe -k ${name} -p`, 600 + index * 70);
  }
  start('spoolsv', services, P.spoolsv, 'C:\\Windows\\System32\\spoolsv.exe', 1_900);
  start('defender', services, P.defender, `"${P.defender.image}"`, 2_400);
  start('search', services, P.searchIndexer, 'C:\\Windows\\system32\\SearchIndexer.exe /Embedding', 5_200);
  start('agent', services, P.managementAgent, 'C:\\Windows\\CCM\\CcmExec.exe', 8_000);
  const winlogon = start('winlogon', smss, P.winlogon, 'winlogon.exe', 900);
  const session = { user: host.user, integrity: 'Medium', session: 1 };
  const userinit = host.spawn(winlogon, P.userinit, 'C:\\Windows\\system32\\userinit.exe', atMs + 30_000, session);
  const explorer = host.spawn(userinit, P.explorer, 'C:\\Windows\\Explorer.EXE', atMs + 30_600, session);
  running.set('explorer', explorer);
  host.exit(userinit, atMs + 42_000);
  const broker = host.process('svchost:DcomLaunch');
  for (const [index, program] of [P.runtimeBroker, P.backgroundTask, P.taskhostw].entries()) {
    host.brief(broker, program, `"${program.image}" -Embedding`, atMs + 34_000 + index * 900, 20 * MINUTE_MS, session);
  }
}

function planSystem(host: SimHost, fromMs: number, untilMs: number): void {
  const { random } = host;
  host.every(40 * SECOND_MS, fromMs, untilMs, (atMs) => {
    const source = host.process(`svchost:${random.pick(SERVICES)}`);
    const target = random.pick([...host.running.values()]);
    host.access(source, target, random.pick(['0x1000', '0x1000', '0x1400', '0x101000']), SYSTEM_TRACE, atMs);
  });
  host.every(3 * MINUTE_MS, fromMs, untilMs, (atMs) => {
    host.access(host.process('defender'), host.process('lsass'), '0x101000', SYSTEM_TRACE, atMs);
    host.access(host.process('csrss'), host.process('lsass'), '0x1fffff', SYSTEM_TRACE, atMs + 40);
  });
  host.every(90 * SECOND_MS, fromMs, untilMs, (atMs) => {
    const service = host.process(`svchost:${random.pick(SERVICES)}`);
    const task = random.hex(8);
    host.setValue(
      service,
      `HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\UserSettings\\S-1-5-21-${task}\\Sequence`,
      'DWORD (0x00000007)',
      atMs,
    );
    host.setValue(
      service,
      'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Reporting\\LastRun',
      'Binary Data',
      atMs + 15,
    );
  });
  host.every(6 * MINUTE_MS, fromMs, untilMs, (atMs) => {
    const service = host.process('svchost:DcomLaunch');
    host.brief(service, P.wmiprvse, 'C:\\Windows\\system32\\wbem\\wmiprvse.exe -Embedding', atMs, 90 * SECOND_MS);
    host.brief(
      service,
      P.dllhost,
      'C:\\Windows\\system32\\DllHost.exe /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}',
      atMs + 800,
      6 * SECOND_MS,
    );
  });
  host.every(50 * MINUTE_MS, fromMs, untilMs, (atMs) => {
    const scheduler = host.process('svchost:netsvcs');
    host.brief(scheduler, P.taskhostw, 'taskhostw.exe Install $(Arg0)', atMs, 30 * SECOND_MS);
    const updater = host.brief(
      scheduler,
      P.chromeUpdate,
      `"${P.chromeUpdate.image}" /ua /installsource scheduler`,
      atMs + 4_000,
      25 * SECOND_MS,
    );
    host.query(updater, 'update.googleapis.com', '142.250.185.131', atMs + 4_600);
    host.connect(updater, '142.250.185.131', 443, atMs + 4_700, 'update.googleapis.com');
  });
  host.every(3 * HOUR_MS, fromMs, untilMs, (atMs) => managementAgent(host, atMs));
  host.every(8 * HOUR_MS, fromMs, untilMs, (atMs) => install(host, atMs));
}

/** The management agent does by design what attackers do: encoded PowerShell, as SYSTEM, from a service. */
function managementAgent(host: SimHost, atMs: number): void {
  const agent = host.process('agent');
  host.connect(agent, '10.20.0.5', 443, atMs, 'sccm.corp.example');
  if (host.random.chance(0.4)) {
    const shell = host.brief(
      agent,
      P.powershell,
      `"${P.powershell.image}" -NoLogo -NonInteractive -NoProfile -ExecutionPolicy Bypass & 'C:\\Windows\\CCM\\SystemTemp\\${host.random.hex(8)}.ps1'`,
      atMs + 500,
      12 * SECOND_MS,
    );
    host.loadImage(
      shell,
      'C:\\Windows\\assembly\\NativeImages_v4.0.30319_64\\System.Management.Automation\\System.Management.Automation.ni.dll',
      atMs + 900,
    );
    host.pipe(17, shell, `\\PSHost.1338${atMs}.${shell.pid}.DefaultAppDomain.powershell`, atMs + 950);
  } else
    host.brief(agent, P.cscript, 'cscript.exe //nologo C:\\Windows\\CCM\\inventory.vbs', atMs + 500, 9 * SECOND_MS);
}

function install(host: SimHost, atMs: number): void {
  const services = host.process('services');
  const installer = host.brief(services, P.msiexec, 'C:\\Windows\\system32\\msiexec.exe /V', atMs, 3 * MINUTE_MS);
  for (let file = 0; file < 25; file++) {
    host.createFile(installer, `C:\\Program Files\\Vendor Suite\\module${file}.dll`, atMs + 2_000 + file * 160);
  }
  host.setValue(
    installer,
    'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{7D2B3E1D}\\DisplayName',
    'Vendor Suite',
    atMs + 9_000,
  );
  host.brief(
    host.process('svchost:DcomLaunch'),
    P.tiworker,
    `${P.tiworker.image} -Embedding`,
    atMs + 60_000,
    4 * MINUTE_MS,
  );
}

function planPerson(host: SimHost, fromMs: number, untilMs: number): void {
  const explorer = host.process('explorer');
  host.every(7 * MINUTE_MS, fromMs, untilMs, (atMs) => browse(host, explorer, atMs));
  host.every(25 * MINUTE_MS, fromMs, untilMs, (atMs) => openDocument(host, explorer, atMs));
  host.every(40 * MINUTE_MS, fromMs, untilMs, (atMs) => chat(host, explorer, atMs));
  host.at(fromMs, () => mail(host, explorer, fromMs, untilMs));
  switch (kindOf(host)) {
    case 'administrator':
      host.every(35 * MINUTE_MS, fromMs, untilMs, (atMs) => administer(host, explorer, atMs));
      break;
    case 'developer':
      host.every(12 * MINUTE_MS, fromMs, untilMs, (atMs) => develop(host, explorer, atMs));
      break;
    case 'office':
      host.every(2 * HOUR_MS, fromMs, untilMs, (atMs) => {
        host.brief(
          explorer,
          P.zip,
          `"${P.zip.image}" "${host.profileFolder}\\Downloads\\photos.zip"`,
          atMs,
          3 * MINUTE_MS,
        );
      });
  }
}

function browse(host: SimHost, explorer: SimProcess, atMs: number): void {
  const { random } = host;
  const program = random.chance(0.6) ? P.chrome : P.edge;
  const browser = host.brief(explorer, program, `"${program.image}"`, atMs, random.around(12 * MINUTE_MS));
  for (let tab = 0; tab < random.integer(2, 5); tab++) {
    const whenMs = atMs + 700 + tab * 2_300;
    const [name, ip] = random.pick(SITES);
    host.brief(
      browser,
      program,
      `"${program.image}" --type=renderer --lang=en-US --renderer-client-id=${tab + 5}`,
      whenMs,
      4 * MINUTE_MS,
      { integrity: 'Low' },
    );
    host.query(browser, name, ip, whenMs + 30);
    host.connect(browser, ip, 443, whenMs + 60, name);
    host.createFile(browser, `${host.profileFolder}\\AppData\\Local\\Temp\\cache-${random.hex(6)}.tmp`, whenMs + 400);
    host.pipe(
      17,
      browser,
      `\\mojo.${browser.pid}.${random.integer(1000, 9999)}.${random.integer(1, 1_000_000_000)}`,
      whenMs + 20,
    );
  }
}

function openDocument(host: SimHost, explorer: SimProcess, atMs: number): void {
  const { random } = host;
  const name = random.pick(DOCUMENTS);
  const [program, extension] = random.pick([
    [P.word, 'docx'],
    [P.excel, 'xlsx'],
    [P.acrobat, 'pdf'],
  ] as const);
  const path = `${host.profileFolder}\\Documents\\${name}.${extension}`;
  const editor = host.brief(explorer, program, `"${program.image}" /n "${path}"`, atMs, random.around(15 * MINUTE_MS));
  for (const [index, library] of ['mso.dll', 'riched20.dll', 'winspool.drv', 'samlib.dll'].entries()) {
    host.loadImage(editor, `C:\\Windows\\System32\\${library}`, atMs + 300 + index * 40);
  }
  host.createFile(editor, `${host.profileFolder}\\Documents\\~$${name}.${extension}`, atMs + 1_200);
  host.setValue(
    editor,
    `HKU\\S-1-5-21-1\\Software\\Microsoft\\Office\\16.0\\Common\\Open Find\\${name}`,
    path,
    atMs + 1_300,
  );
  if (random.chance(0.3)) host.brief(editor, P.splwow64, `${P.splwow64.image} 8192`, atMs + 60_000, 30 * SECOND_MS);
}

function mail(host: SimHost, explorer: SimProcess, atMs: number, untilMs: number): void {
  const outlook = host.brief(explorer, P.outlook, `"${P.outlook.image}"`, atMs, untilMs - atMs);
  host.every(8 * MINUTE_MS, atMs, untilMs, (whenMs) => {
    host.connect(outlook, '52.97.135.114', 443, whenMs, 'outlook.office365.com');
    host.createFile(
      outlook,
      `${host.profileFolder}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\${host.random.hex(8)}\\invite.ics`,
      whenMs + 200,
    );
  });
}

function chat(host: SimHost, explorer: SimProcess, atMs: number): void {
  const teams = host.brief(explorer, P.teams, `"${P.teams.image}" ms-teams:system-initiated`, atMs, 30 * MINUTE_MS);
  host.connect(teams, '52.113.194.132', 443, atMs + 900, 'teams.microsoft.com');
}

/** An administrator's day holds a little of what discovery looks like, never all of it at once. */
function administer(host: SimHost, explorer: SimProcess, atMs: number): void {
  const { random } = host;
  const shell = host.brief(explorer, P.cmd, `"${P.cmd.image}"`, atMs, 10 * MINUTE_MS, { integrity: 'High' });
  host.brief(
    shell,
    P.conhost,
    '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1',
    atMs + 60,
    10 * MINUTE_MS,
  );
  const checks: readonly (readonly [Program, string])[] = [
    [P.ipconfig, 'ipconfig /all'],
    [P.ping, `ping ${host.ip}`],
    [P.whoami, 'whoami'],
    [P.net, 'net user helpdesk'],
    [P.tasklist, 'tasklist /svc'],
    [P.netstat, 'netstat -ano'],
    [P.systeminfo, 'systeminfo'],
    [P.quser, 'quser /server:fs-01'],
  ];
  for (let turn = 0; turn < 2; turn++) {
    const [program, line] = random.pick(checks);
    host.brief(shell, program, line, atMs + 20_000 + turn * 40_000, 3 * SECOND_MS);
  }
  if (!random.chance(0.4)) return;
  const script = host.brief(
    explorer,
    P.powershell,
    `"${P.powershell.image}" -File C:\\Scripts\\report-disk-space.ps1`,
    atMs + 120_000,
    90 * SECOND_MS,
  );
  host.pipe(17, script, `\\PSHost.1339${atMs}.${script.pid}.DefaultAppDomain.powershell`, atMs + 120_500);
  host.connect(script, '10.20.0.7', 5985, atMs + 121_500, 'fs-01.corp.example');
}

function develop(host: SimHost, explorer: SimProcess, atMs: number): void {
  const { random } = host;
  const editor = host.brief(explorer, P.code, `"${P.code.image}" .`, atMs, 20 * MINUTE_MS);
  const shell = host.brief(
    editor,
    P.powershell,
    `"${P.powershell.image}" -NoExit -Command "try { . 'shellIntegration.ps1' } catch {}"`,
    atMs + 2_000,
    18 * MINUTE_MS,
  );
  const steps: readonly (readonly [Program, string])[] = [
    [P.git, 'git status --short'],
    [P.git, 'git fetch origin'],
    [P.node, 'node scripts/build.js'],
    [P.python, 'python -m pytest -q'],
    [P.compiler, 'cl.exe /c /O2 main.cpp'],
  ];
  for (let turn = 0; turn < random.integer(3, 8); turn++) {
    const [program, line] = random.pick(steps);
    const whenMs = atMs + 8_000 + turn * 45_000;
    const tool = host.brief(shell, program, line, whenMs, random.around(6 * SECOND_MS));
    host.createFile(tool, `${host.profileFolder}\\src\\build\\out-${random.hex(4)}.obj`, whenMs + 900);
    if (line.includes('fetch')) host.connect(tool, '140.82.121.3', 443, whenMs + 300, 'github.com');
  }
}
