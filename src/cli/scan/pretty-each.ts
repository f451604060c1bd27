/** One line a file: which gave a threat and which not, and what its best chain showed. */

import type { EachReport } from '../../app/scan/scan-each.js';
import { visible } from '../output.js';

export function prettyEach({ files, summary }: EachReport): string {
  const rows = files.map((file) => [
    file.threats > 0 ? 'threat' : file.creations > 0 ? '-' : '(no process creations)',
    String(file.topScore),
    `${file.threats}/${file.chains}`,
    String(file.events),
    visible(file.name.slice(file.name.lastIndexOf('/') + 1)),
    file.topEvidence.slice(0, 4).join(' '),
  ]);
  const head = ['verdict', 'top', 'threats/chains', 'events', 'file', 'best chain'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 5 ? cell : cell.padEnd(widths[column]!))).join('  ');
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    line(head),
    ...rows.map(line),
    '',
    `${summary.detected} of ${summary.withCreations} files with process creations gave a threat (${percent(summary.detectedShare)})`,
    `${summary.threats} of ${summary.chains} chains in them are threats (${percent(summary.threatShare)})`,
    '',
  ].join('\n');
}
