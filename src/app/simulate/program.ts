/** Programs of the simulated hosts: what Sysmon says of an image. Hashes are made from the path, so the same file has the same hash everywhere. */

import { hash64 } from '../../engine/base/hash.js';

export interface Program {
  readonly image: string;
  readonly description: string;
  readonly product: string;
  readonly company: string;
  readonly originalFileName: string;
  readonly hashes: string;
}

const MICROSOFT = 'Microsoft Corporation';
const WINDOWS = 'Microsoft® Windows® Operating System';

export function program(image: string, changes: Partial<Omit<Program, 'image' | 'hashes'>> = {}): Program {
  const fileName = image.slice(image.lastIndexOf('\\') + 1);
  return {
    image,
    description: fileName.replace(/\.exe$/i, ''),
    product: WINDOWS,
    company: MICROSOFT,
    originalFileName: fileName,
    ...changes,
    hashes: hashesOf(`${image}|${changes.originalFileName ?? ''}`),
  };
}

/** As Sysmon writes them; not real digests, but as stable and as long. */
export function hashesOf(content: string): string {
  const hex = (length: number, seed: number): string => {
    let text = '';
    for (let turn = 0; text.length < length; turn++) {
      const { high, low } = hash64(content, seed + turn);
      text += high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
    }
    return text.slice(0, length).toUpperCase();
  };
  return `SHA1=${hex(40, 1)},MD5=${hex(32, 11)},SHA256=${hex(64, 21)},IMPHASH=${hex(32, 31)}`;
}

const system32 = (name: string): Program => program(`C:\\Windows\\System32\\${name}`);
const office = (name: string, product: string): Program =>
  program(`C:\\Program Files\\Microsoft Office\\root\\Office16\\${name}`, { product, description: product });
const foreign = (image: string, company: string, product: string): Program =>
  program(image, { company, product, description: product });

export const PROGRAMS = {
  system: { ...program('System'), hashes: '', originalFileName: '-' },
  smss: system32('smss.exe'),
  csrss: system32('csrss.exe'),
  wininit: system32('wininit.exe'),
  winlogon: system32('winlogon.exe'),
  services: system32('services.exe'),
  lsass: system32('lsass.exe'),
  svchost: system32('svchost.exe'),
  spoolsv: system32('spoolsv.exe'),
  userinit: system32('userinit.exe'),
  explorer: program('C:\\Windows\\explorer.exe', { originalFileName: 'EXPLORER.EXE' }),
  taskhostw: system32('taskhostw.exe'),
  runtimeBroker: system32('RuntimeBroker.exe'),
  backgroundTask: system32('backgroundTaskHost.exe'),
  dllhost: system32('dllhost.exe'),
  conhost: system32('conhost.exe'),
  wmiprvse: program('C:\\Windows\\System32\\wbem\\WmiPrvSE.exe', { originalFileName: 'Wmiprvse.exe' }),
  cmd: program('C:\\Windows\\System32\\cmd.exe', {
    originalFileName: 'Cmd.Exe',
    description: 'Windows Command Processor',
  }),
  powershell: program('C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', {
    originalFileName: 'PowerShell.EXE',
    description: 'Windows PowerShell',
  }),
  cscript: system32('cscript.exe'),
  wscript: system32('wscript.exe'),
  mshta: program('C:\\Windows\\System32\\mshta.exe', { originalFileName: 'MSHTA.EXE' }),
  rundll32: program('C:\\Windows\\System32\\rundll32.exe', { originalFileName: 'RUNDLL32.EXE' }),
  regsvr32: program('C:\\Windows\\System32\\regsvr32.exe', { originalFileName: 'REGSVR32.EXE' }),
  reg: system32('reg.exe'),
  net: system32('net.exe'),
  net1: system32('net1.exe'),
  nltest: program('C:\\Windows\\System32\\nltest.exe', { originalFileName: 'nltestrk.exe' }),
  whoami: system32('whoami.exe'),
  ipconfig: system32('ipconfig.exe'),
  systeminfo: program('C:\\Windows\\System32\\systeminfo.exe', { originalFileName: 'sysinfo.exe' }),
  tasklist: system32('tasklist.exe'),
  netstat: system32('netstat.exe'),
  ping: system32('PING.EXE'),
  quser: system32('quser.exe'),
  schtasks: program('C:\\Windows\\System32\\schtasks.exe', { originalFileName: 'schtasks.exe' }),
  sc: system32('sc.exe'),
  vssadmin: program('C:\\Windows\\System32\\vssadmin.exe', { originalFileName: 'VSSADMIN.EXE' }),
  wbadmin: program('C:\\Windows\\System32\\wbadmin.exe', { originalFileName: 'WBADMIN.EXE' }),
  bcdedit: system32('bcdedit.exe'),
  wevtutil: system32('wevtutil.exe'),
  certutil: program('C:\\Windows\\System32\\certutil.exe', { originalFileName: 'CertUtil.exe' }),
  bitsadmin: system32('bitsadmin.exe'),
  fodhelper: program('C:\\Windows\\System32\\fodhelper.exe', { originalFileName: 'FodHelper.EXE' }),
  ntdsutil: system32('ntdsutil.exe'),
  netsh: system32('netsh.exe'),
  splwow64: program('C:\\Windows\\splwow64.exe'),
  msiexec: program('C:\\Windows\\System32\\msiexec.exe', { originalFileName: 'msiexec.exe' }),
  tiworker: program('C:\\Windows\\servicing\\TiWorker.exe'),
  searchIndexer: system32('SearchIndexer.exe'),
  notepad: program('C:\\Windows\\System32\\notepad.exe', { originalFileName: 'NOTEPAD.EXE' }),
  wsmprovhost: system32('wsmprovhost.exe'),
  w3wp: program('C:\\Windows\\System32\\inetsrv\\w3wp.exe'),
  defender: program('C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.25110\\MsMpEng.exe'),
  word: office('WINWORD.EXE', 'Microsoft Word'),
  excel: office('EXCEL.EXE', 'Microsoft Excel'),
  outlook: office('OUTLOOK.EXE', 'Microsoft Outlook'),
  teams: foreign('C:\\Program Files\\WindowsApps\\MSTeams_25290\\ms-teams.exe', MICROSOFT, 'Microsoft Teams'),
  chrome: foreign('C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe', 'Google LLC', 'Google Chrome'),
  chromeUpdate: foreign('C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe', 'Google LLC', 'Google Update'),
  edge: foreign('C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe', MICROSOFT, 'Microsoft Edge'),
  acrobat: foreign('C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe', 'Adobe Inc.', 'Adobe Acrobat'),
  zip: foreign('C:\\Program Files\\7-Zip\\7zFM.exe', 'Igor Pavlov', '7-Zip'),
  managementAgent: foreign('C:\\Windows\\CCM\\CcmExec.exe', MICROSOFT, 'Configuration Manager'),
  code: foreign('C:\\Users\\Public\\Apps\\VS Code\\Code.exe', MICROSOFT, 'Visual Studio Code'),
  git: foreign('C:\\Program Files\\Git\\cmd\\git.exe', 'The Git Development Community', 'Git'),
  node: foreign('C:\\Program Files\\nodejs\\node.exe', 'OpenJS Foundation', 'Node.js'),
  python: foreign('C:\\Program Files\\Python312\\python.exe', 'Python Software Foundation', 'Python'),
  compiler: foreign('C:\\Program Files\\Microsoft Visual Studio\\2022\\VC\\bin\\cl.exe', MICROSOFT, 'Visual Studio'),
} as const satisfies Record<string, Program>;
