/** Which texts of rules may become links. Rules come from strangers: what is read must be where the link leads. Pure. */

const LONGEST = 500;

/**
 * The address that `text` leads to.
 *
 * @returns `undefined` unless it is plain `https` in printable ASCII, without a name before the host and without a backslash
 */
export function safeAddress(text: string): string | undefined {
  if (text.length > LONGEST || !/^https:\/\/[a-z0-9][!-[\]-~]*$/i.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : undefined;
}
