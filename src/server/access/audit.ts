/** Writes who changed what, from where, next to the change. */

import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../../app/access-ports.js';
import type { Clock } from '../../app/ports.js';
import { auditName } from './identity.js';

export interface Change {
  readonly action: string;
  readonly target: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** Only where nobody is signed in yet. */
  readonly who?: string;
}

export type Audit = (request: FastifyRequest, change: Change) => void;

export function auditWith(log: AuditLog, clock: Clock): Audit {
  return (request, { action, target, before, after, who }) =>
    log.addAudit({
      timeMs: clock.nowMs(),
      who: who ?? (request.identity === undefined ? '' : auditName(request.identity)),
      action,
      target,
      before: before ?? null,
      after: after ?? null,
      address: request.ip,
    });
}
