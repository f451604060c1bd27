/**
 * Reads an event's field by the name that Sigma rules give it: letter case and spaces do not matter (`Threat Name` = `ThreatName` =
 * `Threat_Name`), a dotted name also leads into maps (`userIdentity.arn`). Names of the record's envelope that rules use are read from the
 * event itself, whatever the record called them; so are Sigma's own names for parts of a field (`md5` for what `Hashes` says of it).
 */

import { canonicalName } from '../../../event/field-names.js';
import { fieldOf, type Event } from '../../../event/event.js';
import type { FieldReader } from '../../event-field.js';

/** By lower-cased name. An empty answer counts as missing. */
const ENVELOPE: ReadonlyMap<string, (event: Event) => unknown> = new Map<string, (event: Event) => unknown>([
  ['eventid', ({ eventId }) => eventId || undefined],
  ['channel', ({ channel }) => channel || undefined],
  ['provider_name', ({ provider }) => provider || undefined],
  ['computer', ({ computer }) => computer || undefined],
]);

/** The same where the record has no field of that name, and what Sigma has a name for and Sysmon has not. */
const ENVELOPE_OR_FIELD: ReadonlyMap<string, (event: Event) => unknown> = new Map<string, (event: Event) => unknown>([
  ['provider', ({ provider }) => provider || undefined],
  ['sourcename', ({ provider }) => provider || undefined],
  ['source', ({ provider }) => provider || undefined],
  ['eventlog', ({ channel }) => channel || undefined],
  ['logname', ({ channel }) => channel || undefined],
  ['computername', ({ computer }) => computer || undefined],
  ['hostname', ({ computer }) => computer || undefined],
  ['data', namelessData],
  ...['md5', 'sha1', 'sha256', 'imphash'].map(
    (algorithm) => [algorithm, (event: Event) => hashIn(event, algorithm)] as const,
  ),
]);

/** Names that expressions read in the same way share one spelling in the index; others are marked, so that the two are never mixed up. */
const OWN_MARK = '#sigma';

/** The name of the reader for a field as rules write it. */
export function sigmaFieldName(written: string): string {
  const lower = plainName(written);
  return canonicalName(lower) === undefined ? lower + OWN_MARK : lower;
}

/** @param name  what `sigmaFieldName` gave */
export function sigmaFieldReader(name: string): FieldReader {
  const lower = name.endsWith(OWN_MARK) ? name.slice(0, -OWN_MARK.length) : name;
  const envelope = ENVELOPE.get(lower);
  if (envelope !== undefined) return { name, read: envelope, spellingIn: () => ENVELOPE_SPELLING.get(lower)! };
  const canonical = canonicalName(lower);
  if (canonical !== undefined) return canonicalReader(name, lower, canonical);
  const fallback = ENVELOPE_OR_FIELD.get(lower);
  return {
    name,
    read(event) {
      const value = readAnySpelling(event, lower);
      return value === undefined ? fallback?.(event) : value;
    },
    spellingIn: (event) => findSpelling(event.fields, lower) ?? lower,
  };
}

const ENVELOPE_SPELLING: ReadonlyMap<string, string> = new Map([
  ['eventid', 'EventID'],
  ['channel', 'Channel'],
  ['provider_name', 'Provider_Name'],
  ['computer', 'Computer'],
]);

/** Sensors whose names the sources keep to the table need one look-up only. */
function canonicalReader(name: string, lower: string, canonical: string): FieldReader {
  const isInherited = canonical in Object.prototype;
  const fallback = ENVELOPE_OR_FIELD.get(lower);
  return {
    name,
    read(event) {
      const value = isInherited && !Object.hasOwn(event.fields, canonical) ? undefined : event.fields[canonical];
      if (value !== undefined || event.sensor !== 'other') return value;
      const other = readAnySpelling(event, lower);
      return other === undefined ? fallback?.(event) : other;
    },
    spellingIn: (event) =>
      Object.hasOwn(event.fields, canonical) ? canonical : (findSpelling(event.fields, lower) ?? canonical),
  };
}

function readAnySpelling(event: Event, lower: string): unknown {
  const spelling = findSpelling(event.fields, lower);
  if (spelling !== undefined) return event.fields[spelling];
  return lower.includes('.') ? readPath(event.fields, lower) : undefined;
}

/** First spelling in the record's order, so the answer does not depend on other events. */
function findSpelling(fields: Readonly<Record<string, unknown>>, lower: string): string | undefined {
  const { length } = lower;
  for (const key in fields) {
    if (key.length !== length && (key.length < length || !key.includes(' '))) continue;
    if ((plainName(key) === lower || isUnderscored(key, lower)) && Object.hasOwn(fields, key)) return key;
  }
  return undefined;
}

/** `a.b.c` through maps, however the path is split over their names. Names are as long as rules write them, so this ends. */
function readPath(fields: Readonly<Record<string, unknown>>, path: string): unknown {
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const spelling = findSpelling(fields, path.slice(0, dot));
    const inner = spelling === undefined ? undefined : fields[spelling];
    const found = readInside(inner, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function readInside(inner: unknown, path: string): unknown {
  if (Array.isArray(inner)) {
    const found = inner.map((item) => readInside(item, path)).filter((item) => item !== undefined);
    return found.length === 0 ? undefined : found;
  }
  if (typeof inner !== 'object' || inner === null) return undefined;
  const fields = inner as Readonly<Record<string, unknown>>;
  const spelling = findSpelling(fields, path);
  return spelling === undefined ? readPath(fields, path) : fields[spelling];
}

/** Logs of programs that name none of their data, or of which most do not. Lower case. */
const NAMELESS: ReadonlySet<string> = new Set(['windows powershell', 'application', 'msexchange management']);

/** Data without names, which rules ask for as `Data`, where a shipper brings the rendered message alone: it holds all of them. */
function namelessData(event: Event): unknown {
  return NAMELESS.has(event.channel.toLowerCase()) ? readAnySpelling(event, 'message') : undefined;
}

/** Sysmon writes `SHA1=…,MD5=…` into one text, in any order, and calls it `Hash` where it is a stream's. Names: Sigma taxonomy 2.1. */
function hashIn(event: Event, algorithm: string): string | undefined {
  const hashes = fieldOf(event, 'Hashes') ?? fieldOf(event, 'Hash');
  if (typeof hashes !== 'string') return undefined;
  for (const part of hashes.split(',')) {
    const mark = part.indexOf('=');
    if (mark !== -1 && part.slice(0, mark).trim().toLowerCase() === algorithm) return part.slice(mark + 1).trim();
  }
  return undefined;
}

/** Rules leave the spaces of a name out, or write `Feature_Name` for `Feature Name`. */
function isUnderscored(key: string, lower: string): boolean {
  return key.length === lower.length && key.includes(' ') && key.toLowerCase().replaceAll(' ', '_') === lower;
}

function plainName(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes(' ') ? lower.replaceAll(' ', '') : lower;
}
