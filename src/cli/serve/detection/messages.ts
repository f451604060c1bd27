/** What the thread that serves HTTP and a detection thread say to each other. */

import type {
  HuntAnswer,
  HuntProgress,
  HuntQuestion,
  LiveNotice,
  PluginStatus,
  Refusal,
  RuleCost,
  RulesInForce,
  Sender,
  SpentMs,
} from '../../../app/live-ports.js';
import type { LiveFigures } from '../../../app/live/live-service.js';
import type { SharedAnswer } from '../../../app/live/delivery.js';
import type { Event } from '../../../engine/event/event.js';
import type { RuleErrors } from '../../../engine/rule/rule.js';
import type { Exception } from '../../../engine/score/exception.js';
import type { Config } from '../../config.js';
import type { WireError } from './wire-error.js';

export interface DetectionThreadData {
  readonly programRoot: string;
  readonly config: Pick<Config, 'dataFolder' | 'values'>;
  readonly partition: number;
  /** How many there are. */
  readonly partitions: number;
}

/** Questions that are answered, or fail. `hunt` tells its progress on the way and may be cancelled. */
export interface DetectionCalls {
  settled(): void;
  exceptionHits(): ReadonlyMap<string, number>;
  addException(exception: Exception): void;
  removeException(id: string): boolean;
  forgetHost(host: string): void;
  reloadRules(): void;
  ruleErrors(): readonly RuleErrors[];
  ruleCosts(): readonly RuleCost[];
  ruleText(rule: { readonly file: string; readonly line: number }): string | undefined;
  readEvents(positions: readonly number[]): ReadonlyMap<number, { readonly event: Event; readonly receivedMs: number }>;
  hunt(question: HuntQuestion): HuntAnswer;
  plugins(): readonly PluginStatus[];
  pluginPage(name: string): string | undefined;
  stop(): void;
}

export type CallName = keyof DetectionCalls;

/** A part of one delivery's bytes: from `start` to `end` of one of the blocks that it comes with. */
export interface Piece {
  readonly delivery: number;
  /** With the first piece. */
  readonly sender: Sender | undefined;
  readonly block: number;
  readonly start: number;
  readonly end: number;
  /** `more`: others follow; `last`: it is to be taken; `never`: the rest will not come. */
  readonly next: 'more' | 'last' | 'never';
}

export type ToDetection =
  | { readonly kind: 'pieces'; readonly blocks: readonly Uint8Array[]; readonly pieces: readonly Piece[] }
  | { readonly kind: 'call'; readonly id: number; readonly name: CallName; readonly args: readonly unknown[] }
  | { readonly kind: 'cancel'; readonly id: number };

/** What is told whenever it has changed. */
export interface Standing {
  readonly refusal: string | undefined;
  readonly figures: LiveFigures;
  readonly heapBytes: number;
  readonly spentMs: SpentMs;
}

export interface Delivered {
  readonly delivery: number;
  readonly answer: SharedAnswer | Refusal;
}

export type FromDetection =
  | { readonly kind: 'started' }
  /** It did not begin, or its log failed; the thread ends. */
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'delivered'; readonly answers: readonly Delivered[] }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'hunt-progress'; readonly id: number; readonly progress: HuntProgress }
  | { readonly kind: 'standing'; readonly standing: Standing }
  | { readonly kind: 'rules'; readonly rules: RulesInForce }
  | { readonly kind: 'exceptions'; readonly exceptions: readonly Exception[] }
  | { readonly kind: 'notice'; readonly notice: LiveNotice }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: object;
      readonly message: string;
    };
