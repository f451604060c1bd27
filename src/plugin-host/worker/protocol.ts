/** What a third-party plugin's worker process and the server tell each other. Plain data; the server believes nothing of it unchecked. */

import type { Event } from '../../engine/event/event.js';
import type { PluginProcess } from '../../engine/plugin/plugin.js';
import type { LateEvidence, MenuEntry, RuleInfo, Title } from '../../plugin-sdk/index.js';

export const HOOK_NAMES = ['processCreated', 'processAction', 'processEnded'] as const;
export type HookName = (typeof HOOK_NAMES)[number];

export interface WorkerCall {
  readonly hook: HookName;
  readonly event: Event;
  readonly process: PluginProcess;
  readonly chainId: string;
}

export interface OutputLimits {
  /** Pieces of evidence that one message of calls may bring. */
  readonly evidencePerBatch: number;
  /** Pieces that come later, each second. */
  readonly latePerSecond: number;
  readonly logLinesPerSecond: number;
}

/** Jobs: each is answered before the next is sent. */
export type ToWorker =
  | {
      readonly kind: 'start';
      /** URL of the compiled module. */
      readonly module: string;
      readonly settings: Readonly<Record<string, unknown>>;
      readonly limits: OutputLimits;
      /** Of the whole process; past it, it ends itself. */
      readonly residentMbMax: number;
    }
  | { readonly kind: 'rules'; readonly rules: readonly RuleInfo[] }
  | { readonly kind: 'calls'; readonly calls: readonly WorkerCall[] }
  | { readonly kind: 'page' };

export interface WorkerManifest {
  readonly name: string;
  readonly version: string;
  readonly title: Title;
  readonly description: Title;
  readonly hooks: readonly HookName[];
  /** Actions that `processAction` is called for; `undefined` for all. */
  readonly actions: readonly string[] | undefined;
  readonly menu: MenuEntry | undefined;
  readonly hasPage: boolean;
}

export type FromWorker =
  /** Answers `start`. */
  | { readonly kind: 'started'; readonly manifest: WorkerManifest }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Answers `rules` and `calls`: `faults` calls threw since the last answer, the last one so. */
  | {
      readonly kind: 'done';
      readonly faults: number;
      readonly lastFault: string | undefined;
      readonly evidence: readonly LateEvidence[];
      /** Pieces of evidence and log lines past the limits. */
      readonly dropped: number;
    }
  /** Answers `page`. */
  | { readonly kind: 'page'; readonly html: string | undefined }
  /** At any time. */
  | { readonly kind: 'late'; readonly evidence: LateEvidence }
  | { readonly kind: 'log'; readonly message: string }
  /** The last word of a process that ends of an error nobody caught. */
  | { readonly kind: 'dying'; readonly reason: string };
