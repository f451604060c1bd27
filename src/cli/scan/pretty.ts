/** A report for people at a terminal. */

import type { Report, ReportEvidence, ReportThreat } from '../../app/report/report.js';
import { shortened, visible, type Paint } from '../output.js';

const WIDTH = 100;

export function prettyReport(report: Report, paint: Paint): string {
  const lines: string[] = [''];
  for (const threat of report.threats) lines.push(...threatLines(threat, paint), '');
  lines.push(...summaryLines(report, paint), '');
  return lines.join('\n');
}

function threatLines(threat: ReportThreat, paint: Paint): string[] {
  const severity = severityOf(threat);
  const colour = severity === 'low' || severity === 'medium' ? paint.yellow : paint.red;
  const { start } = threat;
  return [
    `${colour(paint.bold(`${markOf(severity)} ${threat.score}`))}  ${paint.bold(visible(nameOf(threat)))} on ${paint.bold(visible(threat.host))}` +
      `${start.user === '' ? '' : ` as ${visible(start.user)}`}  ${paint.dim(`${severity}, threshold ${threat.threshold}${threat.active ? ', still running' : ''}`)}`,
    `   ${paint.dim(`${threat.first} → ${threat.last}   ${threat.kind === 'host' ? '' : `pid ${start.pid}   `}chain ${threat.id}`)}`,
    ...(threat.kind === 'host' ? [] : [`   ${visible(shortened(start.commandLine || start.image, WIDTH))}`]),
    ...threat.evidence.flatMap((evidence) => evidenceLines(evidence, paint)),
  ];
}

function evidenceLines(evidence: ReportEvidence, paint: Paint): string[] {
  const points = `+${evidence.points}`.padStart(6);
  const techniques = evidence.techniques.length === 0 ? '' : ` ${paint.cyan(evidence.techniques.join(' '))}`;
  const exempt = evidence.exception === undefined ? '' : paint.green(` exempt by ${evidence.exception}`);
  const place = evidence.event.file === null ? '' : ` ${visible(evidence.event.file)}:${evidence.event.line}`;
  const lines = [
    `   ${paint.bold(points)}  ${evidence.kind.padEnd(9)} ${visible(evidence.title)}${techniques}${exempt}`,
    `           ${paint.dim(`${evidence.event.time}  ${visible(processName(evidence))}${place}`)}`,
  ];
  for (const matched of evidence.matched.slice(0, 2)) {
    lines.push(`           ${paint.dim(`${matched.field}:`)} ${matchedText(matched, paint)}`);
  }
  return lines;
}

function matchedText(matched: ReportEvidence['matched'][number], paint: Paint): string {
  const { value, start, end } = matched;
  if (start === undefined || end === undefined) return visible(shortened(value, WIDTH - 20));
  const from = Math.max(0, start - 30);
  const to = Math.min(value.length, end + 40);
  const found = paint.yellow(visible(shortened(value.slice(start, end), WIDTH)));
  return `${from > 0 ? '…' : ''}${visible(value.slice(from, start))}${found}${visible(value.slice(end, to))}${to < value.length ? '…' : ''}`;
}

function summaryLines(report: Report, paint: Paint): string[] {
  const { summary } = report;
  const skipped = Object.entries(summary.skipped).map(([reason, count]) => `${count} ${reason}`);
  const lines = [
    `${paint.bold(plural(summary.threats, 'threat'))} in ${plural(summary.chains, 'chain')} of ${plural(summary.processes, 'process', 'processes')} on ${plural(summary.hosts, 'host')}`,
    paint.dim(
      `${plural(summary.events, 'event')} from ${plural(summary.files, 'file')}, ${plural(summary.hits, 'hit')} of ${plural(report.rules.loaded, 'rule')}, ${summary.seconds.toFixed(1)} s` +
        `${summary.from === null ? '' : `, ${summary.from} → ${summary.to}`}`,
    ),
  ];
  if (skipped.length > 0) lines.push(paint.yellow(`left out: ${skipped.join(', ')}`));
  for (const failed of report.rules.failed)
    lines.push(paint.yellow(`rule not loaded: ${failed.file}:${failed.line}  ${failed.reason}`));
  return lines;
}

export type SeverityName = 'critical' | 'high' | 'medium' | 'low';

/** Score over threshold: 4 times critical, twice high, one and a quarter medium. */
export function severityOf(threat: { readonly score: number; readonly threshold: number }): SeverityName {
  const ratio = threat.threshold > 0 ? threat.score / threat.threshold : Number.POSITIVE_INFINITY;
  if (ratio >= 4) return 'critical';
  if (ratio >= 2) return 'high';
  return ratio >= 1.25 ? 'medium' : 'low';
}

function markOf(severity: SeverityName): string {
  return { critical: '▲▲', high: '▲', medium: '◆', low: '●' }[severity];
}

/** What a threat is called. */
export function nameOf({ kind, start }: ReportThreat): string {
  return kind === 'host' ? 'Host events' : fileName(start.image);
}

/** The process of a piece of evidence; empty where its event names none. */
export function processName({ process: { image, pid } }: ReportEvidence): string {
  return image === '' && pid === 0 ? '' : `${fileName(image)} ${pid}`;
}

export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1) || path || '(image unknown)';
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
