/** What the service's answers mean. Shape: MetaDefender's v4 API, `GET /v4/hash/{hash}` and `GET /v4/ip/{address}`. Anything else means nothing. */

export type Verdict = 'bad' | 'good' | 'unknown';

/** Infected, suspicious, on the service's block list. Source: OPSWAT, "Description of scan result codes". */
const BAD_RESULTS: ReadonlySet<number> = new Set([1, 2, 8]);
/** No threat found, on the service's allow list. */
const GOOD_RESULTS: ReadonlySet<number> = new Set([0, 7]);

/** @returns `undefined` if the answer cannot be understood: it is not kept, and asked again another time */
export function hashVerdict(status: number, text: string): Verdict | undefined {
  if (status === 404) return 'unknown';
  const result = numberIn(parsed(status, text), 'scan_results', 'scan_all_result_i');
  if (result === undefined) return undefined;
  // Not scanned, failed, encrypted: the service knows the file and cannot say anything of it.
  return BAD_RESULTS.has(result) ? 'bad' : GOOD_RESULTS.has(result) ? 'good' : 'unknown';
}

export function addressVerdict(status: number, text: string): Verdict | undefined {
  if (status === 404) return 'unknown';
  const detected = numberIn(parsed(status, text), 'lookup_results', 'detected_by');
  if (detected === undefined || detected < 0) return undefined;
  return detected > 0 ? 'bad' : 'good';
}

function parsed(status: number, text: string): unknown {
  if (status !== 200) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Rubbish is an answer that means nothing.
    return undefined;
  }
}

function numberIn(value: unknown, part: string, name: string): number | undefined {
  const found = own(own(value, part), name);
  return typeof found === 'number' ? found : undefined;
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
