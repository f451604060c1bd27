/** An event, or a record that is no event yet, as the plain evaluator reads it. */

import type { Event } from '../../../event/event.js';
import type { SigmaView } from '../evaluator.js';
import { textsIn } from '../value/field-value.js';
import { sigmaFieldName, sigmaFieldReader } from './sigma-field.js';

/** @param fieldNames  of the rule's log source: the event's name for a rule's name */
export function eventView(event: Event, fieldNames: ReadonlyMap<string, string> = new Map()): SigmaView {
  return {
    value: (field) => sigmaFieldReader(readerName(field, fieldNames)).read(event),
    texts: () => textsOfEvent(event),
  };
}

/** The name to read a rule's field by. */
export function readerName(field: string, fieldNames: ReadonlyMap<string, string>): string {
  return sigmaFieldName(fieldNames.get(field.toLowerCase()) ?? field);
}

/**
 * What keywords are sought in: every value, the rendered message included (without it 6 of 4,292 hits on recorded events were lost), and
 * what the envelope says of provider, channel, host and event id, which some shippers put among the fields and others do not.
 */
export function textsOfEvent(event: Event): string[] {
  const texts = textsIn(event.fields);
  texts.push(...envelopeTexts(event));
  return texts;
}

/** Always as many, in the same order. */
export function envelopeTexts({ provider, channel, computer, eventId }: Event): readonly string[] {
  return [provider, channel, computer, eventId === 0 ? '' : String(eventId)];
}
