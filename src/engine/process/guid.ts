/** Sysmon's ProcessGuid: braces or none, any case; all zeros means none. */

const ZERO = '00000000-0000-0000-0000-000000000000';
const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lower case without braces, `''` for zeros and for what is no GUID. */
export function normaliseGuid(raw: string): string {
  const bare = (raw.startsWith('{') && raw.endsWith('}') ? raw.slice(1, -1) : raw).toLowerCase();
  return bare !== ZERO && FORM.test(bare) ? bare : '';
}

/** As Sysmon writes it, from the form that `normaliseGuid` gives. */
export function displayGuid(bare: string): string {
  return bare === '' ? '' : `{${bare.toUpperCase()}}`;
}

const EARLIEST_SECONDS = 946_684_800; // 2000-01-01, before any Sysmon
const LATEST_SECONDS = 4_102_444_800; // 2100-01-01

/**
 * Start of the process in UTC milliseconds, to the second, as the GUID's second and third groups hold it (low half first); 0 where they hold
 * no plausible time. Source: layout of Sysmon's GUIDs (machine, start time, token), seen to hold over all recorded events we have.
 *
 * @param displayed  as `displayGuid` gives it
 */
export function startFromGuid(displayed: string): number {
  if (displayed === '') return 0;
  const seconds = parseInt(displayed.slice(15, 19) + displayed.slice(10, 14), 16);
  return seconds >= EARLIEST_SECONDS && seconds < LATEST_SECONDS ? seconds * 1000 : 0;
}
