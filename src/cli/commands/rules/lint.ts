/** `rules lint`: everything that is wrong with packs, with its place. */

import { Command, Option } from 'commander';
import type { Diagnostic } from '../../../engine/base/diagnostic.js';
import { lintSigmaSet } from '../../../engine/rule/index.js';
import { EXIT_FINDINGS, EXIT_FINE } from '../../exit.js';
import { openOutput, type Paint, paintFor } from '../../output.js';
import { type LoadedPacks, loadPacks } from '../../pack-files.js';
import { bundledPackPath } from '../../program-root.js';
import { type RuleProfileOption, ruleProfileOption } from '../../rule-profile-option.js';
import { plural, problemLines, toProblem } from './problem-lines.js';

interface LintOptions extends RuleProfileOption {
  readonly format: 'pretty' | 'json';
  readonly failOn: 'error' | 'warning' | 'never';
}

const HELP = `
Without a folder the bundled pack is checked. A folder without a pack.yml stands for the packs in it.

Exit code: 0 fine, 1 problems of the kind that --fail-on names, 2 no such folder.

Examples:
  $ chainsight rules lint my-rules
  $ chainsight rules lint my-rules other-rules --fail-on warning
  $ chainsight rules lint my-rules --format json | jq '.problems[] | select(.severity == "error")'
`;

export function lintCommand(): Command {
  return new Command('lint')
    .description('check packs of rules and say what is wrong where')
    .argument('[folder...]', 'packs, or folders of packs')
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json']).default('pretty'))
    .addOption(new Option('--fail-on <kind>', 'problems that give exit code 1').choices(['error', 'warning', 'never']).default('error'))
    .addOption(ruleProfileOption())
    .addHelpText('after', HELP)
    .action(async (folders: string[], options: LintOptions) => {
      const loaded = withSigmaLint(loadPacks(folders.length > 0 ? folders : [bundledPackPath()], {
        withCases: true,
        ruleProfiles: options.ruleProfile,
      }));
      const output = openOutput(undefined);
      const text = options.format === 'json' ? `${JSON.stringify(lintReport(loaded), null, 2)}\n` : lintText(loaded, paintFor(process.stdout, false));
      await output.write(text);
      await output.close();
      process.exitCode = lintExitCode(loaded, options.failOn);
    });
}

/** Adds what only all Sigma documents together show. Loading does without: it takes a while, and keeps no rule out. */
export function withSigmaLint(loaded: LoadedPacks): LoadedPacks {
  const texts = new Map(loaded.files.map(({ path, text }) => [path, text]));
  const documents = loaded.packs.flatMap((pack) => pack.documents);
  const known = new Set(loaded.diagnostics.map(subjectOf));
  const found = lintSigmaSet(documents, (file) => texts.get(file)).filter((one) => !known.has(subjectOf(one)));
  return { ...loaded, diagnostics: [...loaded.diagnostics, ...found].toSorted(byFile) };
}

function subjectOf({ code, file, rule }: Diagnostic): string {
  return `${code}\0${file}\0${rule}`;
}

function byFile(one: Diagnostic, other: Diagnostic): number {
  const [a, b] = [one.file ?? '', other.file ?? ''];
  return a === b ? (one.line ?? 0) - (other.line ?? 0) : a < b ? -1 : 1;
}

/** What `--format json` prints: docs/reference/rule-format.md#checking. */
export function lintReport({ packs, diagnostics }: LoadedPacks) {
  const sum = (count: (pack: LoadedPacks['packs'][number]) => number): number => packs.reduce((total, pack) => total + count(pack), 0);
  return {
    rules: sum(({ ruleCount }) => ruleCount),
    valid: sum(({ rules, leftOut }) => rules.length + leftOut.length),
    leftOut: sum(({ leftOut }) => leftOut.length),
    profiles: sum(({ profileCount }) => profileCount),
    validProfiles: sum(({ profiles }) => profiles.length),
    problems: diagnostics.map(toProblem),
  };
}

export function lintText(loaded: LoadedPacks, paint: Paint): string {
  const { diagnostics } = loaded;
  const { rules, valid, leftOut, profiles, validProfiles } = lintReport(loaded);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const verdict =
    diagnostics.length === 0
      ? paint.green('✓ nothing wrong')
      : [
          ...(errors > 0 ? [paint.red(`✗ ${plural(errors, 'error')}`)] : []),
          ...(warnings > 0 ? [paint.yellow(`! ${plural(warnings, 'warning')}`)] : []),
        ].join(', ');
  const counts = `${valid - leftOut} of ${plural(rules, 'rule')} and ${validProfiles} of ${plural(profiles, 'profile')} load${leftOut === 0 ? '' : `, ${plural(leftOut, 'rule')} that no profile wants left out`}`;
  return `${[...problemLines(diagnostics, paint), `${verdict}  ${paint.dim(counts)}`].join('\n')}\n`;
}

export function lintExitCode({ diagnostics }: LoadedPacks, failOn: LintOptions['failOn']): number {
  const counts = diagnostics.some(({ severity }) => failOn === 'warning' || (failOn === 'error' && severity === 'error'));
  return counts ? EXIT_FINDINGS : EXIT_FINE;
}
