/** The use cases as other programs call them (`chainsight`). Guide: docs/guides/use-as-a-library.md */

export { formatDiagnostic, type Diagnostic } from '../engine/base/diagnostic.js';
export type { Event } from '../engine/event/event.js';
export { DEFAULT_POLICY, type Policy } from '../engine/policy.js';
export type { PackFile, RuleProfile, RuleSet } from '../engine/rule/index.js';
export { createDecoder, type DecoderOptions } from '../sources/index.js';
export type { Decoder, Format, Sink, Skip } from '../sources/source.js';
export { compilePacks, type CompiledPacks, type PackSource } from './policy/compile-packs.js';
export type { Report, ReportEvidence, ReportSummary, ReportThreat } from './report/report.js';
export { scan, type HitLine, type ScanInput, type ScanOptions, type ScanResult } from './scan/scan.js';
