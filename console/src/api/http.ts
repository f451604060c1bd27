/** One way to the server: JSON in and out, the session's cookie, the header that proves a change was meant, problems as errors. */

import type { Problem } from '../../../src/contract/index.js';

/** Same values as `API_PREFIX` and `CSRF_HEADER` of the contract; the types hold them to it. Only types come from there: its schemas stay on the server. */
const API_PREFIX: typeof import('../../../src/contract/index.js').API_PREFIX = '/api/v1';
const CSRF_HEADER: typeof import('../../../src/contract/index.js').CSRF_HEADER = 'x-csrf-token';

/** The server answered, and said no. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(readonly problem: Problem) {
    super(problem.detail === '' ? problem.title : problem.detail);
  }
}

/** The server did not answer. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

export type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Revision that the change was based on. */
  readonly revision?: number | undefined;
}

let csrf = '';
let signedOut: (() => void) | undefined;

/** Called with each new session; '' where there is none. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** Called whenever the server says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

export function addressOf(path: string, query: RequestOptions['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `${API_PREFIX}${path}${text === '' ? '' : `?${text}`}`;
}

/**
 * @returns the reply's body; `undefined` for 204
 * @throws ProblemError, UnreachableError, or the signal's AbortError
 */
export async function request<Reply>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  options: RequestOptions = {},
): Promise<Reply> {
  const headers = new Headers({ accept: 'application/json' });
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (method !== 'GET' && csrf !== '') headers.set(CSRF_HEADER, csrf);
  if (options.revision !== undefined) headers.set('if-match', `"${options.revision}"`);
  const init: RequestInit = { method, headers, credentials: 'same-origin', redirect: 'error', cache: 'no-store' };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(addressOf(path, options.query), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new UnreachableError('The server does not answer.', { cause: error });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && path !== '/sign-in' && path !== '/setup') signedOut?.();
    throw new ProblemError(problem);
  }
  if (response.status === 204) return undefined as Reply;
  return (await response.json()) as Reply;
}

async function problemOf(response: Response): Promise<Problem> {
  const plain: Problem = {
    type: '',
    title: `${response.status} ${response.statusText}`.trim(),
    status: response.status,
    detail: '',
    code: '',
    instance: response.headers.get('x-request-id') ?? '',
  };
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? { ...plain, ...(body as Partial<Problem>) } : plain;
  } catch {
    // A proxy's page instead of ours: the status is all there is to say.
    return plain;
  }
}
