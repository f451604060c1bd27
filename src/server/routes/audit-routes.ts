/** The audit log, read only. */

import type { AuditRecord } from '../../app/access-ports.js';
import { AuditPage, AuditQuery, PAGE_LIMIT_DEFAULT, type AuditEntry } from '../../contract/index.js';
import { pageShape } from '../shape/page.js';
import { iso } from '../shape/time.js';
import type { RouteContext } from './context.js';

export function auditRoutes({ app, parts }: RouteContext): void {
  app.get<{ Querystring: { limit?: number; cursor?: string; who?: string; action?: string } }>(
    '/audit',
    { schema: { summary: 'Who changed what, newest first', querystring: AuditQuery, response: { 200: AuditPage } } },
    ({ query }) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, who, action } = query;
      return pageShape(parts.access.audit({ who, action }, { limit, cursor }), auditShape);
    },
  );
}

function auditShape({
  id,
  timeMs,
  who,
  action,
  target,
  before,
  after,
  address,
}: AuditRecord & { readonly id: number }): AuditEntry {
  return { id, time: iso(timeMs), who, action, target, before, after, address };
}
