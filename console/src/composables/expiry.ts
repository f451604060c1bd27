/** How long something is to hold, as people choose it. */

const DAY_MS = 86_400_000;

/** Days. */
export type Expiry = 'never' | '7' | '30' | '90' | '365';

/** Chosen now, the time at which it ends; `undefined`: never. */
export function endOf(expiry: Expiry): Date | undefined {
  return expiry === 'never' ? undefined : new Date(Date.now() + Number(expiry) * DAY_MS);
}

/** As a request states it. */
export function expiryIn(expiry: Expiry): { readonly expires?: string } {
  const end = endOf(expiry);
  return end === undefined ? {} : { expires: end.toISOString() };
}
