/** A new enrolment: what is kept of it, and the code that is not. */

import type { EnrolmentRecord } from '../../app/access-ports.js';
import { hashSecret, newId, newSecret } from './secret.js';

export interface EnrolmentWish {
  /** Hosts that may enrol; empty = any. */
  readonly hosts: readonly string[];
  readonly uses: number;
  readonly nowMs: number;
  readonly by: string;
  readonly expiresMs: number;
}

export function makeEnrolment(wish: EnrolmentWish): { readonly record: EnrolmentRecord; readonly code: string } {
  const code = newSecret();
  const record: EnrolmentRecord = {
    id: newId(),
    codeHash: hashSecret(code),
    hosts: wish.hosts.map((host) => host.toLowerCase()),
    usesLeft: wish.uses,
    createdMs: wish.nowMs,
    createdBy: wish.by,
    expiresMs: wish.expiresMs,
  };
  return { record, code };
}
