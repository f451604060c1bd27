/** Hunts as they are kept: their questions, how they ended, and what they found. The store implements this; the server asks it. */

import type { AppErrorCode } from './app-error.js';
import type { HuntCut } from './hunt/hunt-cut.js';
import type { HuntedChain, HuntQuestion } from './live-ports.js';
import type { Page, PageRequest } from './query-ports.js';

/** Why a hunt failed. */
export interface HuntError {
  /** `undefined` for what nobody foresaw. */
  readonly code: AppErrorCode | undefined;
  readonly message: string;
}

export type HuntState = 'running' | 'done' | 'failed' | 'cancelled';

export interface HuntRecord {
  readonly id: string;
  readonly question: HuntQuestion;
  readonly by: string;
  readonly startedMs: number;
  /** One that is kept as running and runs nowhere was interrupted. */
  readonly state: HuntState;
  /** 0 while it runs. */
  readonly finishedMs: number;
  /** 0 to 1. */
  readonly progress: number;
  readonly events: number;
  readonly cuts: readonly HuntCut[];
  readonly error: HuntError | undefined;
}

/** All calls are synchronous. @throws AppError `STORE_FAILED` where something is to be written and cannot be */
export interface HuntStore {
  /** Newest first, each with the number of its chains. */
  hunts(): readonly (HuntRecord & { readonly chains: number })[];
  hunt(id: string): (HuntRecord & { readonly chains: number }) | undefined;
  /** Highest score first. */
  huntChains(id: string, page: PageRequest): Page<HuntedChain>;
  huntChain(id: string, chainId: string): HuntedChain | undefined;
  /** New, or in place of what was kept of it, with all that it found. */
  keepHunt(hunt: HuntRecord, chains: readonly HuntedChain[]): void;
  removeHunt(id: string): void;
}
