/** Reads an event's fields as rules name them: in lower case. Original values; `event-scope.ts` folds them. */

import { canonicalName, LOOK_ALIKES } from '../event/field-names.js';
import type { Event } from '../event/event.js';

/**
 * Names that every event has whatever its record calls them. They win over fields of the same name (Windows' firewall writes an `Action`,
 * shippers a `host` of their own), and are `''` where the record gives nothing.
 */
export const PSEUDO_FIELDS = ['action', 'eventid', 'channel', 'provider', 'host'] as const;

type PseudoField = (typeof PSEUDO_FIELDS)[number];

const PSEUDO: Readonly<Record<PseudoField, (event: Event) => unknown>> = {
  action: (event) => event.action ?? '',
  eventid: (event) => event.eventId,
  channel: (event) => event.channel,
  provider: (event) => event.provider,
  host: (event) => event.host,
};

export function isPseudoField(name: string): name is PseudoField {
  return Object.hasOwn(PSEUDO, name);
}

/** Reads one field of any event. Made once for each name that some rule uses. */
export interface FieldReader {
  /** Lower case, as rules have it. */
  readonly name: string;
  /** As the event holds it; `undefined` where absent. */
  read(event: Event): unknown;
  /** The name to show: the sensor's spelling. */
  spellingIn(event: Event): string;
}

export function fieldReader(name: string): FieldReader {
  if (isPseudoField(name)) return { name, read: PSEUDO[name], spellingIn: () => name };
  const canonical = canonicalName(name);
  if (canonical !== undefined) return canonicalReader(name, canonical);
  return {
    name,
    read(event) {
      const spelling = findSpelling(event, name);
      return spelling === undefined ? undefined : event.fields[spelling];
    },
    spellingIn: (event) => findSpelling(event, name) ?? name,
  };
}

/** Sources spell the names of the table as the table does, so one look-up is enough. */
function canonicalReader(name: string, canonical: string): FieldReader {
  const isInherited = canonical in Object.prototype;
  return {
    name,
    read(event) {
      // A name that `Object.prototype` lacks cannot be inherited: the check for an own property would cost as much as the read itself.
      if (isInherited && !Object.hasOwn(event.fields, canonical)) return undefined;
      return event.fields[canonical];
    },
    spellingIn: () => canonical,
  };
}

/** First spelling in the record's order, so the answer does not depend on other events. Comparing lengths first spares most of the folding. */
function findSpelling(event: Event, name: string): string | undefined {
  for (const key in event.fields) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    if (Object.hasOwn(event.fields, key) && !LOOK_ALIKES.has(key)) return key;
  }
  return undefined;
}
