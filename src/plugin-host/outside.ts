/** The world beyond the engine, as a bundled plugin that asks others gets it: one clock, one way to ask, a small memory on disk. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HttpAnswer, Outside } from '../plugin-sdk/index.js';
import { messageOf } from './thrown.js';

/** Over all plugins; the oldest go first. */
const ENTRIES_MAX = 100_000;
/** What is lost in a crash is asked again, so the disk is spared. */
const SAVE_AFTER_MS = 60_000;

export interface OutsideOptions {
  /** File that keeps what plugins remember. */
  readonly memoryFile: string;
  /** `hash`: lower-case hex. */
  readonly isAllowedHash: (hash: string) => boolean;
}

export interface KeptOutside {
  /** Each plugin has a memory of its own. */
  of(plugin: string): Outside;
  /** Ends what is being asked, and writes what is not yet on disk. */
  close(): void;
}

/** @param tell  told why the memory cannot be written; what it holds goes on being used */
export function openOutside(options: OutsideOptions, tell: (message: string) => void): KeptOutside {
  const memory = readMemory(options.memoryFile);
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    try {
      mkdirSync(dirname(options.memoryFile), { recursive: true });
      writeFileSync(`${options.memoryFile}.new`, JSON.stringify([...memory]), { mode: 0o600 });
      renameSync(`${options.memoryFile}.new`, options.memoryFile);
    } catch (error) {
      tell(`what was learned cannot be kept for the next start: ${messageOf(error)}`);
    }
  };

  return {
    of: (plugin) => ({
      nowMs: () => Date.now(),
      wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms).unref()),
      get: (url, how) => httpGet(url, how, closing.signal),
      recall: (key) => memory.get(`${plugin} ${key}`),
      remember(key, value) {
        memory.delete(`${plugin} ${key}`);
        memory.set(`${plugin} ${key}`, value);
        if (memory.size > ENTRIES_MAX) memory.delete(memory.keys().next().value!);
        timer ??= setTimeout(save, SAVE_AFTER_MS).unref();
      },
      isAllowedHash: options.isAllowedHash,
    }),
    close() {
      closing.abort();
      if (timer !== undefined) save();
    },
  };
}

/** A file that cannot be read is an empty memory: everything in it can be asked again. */
function readMemory(path: string): Map<string, string> {
  try {
    const entries = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    return new Map(Array.isArray(entries) ? entries.filter(isEntry).slice(-ENTRIES_MAX) : []);
  } catch {
    return new Map();
  }
}

function isEntry(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}

async function httpGet(url: string, how: Parameters<Outside['get']>[1], closing: AbortSignal): Promise<HttpAnswer> {
  const { headers, timeoutMs, maxBytes } = how;
  const signal = AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    const text = await readText(response, maxBytes);
    return { status: response.status, headers: Object.fromEntries(response.headers), text };
  } catch (error) {
    if (closing.aborted) throw new Error('the server is stopping', { cause: error });
    if (signal.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
    throw new Error(failureOf(error), { cause: error });
  }
}

/** Counts the unpacked bytes: a packed answer may hold anything. */
async function readText(response: Response, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `fetch` says no more than that it failed; why is in the cause. */
function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? error.message : `the connection failed (${code})`;
}
