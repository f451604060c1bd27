/** A token as the API shows it: without its secret and without the secret's hash. */

import type { TokenRecord } from '../../app/access-ports.js';
import type { Token } from '../../contract/index.js';
import { iso, isoOrNull } from './time.js';

export function tokenShape(record: TokenRecord): Token {
  return {
    id: record.id,
    name: record.name,
    role: record.role,
    hosts: [...record.hosts],
    created: iso(record.createdMs),
    createdBy: record.createdBy,
    lastUsed: isoOrNull(record.lastUsedMs),
    expires: isoOrNull(record.expiresMs),
  };
}
