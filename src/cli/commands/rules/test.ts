/** `rules test`: runs the cases beside the rules. */

import { Command, Option } from 'commander';
import { type CaseResult, runCases } from '../../../engine/rule/index.js';
import { EXIT_FINDINGS, EXIT_FINE } from '../../exit.js';
import { openOutput, type Paint, paintFor, visible } from '../../output.js';
import { bundledPackPath, type LoadedPacks, loadPacks } from '../../pack-files.js';
import { plural, problemLines } from './problem-lines.js';

interface TestOptions {
  readonly format: 'pretty' | 'json';
}

const HELP = `
Cases lie in x.cases.yml beside the rules: events that must match and near misses that must not.
Without a folder the bundled pack is tested.

Exit code: 0 all cases pass and every file loads, 1 otherwise, 2 no such folder.

Examples:
  $ chainsight rules test my-rules
  $ chainsight rules test my-rules --format json | jq '.failed[].case'
`;

export function testCommand(): Command {
  return new Command('test')
    .description('run the cases of packs: what must match and what must not')
    .argument('[folder...]', 'packs, or folders of packs')
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json']).default('pretty'))
    .addHelpText('after', HELP)
    .action(async (folders: string[], options: TestOptions) => {
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
      ? paint.green(`✓ ${plural(results.length, 'case')} of ${plural(tested.size, 'rule')} pass`)
      : paint.red(`✗ ${plural(failed.length, 'case')} of ${results.length} fail`),
    ...(untested > 0 ? [paint.yellow(`! ${plural(untested, 'rule')} without a case`)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function failureLines({ id, case: one, expected, got }: CaseResult, paint: Paint): string[] {
  return [
    `${paint.red('✗')} ${paint.bold(visible(id))}  ${visible(one.name)}`,
    `  expected ${expected}, got ${visible(got)}  ${paint.dim(`${visible(one.file)}:${one.line}`)}`,
    '',
  ];
}
