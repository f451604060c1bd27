/** Addresses of listeners: how they are shown, whether others can reach them, and what Node says when they cannot be had. */

import { isIP } from 'node:net';
import { CommandError } from '../exit.js';
import type { Address } from '../settings.js';

/** Only this machine can reach it. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

export function addressText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** For a person at this machine: "every address" is shown as the loopback one. */
export function addressUrl({ host, port }: Address, isTls: boolean): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${isTls ? 'https' : 'http'}://${addressText({ host: reachable, port })}`;
}

/** @param flag  how another address is chosen. @returns a sentence for whoever starts the server; other errors as they are */
export function listenError(error: unknown, address: Address, flag: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const { host, port } = address;
  switch (code) {
    case 'EADDRINUSE':
      return new CommandError(
        `Port ${port} of ${host} is taken by another program. Stop it, or choose another with ${flag}.`,
      );
    case 'EACCES':
      return new CommandError(`Port ${port} may not be used by this account. Choose one from 1024 up with ${flag}.`);
    case 'EADDRNOTAVAIL':
      return new CommandError(`${host} is not an address of this machine. Choose another with ${flag}.`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new CommandError(`There is no address for the name ${host}. Choose another with ${flag}.`);
    default:
      return error;
  }
}
