/** The use cases as other programs call them (`chainsight`). */

export type { Report, ReportEvidence, ReportSummary, ReportThreat } from './report/report.js';
export { scan, type HitLine, type ScanInput, type ScanOptions, type ScanResult } from './scan/scan.js';
