/** `chainsight export`: what a data folder holds, as NDJSON; threats also as CSV. */

import { Command, Option } from 'commander';
import { exportEvents, exportThreats, type ExportFilter } from '../../app/export/export.js';
import type { ReportThreat } from '../../app/report/report.js';
import { csvHead, csvRow } from '../csv.js';
import { dataOption, withStateToRead, type DataOptions } from '../data-folder.js';
import { storedDecoder, withLog } from '../log-source.js';
import { openOutput, type Output } from '../output.js';
import { TIME_HELP, toTime } from '../time-option.js';

interface ExportOptions extends DataOptions {
  readonly from?: number;
  readonly to?: number;
  readonly host?: string;
  readonly out?: string;
  /** Of threats. */
  readonly format?: 'ndjson' | 'csv';
}

export function exportCommand(): Command {
  return new Command('export')
    .description('print stored events or threats as NDJSON; works beside a running server')
    .addCommand(
      part('events', 'events in the order of the log: {"id","host","position","raw"}, raw as it came', writeEvents),
    )
    .addCommand(
      part('threats', 'threats, most points first, each as scan prints it', writeThreats).addOption(
        new Option('--format <format>', 'csv: a row each, for a spreadsheet')
          .choices(['ndjson', 'csv'])
          .default('ndjson'),
      ),
    );
}

function part(
  name: string,
  description: string,
  write: (options: ExportOptions, output: Output) => Promise<void>,
): Command {
  return new Command(name)
    .description(description)
    .option('--from <time>', `from this event time on: ${TIME_HELP}`, toTime)
    .option('--to <time>', 'up to this event time, without it', toTime)
    .option('--host <name>', 'of this host alone')
    .option('--out <file>', 'write to a file instead of stdout')
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  chainsight export ${name} --data data > ${name}.ndjson
  chainsight export ${name} --from -24h --host fin-03`,
    )
    .action(async (options: ExportOptions) => {
      const output = openOutput(options.out);
      await write(options, output);
      await output.close();
    });
}

async function writeEvents(options: ExportOptions, output: Output): Promise<void> {
  await withLog(options, async (log) => {
    for await (const event of exportEvents(log, filterOf(options), storedDecoder)) {
      await output.write(`${JSON.stringify(event)}\n`);
    }
  });
}

async function writeThreats(options: ExportOptions, output: Output): Promise<void> {
  await withStateToRead(options, async ({ queries }) => {
    const isCsv = options.format === 'csv';
    if (isCsv) await output.write(csvHead(CSV_COLUMNS));
    for (const threat of exportThreats(queries, filterOf(options)))
      await output.write(isCsv ? csvRow(csvCells(threat)) : `${JSON.stringify(threat)}\n`);
  });
}

const CSV_COLUMNS = [
  'id',
  'kind',
  'host',
  'score',
  'threshold',
  'first',
  'last',
  'image',
  'commandLine',
  'user',
  'hashes',
  'techniques',
  'evidence',
];

function csvCells(threat: ReportThreat): (string | number)[] {
  const { id, kind, host, score, threshold, first, last, techniques, start, evidence } = threat;
  const { image, commandLine, user, hashes } = start;
  const reasons = evidence.map(({ points, title }) => `${title} (${points})`).join('\n');
  return [
    id,
    kind,
    host,
    score,
    threshold,
    first,
    last,
    image,
    commandLine,
    user,
    hashes,
    techniques.join(' '),
    reasons,
  ];
}

function filterOf({ from, to, host }: ExportOptions): ExportFilter {
  return { fromMs: from, toMs: to, host: host?.toLowerCase() };
}
