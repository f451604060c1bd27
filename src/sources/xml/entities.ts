/** Character references of XML. Only the five that every document has, and numbers: what a DTD declares is never read (billion laughs). */

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

const REFERENCE = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z_][\w.-]{0,63}));/g;

/** @returns `undefined` where the text names an entity that no document has by itself, or a number beyond Unicode */
export function decodeReferences(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let isKnown = true;
  const decoded = text.replace(REFERENCE, (whole, decimal?: string, hex?: string, name?: string) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? parseInt(hex, 16) : undefined;
    const value =
      code === undefined ? NAMED.get(name ?? '') : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (value === undefined) isKnown = false;
    return value ?? whole;
  });
  // A bare `&` is no XML, but some shippers write it; it can only stand for itself.
  return isKnown ? decoded : undefined;
}
