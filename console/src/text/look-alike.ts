/**
 * Finds file names that only look like a Windows program's. A name's skeleton maps each look-alike letter to the Latin one it imitates
 * (the part of Unicode TR 39's confusables that Latin file names can be built from); the original letters are named so that the eye can check.
 */

import { codePointLabel } from './escape.js';

/** Cyrillic, Greek, Armenian and numeral letters that common fonts draw like the Latin letter on the left. */
const IMITATIONS: readonly (readonly [string, string])[] = [
  ['a', 'аɑα'],
  ['b', 'ƅ'],
  ['c', 'сϲⅽ'],
  ['d', 'ԁⅾ'],
  ['e', 'еҽ'],
  ['g', 'ɡց'],
  ['h', 'һհ'],
  ['i', 'іɩι'],
  ['j', 'јϳ'],
  ['k', 'кκ'],
  ['l', 'ӏⅼ'],
  ['m', 'мⅿ'],
  ['n', 'ոп'],
  ['o', 'оοօ'],
  ['p', 'рρ'],
  ['q', 'ԛգ'],
  ['r', 'г'],
  ['s', 'ѕ'],
  ['t', 'тτ'],
  ['u', 'υս'],
  ['v', 'νѵⅴ'],
  ['w', 'ԝѡω'],
  ['x', 'хχⅹ'],
  ['y', 'уγү'],
  ['z', 'ᴢ'],
];

const LATIN = new Map(IMITATIONS.flatMap(([latin, letters]) => [...letters].map((letter) => [letter, latin] as const)));

/** Programs whose names are worth imitating. */
const PROGRAMS: ReadonlySet<string> = new Set(
  (
    'cmd conhost csrss dllhost dwm explorer iexplore lsass lsm mshta msiexec notepad powershell pwsh reg regsvr32 rundll32 runtimebroker ' +
    'schtasks services sihost smss spoolsv svchost taskhost taskhostw taskmgr userinit wininit winlogon wmic wmiprvse wscript cscript chrome ' +
    'firefox msedge outlook winword excel teams onedrive'
  )
    .split(' ')
    .map((name) => `${name}.exe`),
);

export interface LookAlike {
  readonly program: string;
  readonly letter: string;
  readonly label: string;
}

/** `undefined` unless the file name differs from a known program's name and looks the same. */
export function lookAlikeOf(path: string): LookAlike | undefined {
  const name = path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1).toLowerCase();
  if (name.length > 64) return undefined;
  let skeleton = '';
  let odd: string | undefined;
  for (const letter of name.normalize('NFKC')) {
    const latin = LATIN.get(letter);
    if (latin !== undefined) odd ??= letter;
    skeleton += latin ?? letter;
  }
  if (odd === undefined || !PROGRAMS.has(skeleton)) return undefined;
  return { program: skeleton, letter: odd, label: codePointLabel(odd.codePointAt(0) ?? 0) };
}
