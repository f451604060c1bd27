/** How much a text says about the value it is found in: its length, where words that many values hold count little. */

/** In nearly every path, key or command line on Windows; alone they say nothing. */
const EVERYWHERE = /\\|\.exe|\.dll|c:|hklm|hku/g;

/** Words that many values hold, one of which says as much as one letter. */
const COMMON =
  /windows|system32|syswow64|program files|programdata|users|appdata|software|microsoft|currentversion|currentcontrolset|controlset|control|services|machine|powershell|svchost|explorer|services|rundll32|kernel32|kernelbase|ntdll|unknown|environment|invoke|object|command|script|hidden|system\.|true|false/g;

/** @param text  lower case. 0 for `.exe` or `c:\`, 1 for `c:\windows\`, 5 for `\lsass.exe` */
export function tellingLength(text: string): number {
  return text.replace(EVERYWHERE, '').replace(COMMON, ' ').length;
}
