/** What a machine can be called. Pure. */

/** Same value as the contract's; the types hold it to that. */
const HOST_NAME_PATTERN: typeof import('../../../src/contract/index.js').HOST_NAME_PATTERN =
  '^[\\p{L}\\p{N}_][\\p{L}\\p{N}._:-]{0,254}$';
const HOST_NAME = new RegExp(HOST_NAME_PATTERN, 'u');

export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

/** Which machine a name means, as the engine has it: short and full names are of one machine, addresses are whole. */
export function machineOf(name: string): string {
  const lower = name.toLowerCase();
  if (lower.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(lower)) return lower;
  const dot = lower.indexOf('.');
  return dot > 0 ? lower.slice(0, dot) : lower;
}
