/** Text without regard to letter case, as Sigma compares it. Both sides go through here. */

/**
 * Lower case, unit for unit: the result is as long as the text, so that places in it are places in the text. Two
 * letters would break that or depend on their neighbours: `İ` (two units in lower case) stays as it is, and the final sigma is a sigma.
 */
export function foldText(text: string): string {
  const lower = text.includes('İ') ? text.split('İ').map(lowerOf).join('İ') : text.toLowerCase();
  return lower.includes('ς') ? lower.replaceAll('ς', 'σ') : lower;
}

function lowerOf(text: string): string {
  return text.toLowerCase();
}
