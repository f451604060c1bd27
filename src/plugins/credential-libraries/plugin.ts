/**
 * Tools that take credentials out of Windows load, into one process, a set of libraries that ordinary programs do not load together. The
 * original counted 17 of its list; common programs reach that too, so here libraries that few programs load must be among them, and the system's
 * own programs are left out. List, counts and points are settings.
 *
 * Everything is decided by what the load events themselves say, so the finding is the same in whatever order they come.
 */

import {
  definePlugin,
  isEventBefore,
  normaliseGuid,
  textOf,
  type EvidenceEvent,
  type PluginCall,
} from '../../plugin-sdk/index.js';

/** Facts: libraries seen in processes that run credential tools. */
const LIBRARIES: readonly string[] = [
  'advapi32.dll',
  'bcrypt.dll',
  'cfgmgr32.dll',
  'crypt32.dll',
  'cryptdll.dll',
  'cryptsp.dll',
  'dpapi.dll',
  'fltlib.dll',
  'gdi32.dll',
  'hid.dll',
  'imm32.dll',
  'logoncli.dll',
  'lsasrv.dll',
  'msasn1.dll',
  'ncrypt.dll',
  'netapi32.dll',
  'netutils.dll',
  'ntdsapi.dll',
  'ntasn1.dll',
  'rpcrt4.dll',
  'rsaenh.dll',
  'samlib.dll',
  'secur32.dll',
  'setupapi.dll',
  'shlwapi.dll',
  'srvcli.dll',
  'sspicli.dll',
  'userenv.dll',
  'vaultcli.dll',
  'version.dll',
  'winscard.dll',
  'winsta.dll',
  'wkscli.dll',
];

/** Of these, ordinary programs outside the system's folders load at most three. */
const RARE: readonly string[] = [
  'cryptdll.dll',
  'fltlib.dll',
  'hid.dll',
  'logoncli.dll',
  'lsasrv.dll',
  'ntdsapi.dll',
  'samlib.dll',
  'vaultcli.dll',
  'winscard.dll',
  'winsta.dll',
];

const ORDINARY: readonly string[] = [
  'c:\\windows\\explorer.exe',
  'c:\\windows\\system32\\',
  'c:\\windows\\systemapps\\',
  'c:\\windows\\syswow64\\',
  'c:\\windows\\winsxs\\',
  'c:\\program files\\',
  'c:\\program files (x86)\\',
];

const RUN_FOR_OTHERS: readonly string[] = [
  'cscript.exe',
  'installutil.exe',
  'msbuild.exe',
  'mshta.exe',
  'powershell.exe',
  'pwsh.exe',
  'regsvr32.exe',
  'rundll32.exe',
  'wscript.exe',
];

const DAY_MS = 86_400_000;

export default definePlugin({
  name: 'credential-libraries',
  version: '1.0.0',
  title: { en: 'Credential-dumping libraries', zh: '凭据窃取库集合' },
  description: {
    en: 'One process that loads the libraries which credential-dumping tools need, the rare ones among them.',
    zh: '单个进程加载了凭据窃取工具所需的一组库，其中包含少见的库。',
  },
  settings: {
    points: 300,
    libraries: LIBRARIES,
    /** Distinct libraries of the list. */
    atLeast: 17,
    rareLibraries: RARE,
    /** Of the rare ones; 0 gives the original's test. */
    rareAtLeast: 5,
    /** Programs whose path begins so are left out. */
    ordinaryPaths: ORDINARY,
    /** File names of programs that are judged all the same: they run what others give them. */
    runForOthers: RUN_FOR_OTHERS,
  },

  init({ settings }) {
    const { points, atLeast, rareAtLeast } = settings;
    if (!(points >= 0)) throw new RangeError('The setting points must not be negative.');
    if (!Number.isInteger(atLeast) || atLeast < 1)
      throw new RangeError('The setting atLeast must be a whole number from 1.');
    if (!Number.isInteger(rareAtLeast) || rareAtLeast < 0)
      throw new RangeError('The setting rareAtLeast must be a whole number from 0.');
    const rare = lowerCase(settings.rareLibraries);
    const listed = new Set([...lowerCase(settings.libraries), ...rare]);
    const ordinary = [...lowerCase(settings.ordinaryPaths)];
    const runForOthers = lowerCase(settings.runForOthers);

    const isOrdinary = (image: string): boolean =>
      ordinary.some((path) => image.startsWith(path)) && !runForOthers.has(fileNameOf(image));

    /** The load with which both numbers were reached. */
    const completing = (loads: ReadonlyMap<string, EvidenceEvent>): EvidenceEvent | undefined => {
      if (loads.size < atLeast) return undefined;
      let rareSeen = 0;
      const ordered = [...loads].sort(([, one], [, other]) => (isEventBefore(one, other) ? -1 : 1));
      for (const [index, [name, event]] of ordered.entries()) {
        if (rare.has(name)) rareSeen++;
        if (index + 1 >= atLeast && rareSeen >= rareAtLeast) return event;
      }
      return undefined;
    };

    return {
      actions: new Set(['imageload'] as const),
      seesRepeats: true,
      processAction(call) {
        const name = fileNameOf((textOf(call.event, 'ImageLoaded') ?? '').toLowerCase());
        if (!listed.has(name) || !isNamedByGuid(call)) return;
        if (isOrdinary((textOf(call.event, 'Image') ?? '').toLowerCase())) return;
        const loads = loadsOf(call);
        const event = call.eventRef();
        const known = loads.get(name);
        if (known !== undefined && !isEventBefore(event, known)) return;
        loads.set(name, event);
        const decisive = completing(loads);
        if (decisive === undefined) return;
        call.addEvidence({
          key: 'set',
          points,
          event: decisive,
          title: { en: 'Loads the libraries of a credential dumper', zh: '加载了凭据窃取工具的库集合' },
          techniques: ['T1003'],
          matched: [{ field: 'ImageLoaded', value: [...loads.keys()].sort().join(', ') }],
        });
      },
    };
  },
});

/** The earliest load of each library. A root process lives for weeks and is judged by the day. */
function loadsOf({ processMemory, process, event }: PluginCall): Map<string, EvidenceEvent> {
  const key = process.isRoot ? `loads of day ${Math.floor(event.timeMs / DAY_MS)}` : 'loads';
  let loads = processMemory.get(key) as Map<string, EvidenceEvent> | undefined;
  if (loads === undefined) processMemory.set(key, (loads = new Map()));
  return loads;
}

/** Which process a pid means depends on what was seen before; a GUID, as Sysmon always gives it, does not. */
function isNamedByGuid({ event }: PluginCall): boolean {
  return normaliseGuid(textOf(event, 'ProcessGuid') ?? '') !== '';
}

function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1);
}

function lowerCase(names: readonly string[]): Set<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
