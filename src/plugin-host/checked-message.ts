/** A message from a worker process, made whole before it is read: whatever code runs there could have sent it. */

import { messageOf } from './thrown.js';
import type { FromWorker } from './worker/protocol.js';

const PAGE_LENGTH_MAX = 1024 * 1024;
const TEXT_MAX = 500;

/** Manifest and evidence stay unchecked: they have checks of their own. @returns `undefined` for what is no message */
export function checkedMessage(value: unknown): FromWorker | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const message = value as Readonly<Record<string, unknown>>;
  switch (message['kind']) {
    case 'started':
    case 'late':
      return value as FromWorker;
    case 'refused':
    case 'dying':
      return { kind: message['kind'], reason: textOf(message['reason']) };
    case 'log':
      return { kind: 'log', message: textOf(message['message']) };
    case 'page': {
      const { html } = message;
      return { kind: 'page', html: typeof html === 'string' && html.length <= PAGE_LENGTH_MAX ? html : undefined };
    }
    case 'done': {
      const { faults, lastFault, evidence, dropped } = message;
      return {
        kind: 'done',
        faults: countOf(faults),
        lastFault: lastFault === undefined ? undefined : textOf(lastFault),
        evidence: Array.isArray(evidence) ? evidence : [],
        dropped: countOf(dropped),
      };
    }
    default:
      return undefined;
  }
}

function textOf(value: unknown): string {
  return messageOf(value).slice(0, TEXT_MAX);
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0;
}
