/**
 * Passwords as they are kept: scrypt with its costs in front, so that they can be raised later. `scrypt$65536$8$1$SALT$HASH`, base64url.
 * Costs: 64 MiB and about a fifth of a second for one guess.
 */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Costs {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallel: number;
}

const COSTS: Costs = { cost: 65536, blockSize: 8, parallel: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Each computation takes 64 MiB: two at a time, a few waiting, the rest refused. */
const RUNNING_MAX = 2;
const WAITING_MAX = 32;

export class PasswordsBusyError extends Error {
  override readonly name = 'PasswordsBusyError';
}

let running = 0;
const waiting: (() => void)[] = [];

/**
 * @param costs  other ones are for tests, where seconds of guessing protect nobody
 * @throws PasswordsBusyError where too many are being computed already
 */
export async function hashPassword(password: string, costs: Costs = COSTS): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, costs);
  return [
    'scrypt',
    costs.cost,
    costs.blockSize,
    costs.parallel,
    salt.toString('base64url'),
    hash.toString('base64url'),
  ].join('$');
}

/**
 * @param stored  `undefined` where there is no such person: then as much work is done as for a real one, and the answer is no
 * @throws PasswordsBusyError as `hashPassword`
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const parsed = stored === undefined ? undefined : parseStored(stored);
  if (parsed === undefined) {
    await derive(password, Buffer.alloc(SALT_BYTES), COSTS);
    return false;
  }
  return timingSafeEqual(await derive(password, parsed.salt, parsed.costs), parsed.hash);
}

function parseStored(stored: string): { costs: Costs; salt: Buffer; hash: Buffer } | undefined {
  const [algorithm, cost, blockSize, parallel, salt, hash] = stored.split('$');
  if (algorithm !== 'scrypt' || salt === undefined || hash === undefined) return undefined;
  const bytes = Buffer.from(hash, 'base64url');
  if (bytes.length !== HASH_BYTES) return undefined;
  return {
    costs: { cost: Number(cost), blockSize: Number(blockSize), parallel: Number(parallel) },
    salt: Buffer.from(salt, 'base64url'),
    hash: bytes,
  };
}

/** NFKC first: the same password typed on two systems may differ in its code points. */
async function derive(password: string, salt: Buffer, costs: Costs): Promise<Buffer> {
  await enter();
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const options = {
        N: costs.cost,
        r: costs.blockSize,
        p: costs.parallel,
        maxmem: 256 * costs.cost * costs.blockSize,
      };
      scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}

async function enter(): Promise<void> {
  if (running >= RUNNING_MAX) {
    if (waiting.length >= WAITING_MAX) throw new PasswordsBusyError('too many passwords are being checked at once');
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
}
