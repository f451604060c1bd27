/** What a machine can be called. Pure. */

/** Same value as the contract's; the types hold it to that. */
const HOST_NAME_PATTERN: typeof import('../../../src/contract/index.js').HOST_NAME_PATTERN =
  '^[\\p{L}\\p{N}_][\\p{L}\\p{N}._:-]{0,254}$';
const HOST_NAME = new RegExp(HOST_NAME_PATTERN, 'u');

export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}
