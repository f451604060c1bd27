/** A report as one page that needs nothing else: no script, no request; every text from an event is escaped. */

import type { Report, ReportThreat } from '../../app/report/report.js';
import { visible } from '../output.js';
import { nameOf, processName, severityOf } from './pretty.js';

const STYLE = `
body{font:14px/20px system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;color:#16191f;background:#fff;max-width:1080px;margin:32px auto;padding:0 16px}
h1{font-size:20px}h2{font-size:16px;margin:32px 0 4px}code,td.v{font:12px/16px ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
p{margin:4px 0;color:#586070}table{border-collapse:collapse;width:100%;margin:8px 0}th,td{text-align:left;vertical-align:top;padding:4px 8px;border-bottom:1px solid #d5dae2}
td.p{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.critical{color:#8a0f3c}.high{color:#c04a00}.medium{color:#5a4a00}.low{color:#2a6bd0}mark{background:#fff1b8}`;

export function htmlReport(report: Report): string {
  const { summary } = report;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chainsight report</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${STYLE}</style></head><body>
<h1>${summary.threats} threats in ${summary.chains} chains on ${summary.hosts} hosts</h1>
<p>${summary.events} events from ${summary.files} files${summary.from === null ? '' : `, ${summary.from} to ${summary.to}`}</p>
${report.threats.map(threatSection).join('\n')}
</body></html>
`;
}

function threatSection(threat: ReportThreat): string {
  const severity = severityOf(threat);
  const rows = threat.evidence.map((evidence) => {
    const matched = evidence.matched
      .map(({ field, value, start, end }) => {
        const marked =
          start === undefined || end === undefined
            ? escape(value)
            : `${escape(value.slice(0, start))}<mark>${escape(value.slice(start, end))}</mark>${escape(value.slice(end))}`;
        return `${escape(field)}: ${marked}`;
      })
      .join('<br>');
    const exempt = evidence.exception === undefined ? '' : ` (exempt by ${escape(evidence.exception)})`;
    return `<tr><td class="p">+${evidence.points}</td><td>${escape(evidence.title)}${exempt}<br><code>${escape(evidence.techniques.join(' '))}</code></td><td>${evidence.event.time}<br>${escape(processName(evidence))}</td><td class="v">${matched}</td></tr>`;
  });
  return `<h2><span class="${severity}">${severity} ${threat.score}</span> ${escape(nameOf(threat))} on ${escape(threat.host)}</h2>
<p>${escape(threat.start.user)} · ${threat.first} → ${threat.last} ${threat.kind === 'host' ? '' : `· pid ${threat.start.pid} `}· chain ${threat.id}</p>
<p><code>${escape(threat.start.commandLine || threat.start.image)}</code></p>
<table><thead><tr><th>points</th><th>evidence</th><th>event</th><th>matched</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function escape(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
