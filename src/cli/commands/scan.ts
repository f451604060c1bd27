/** `chainsight scan`: files or folders through the engine, nothing stored. */

import { Command, Option } from 'commander';
import { scan, type ScanOptions, type ScanResult } from '../../app/scan/scan.js';
import { scanEach } from '../../app/scan/scan-each.js';
import { formatDiagnostic } from '../../engine/base/diagnostic.js';
import { findInputs, type FileInput } from '../../files/index.js';
import { CommandError, EXIT_FINDINGS, EXIT_FINE, EXIT_USE } from '../exit.js';
import { collect, toScore, wholeNumber } from '../option-values.js';
import { openOutput, paintFor } from '../output.js';
import { policyFromOptions, type PolicyOptions } from '../policy-options.js';
import { ruleProfileOption } from '../rule-profile-option.js';
import { inProcessPlugins } from '../judges.js';
import { htmlReport } from '../scan/html.js';
import { prettyEach } from '../scan/pretty-each.js';
import { prettyReport } from '../scan/pretty.js';
import { showProgress, type Progress } from '../scan/progress.js';
import { sharedScan } from '../scan/shared-scan.js';

interface ScanCommandOptions extends PolicyOptions {
  readonly minScore?: number;
  readonly hits?: string;
  readonly format: 'pretty' | 'json' | 'ndjson' | 'html';
  readonly out?: string;
  readonly each?: boolean;
  readonly threads?: number;
  readonly failOn?: 'threats' | 'skipped';
}

export function scanCommand(): Command {
  return new Command('scan')
    .description(
      'Scan event files and print the threats in them, with the evidence for every point. Nothing is stored.',
    )
    .argument('<path...>', 'files or folders: .evtx .xml .json .jsonl .csv, .gz and .zip of these; - for stdin')
    .option('--rules <dir>', 'a pack of rules besides the bundled one; may be given more than once', collect, [])
    .addOption(ruleProfileOption())
    .option('--no-bundled', 'without the bundled pack')
    .option('--policy <file>', 'thresholds, lists and exceptions (YAML)')
    .option('--min-score <number>', 'print chains from this score on, instead of the threshold', toScore)
    .option('--hits <file>', 'also write a line for each match of a rule (NDJSON)')
    .addOption(
      new Option('--format <format>', 'how to print').choices(['pretty', 'json', 'ndjson', 'html']).default('pretty'),
    )
    .option('--threads <number>', 'threads to scan with (default: 1)', wholeNumber(1, 64))
    .option('--each', 'scan each file by itself and print a line for each: which gave a threat and which not')
    .option('--out <file>', 'write to a file instead of stdout')
    .addOption(new Option('--fail-on <what>', 'exit with 1 if there are any').choices(['threats', 'skipped']))
    .addHelpText(
      'after',
      `
Examples:
  chainsight scan C:\\Windows\\System32\\winevt\\Logs
  chainsight scan events.jsonl.gz --format json --out report.json
  chainsight scan case-17/ --rules my-pack --hits hits.ndjson
  chainsight scan case-17/ --rules sigma/rules --rule-profile core+,emerging-threats
  zcat events.jsonl.gz | chainsight scan - --fail-on threats`,
    )
    .action(async (paths: string[], options: ScanCommandOptions) => {
      process.exitCode = await run(paths, options);
    });
}

async function run(paths: readonly string[], options: ScanCommandOptions): Promise<number> {
  if (options.each === true && options.hits !== undefined) {
    throw new CommandError(
      '--hits tells the hits of one scan, and --each is a scan of each file. Leave one of them out.',
    );
  }
  const { inputs: files, problems } = await findInputs(paths);
  for (const problem of problems) process.stderr.write(`${formatDiagnostic(problem)}\n`);
  if (problems.some((problem) => problem.severity === 'error')) return EXIT_USE;
  const progress = showProgress(files.length);
  if (options.each === true) {
    const verdicts = await scanEach(files, await aloneOptions(options, progress));
    progress.done();
    const output = openOutput(options.out);
    await output.write(
      options.format === 'json' ? `${JSON.stringify(verdicts, undefined, 2)}\n` : prettyEach(verdicts),
    );
    await output.close();
    return EXIT_FINE;
  }
  const result = await scanFiles(files, options, progress);
  progress.done();
  const { report } = result;
  if (options.hits !== undefined) {
    const hits = openOutput(options.hits);
    for (const hit of result.hits) await hits.write(`${JSON.stringify(hit)}\n`);
    await hits.close();
  }
  const output = openOutput(options.out);
  switch (options.format) {
    case 'json':
      await output.write(`${JSON.stringify(report, undefined, 2)}\n`);
      break;
    case 'ndjson':
      for (const threat of report.threats) await output.write(`${JSON.stringify(threat)}\n`);
      break;
    case 'html':
      await output.write(htmlReport(report));
      break;
    case 'pretty':
      await output.write(prettyReport(report, paintFor(process.stdout, options.out !== undefined)));
  }
  await output.close();
  if (options.failOn === 'threats' && report.threats.length > 0) return EXIT_FINDINGS;
  if (options.failOn === 'skipped' && Object.keys(report.summary.skipped).length > 0) return EXIT_FINDINGS;
  return EXIT_FINE;
}

async function scanFiles(
  files: readonly FileInput[],
  options: ScanCommandOptions,
  progress: Progress,
): Promise<ScanResult> {
  const { rules, bundled, policy, ruleProfile, minScore, threads = 1 } = options;
  const shared =
    threads > 1 && files.every(({ path }) => path !== '-')
      ? await sharedScan(files, threads, {
          policy: {
            rules,
            bundled,
            ...(policy === undefined ? {} : { policy }),
            ...(ruleProfile === undefined ? {} : { ruleProfile }),
          },
          minScore,
          keepHits: options.hits !== undefined,
          progress,
        })
      : undefined;
  return shared ?? scan(files, await aloneOptions(options, progress));
}

async function aloneOptions(options: ScanCommandOptions, progress: Progress): Promise<ScanOptions> {
  return {
    ...(await policyFromOptions(options)),
    plugins: inProcessPlugins(),
    minScore: options.minScore,
    keepHits: options.hits !== undefined,
    nowMs: () => performance.now(),
    onProgress: progress.show,
  };
}
