/** `rules test`: runs the cases beside the rules. */

import { Command, Option } from 'commander';
import { type CaseResult, runCases } from '../../../engine/rule/index.js';
import { CommandError, EXIT_FINDINGS, EXIT_FINE } from '../../exit.js';
import { collect } from '../../option-values.js';
import { openOutput, type Paint, paintFor, visible } from '../../output.js';
import { type LoadedPacks, loadPacks } from '../../pack-files.js';
import { bundledPackPath } from '../../program-root.js';
import { type RuleProfileOption, ruleProfileOption } from '../../rule-profile-option.js';
import { plural, problemLines } from './problem-lines.js';
import { readRegressionData } from './regression-cases.js';
import { regressionText, runRegression } from './regression.js';

interface TestOptions extends RuleProfileOption {
  readonly format: 'pretty' | 'json';
  readonly rules: readonly string[];
}

const HELP = `
Cases lie in x.cases.yml beside the rules: events that must match and near misses that must not.
Without a folder the bundled pack is tested.

With --rules the folders hold regression data of Sigma rules instead: info.yml, and beside it records that must match,
as .evtx and as .json. Each case is run in every form that is there.

Exit code: 0 all cases pass and every file loads, 1 otherwise, 2 no such folder.

Examples:
  $ chainsight rules test my-rules
  $ chainsight rules test my-rules --format json | jq '.failed[].case'
  $ chainsight rules test sigma/regression_data --rules sigma/rules --rules sigma/rules-emerging-threats
`;

export function testCommand(): Command {
  return new Command('test')
    .description('run the cases of packs: what must match and what must not')
    .argument('[folder...]', 'packs, or folders of packs; with --rules, regression data')
    .option('--rules <dir>', 'rules that regression data is run against; may be given more than once', collect, [])
    .addOption(ruleProfileOption())
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json']).default('pretty'))
    .addHelpText('after', HELP)
    .action(async (folders: string[], options: TestOptions) => {
      if (options.rules.length > 0) {
        process.exitCode = await testRegression(folders, options);
        return;
      }
      const loaded = loadPacks(folders.length > 0 ? folders : [bundledPackPath()], { withCases: true });
      const results = loaded.packs.flatMap(runCases);
      const output = openOutput(undefined);
      const text = options.format === 'json' ? `${JSON.stringify(testReport(results), null, 2)}\n` : testText(loaded, results, paintFor(process.stdout, false));
      await output.write(text);
      await output.close();
      const hasError = loaded.diagnostics.some(({ severity }) => severity === 'error');
      process.exitCode = hasError || results.some(({ passed }) => !passed) ? EXIT_FINDINGS : EXIT_FINE;
    });
}

async function testRegression(folders: readonly string[], options: TestOptions): Promise<number> {
  const { cases, diagnostics } = readRegressionData(folders);
  const paint = paintFor(process.stderr, false);
  if (diagnostics.length > 0) process.stderr.write(`${problemLines(diagnostics, paint).join('\n')}\n`);
  if (cases.length === 0) throw new CommandError('The folders hold no info.yml with rule_metadata, so there is nothing to test.');
  const loaded = loadPacks(options.rules, { ruleProfiles: options.ruleProfile });
  const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) process.stderr.write(`${problemLines(errors, paint).join('\n')}\n`);
  const report = await runRegression(cases, loaded.rules);
  const output = openOutput(undefined);
  await output.write(
    options.format === 'json'
      ? `${JSON.stringify(report, null, 2)}\n`
      : regressionText(report, paintFor(process.stdout, false)),
  );
  await output.close();
  return report.passed === report.cases ? EXIT_FINE : EXIT_FINDINGS;
}

/** What `--format json` prints: docs/reference/rule-format.md#checking. */
export function testReport(results: readonly CaseResult[]) {
  const failed = results.filter(({ passed }) => !passed);
  return {
    cases: results.length,
    passed: results.length - failed.length,
    failed: failed.map(({ id, case: one, expected, got }) => ({
      case: `${id}: ${one.name}`,
      expected,
      got,
      rule: id,
      file: one.file,
      line: one.line,
    })),
  };
}

export function testText(loaded: LoadedPacks, results: readonly CaseResult[], paint: Paint): string {
  const failed = results.filter(({ passed }) => !passed);
  const tested = new Set(results.map(({ id }) => id));
  const untested = [...loaded.rules, ...loaded.profiles].filter(({ id }) => !tested.has(id)).length;
  const lines = [
    ...problemLines(loaded.diagnostics, paint),
    ...failed.flatMap((result) => failureLines(result, paint)),
    failed.length === 0
      ? passedLine(`${plural(results.length, 'case')} of ${plural(tested.size, 'rule')} pass`, loaded, results, paint)
      : paint.red(`✗ ${plural(failed.length, 'case')} of ${results.length} fail`),
    ...(untested > 0 ? [paint.yellow(`! ${plural(untested, 'rule')} without a case`)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** That all cases pass says little where there are none, and less where what they are about did not load. */
function passedLine(text: string, { diagnostics }: LoadedPacks, results: readonly CaseResult[], paint: Paint): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) return paint.red(`✗ ${text}, and ${plural(errors, 'error')} above`);
  return results.length === 0 ? paint.yellow('! There is no case to run') : paint.green(`✓ ${text}`);
}

function failureLines({ id, case: one, expected, got }: CaseResult, paint: Paint): string[] {
  return [
    `${paint.red('✗')} ${paint.bold(visible(id))}  ${visible(one.name)}`,
    `  expected ${expected}, got ${visible(got)}  ${paint.dim(`${visible(one.file)}:${one.line}`)}`,
    '',
  ];
}
