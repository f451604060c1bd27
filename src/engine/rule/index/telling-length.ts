/** How much a text says about the value it is found in: its length without what nearly every path, key or command line on Windows holds. */

const COMMON =
  /\\|\.exe|\.dll|c:|windows|system32|syswow64|program files|programdata|users|appdata|software|microsoft|currentversion|currentcontrolset|hklm|hku|machine/g;

/** @param text  lower case. 0 for `.exe` or `c:\windows\`, 5 for `\lsass.exe` */
export function tellingLength(text: string): number {
  return text.replace(COMMON, '').length;
}
