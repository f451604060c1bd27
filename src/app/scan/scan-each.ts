/** Scans each file by itself and says which gave a threat: how a pack of rules is calibrated on recorded attacks. */

import { scan, type ScanInput, type ScanOptions } from './scan.js';

export interface FileVerdict {
  readonly name: string;
  readonly events: number;
  /** Process creations, of Sysmon and Security together. */
  readonly creations: number;
  readonly chains: number;
  readonly threats: number;
  /** Highest score of any chain, threat or not. */
  readonly topScore: number;
  /** Keys of the best chain's evidence, most points first. */
  readonly topEvidence: readonly string[];
}

export interface EachReport {
  readonly files: readonly FileVerdict[];
  readonly summary: {
    readonly files: number;
    /** Files that hold process creations: only these can be expected to give chains worth judging. */
    readonly withCreations: number;
    readonly detected: number;
    /** `detected` over `withCreations`, 0 to 1. */
    readonly detectedShare: number;
    readonly chains: number;
    readonly threats: number;
    /** `threats` over `chains`, of the files with creations. */
    readonly threatShare: number;
  };
}

export async function scanEach(
  inputs: Iterable<ScanInput>,
  options: Omit<ScanOptions, 'keepHits' | 'minScore'>,
): Promise<EachReport> {
  const files: FileVerdict[] = [];
  for (const input of inputs) files.push(await verdictOf(input, options));
  const counted = files.filter((file) => file.creations > 0);
  const detected = counted.filter((file) => file.threats > 0).length;
  const chains = counted.reduce((sum, file) => sum + file.chains, 0);
  const threats = counted.reduce((sum, file) => sum + file.threats, 0);
  return {
    files,
    summary: {
      files: files.length,
      withCreations: counted.length,
      detected,
      detectedShare: counted.length === 0 ? 0 : detected / counted.length,
      chains,
      threats,
      threatShare: chains === 0 ? 0 : threats / chains,
    },
  };
}

async function verdictOf(input: ScanInput, options: Omit<ScanOptions, 'keepHits' | 'minScore'>): Promise<FileVerdict> {
  let creations = 0;
  const counting: ScanInput = {
    name: input.name,
    decode: (sink) =>
      input.decode({
        event(event, raw) {
          if (event.action === 'processcreate') creations++;
          sink.event(event, raw);
        },
        skip: (skip) => sink.skip(skip),
      }),
  };
  const { report } = await scan([counting], { ...options, keepHits: false, minScore: 1 });
  const threats = report.threats.filter((threat) => threat.score >= threat.threshold).length;
  const top = report.threats[0];
  return {
    name: input.name,
    events: report.summary.events,
    creations,
    chains: report.summary.chains,
    threats,
    topScore: top?.score ?? 0,
    topEvidence: top?.evidence.map((entry) => `${entry.key}+${entry.points}`) ?? [],
  };
}
