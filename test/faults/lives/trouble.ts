/** Failures that a life meets, chosen by its chance; each is over after a while. */

import { AppError } from '../../../src/app/app-error.js';
import type { Chance, CutDisk, DiskOperation } from '../../support/cut-disk.js';

export type DiskFault = CutDisk['fault'];

export const NO_FAULT: DiskFault = () => undefined;

/** After some operations, some fail; of a full disk only those that write. @param onFault  told of each that failed */
export function diskFault(chance: Chance, onFault: () => void): DiskFault {
  const kind = chance();
  const isFull = kind < 0.4;
  // A full disk may break as well, and one that breaks may have room again for a moment.
  const isErratic = kind > 0.8;
  let before = Math.floor(chance() * 40);
  let failing = 1 + Math.floor(chance() * 6);
  return (operation: DiskOperation) => {
    if (before-- > 0 || (isFull && operation !== 'write') || failing <= 0) return undefined;
    if (isErratic && chance() < 0.5) return undefined;
    failing--;
    onFault();
    return injected(isFull || (isErratic && operation === 'write') ? 'ENOSPC' : 'EIO');
  };
}

/** After some commits, some cannot be written. */
export function stateFault(chance: Chance): () => Error | undefined {
  let before = Math.floor(chance() * 4);
  let failing = 1 + Math.floor(chance() * 4);
  return () => {
    if (before-- > 0 || failing-- <= 0) return undefined;
    return new AppError('STORE_FAILED', 'disk I/O error');
  };
}

function injected(code: string): Error {
  return Object.assign(new Error(`${code}: made for the test`), { code, isInjected: true });
}

/** Not a fault of the program: what the world did to it, told by itself or in the words of the program. */
export function isOfTheWorld(error: unknown): boolean {
  return error instanceof AppError || (error instanceof Error && 'isInjected' in error);
}
