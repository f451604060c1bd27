/** A chain whose score has reached the threshold, as it is written, shown and printed. */

import type { Evidence } from './evidence.js';

/** A process as evidence and threats name it; the fields an analyst asks for first. Empty text where nothing is known. */
export interface ProcessRef {
  /** 32 hex digits. */
  readonly id: string;
  readonly image: string;
  readonly commandLine: string;
  readonly pid: number;
  /** As Sysmon writes it, upper case in braces; `''` where the sensor gives none. */
  readonly guid: string;
}

/** Evidence as it stands in the ledger of a chain: with its process, and with what exempts it. */
export interface LedgerEntry extends Evidence {
  readonly process: ProcessRef;
  /** Id of the exception that turned its points to zero. `points` is 0 then, and `pointsWithout` what it would have scored. */
  readonly exception: string | undefined;
  readonly pointsWithout: number;
}

export interface StartProcess extends ProcessRef {
  readonly user: string;
  /** `SHA256=…,MD5=…` as the sensor wrote it. */
  readonly hashes: string;
  readonly timeMs: number;
}

/** `chain`: processes. `host`: a day's events of a host that name no process; its `start` stands for none and has no image. */
export type ThreatKind = 'chain' | 'host';

export interface Threat {
  /** = the chain's id. */
  readonly id: string;
  readonly kind: ThreatKind;
  readonly host: string;
  readonly score: number;
  readonly threshold: number;
  /** False once the chain's last process has ended. */
  readonly active: boolean;
  /** Event times of the first and the last evidence. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly techniques: readonly string[];
  readonly start: StartProcess;
  /** Most points first, then earliest, then key. Sums to `score`. */
  readonly evidence: readonly LedgerEntry[];
}
