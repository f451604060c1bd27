/** The use cases as other programs call them (`chainsight`). */

export {
  buildReport,
  type Report,
  type ReportEvidence,
  type ReportSummary,
  type ReportThreat,
} from './report/report.js';
export { scan, type HitLine, type ScanInput, type ScanOptions, type ScanResult } from './scan/scan.js';
