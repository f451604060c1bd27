/** What the audit log says where somebody with access to the data folder made a change. */

import type { AccessStore } from '../app/access-ports.js';

export const COMMAND_LINE = 'command line';

export function noteChange(access: AccessStore, action: string, target: string, before: unknown, after: unknown): void {
  access.addAudit({ timeMs: Date.now(), who: COMMAND_LINE, action, target, before, after, address: '' });
}
