/** `rules coverage`: what the loaded rules see, what of it the received data can ever satisfy, and which rules can never match and why. */

import { Command, Option } from 'commander';
import { formatDiagnostic } from '../../../engine/base/diagnostic.js';
import { type Coverage, CoverageReport, type CoverageRow, navigatorLayer, type RuleCoverage } from '../../../engine/rule/index.js';
import { findInputs } from '../../../files/index.js';
import { EXIT_FINE, EXIT_USE } from '../../exit.js';
import { collect } from '../../option-values.js';
import { openOutput, type Paint, paintFor, shortened, visible } from '../../output.js';
import { loadPacks } from '../../pack-files.js';
import { bundledPackPath } from '../../program-root.js';
import { type RuleProfileOption, ruleProfileOption } from '../../rule-profile-option.js';
import { plural } from './problem-lines.js';

interface CoverageOptions extends RuleProfileOption {
  readonly events: readonly string[];
  readonly format: 'pretty' | 'json' | 'navigator';
  readonly out?: string;
  readonly top: string;
}

const HELP = `
Without a folder the bundled pack is looked at. With --events the rules are held against recorded events: a rule is
"possible" if some kind of event that is there has the fields it needs, "unseen" if none has, "never" if no source that
is read gives such events; "open" is all else. A rule that is possible may still never match.

Examples:
  $ chainsight rules coverage sigma/rules
  $ chainsight rules coverage sigma/rules my-pack --events C:\\\\Windows\\\\System32\\\\winevt\\\\Logs
  $ chainsight rules coverage sigma/rules --format navigator --out layer.json
  $ chainsight rules coverage sigma/rules --events logs/ --format json | jq '.rules[] | select(.verdict == "unseen")'
`;

export function coverageCommand(): Command {
  return new Command('coverage')
    .description('say which techniques, log sources and fields rules see, and which rules the data can never satisfy')
    .argument('[folder...]', 'packs, or folders of packs')
    .option('--events <path>', 'event files or folders to hold the rules against; may be given more than once', collect, [])
    .addOption(ruleProfileOption())
    .option('--top <number>', 'rows of each table', '20')
    .addOption(
      new Option('--format <format>', 'how to print').choices(['pretty', 'json', 'navigator']).default('pretty'),
    )
    .option('--out <file>', 'write to a file instead of stdout')
    .addHelpText('after', HELP)
    .action(async (folders: string[], options: CoverageOptions) => {
      process.exitCode = await run(folders, options);
    });
}

async function run(folders: readonly string[], options: CoverageOptions): Promise<number> {
  const loaded = loadPacks(folders.length > 0 ? folders : [bundledPackPath()], { ruleProfiles: options.ruleProfile });
  const broken = loaded.diagnostics.filter(({ severity }) => severity === 'error').length;
  if (broken > 0) {
    process.stderr.write(`${plural(broken, 'error')} in the rules; what does not load is not counted. "rules lint" says more.\n`);
  }
  const report = new CoverageReport(loaded.rules);
  const { inputs, problems } = options.events.length === 0 ? { inputs: [], problems: [] } : await findInputs(options.events);
  for (const problem of problems) process.stderr.write(`${formatDiagnostic(problem)}\n`);
  if (problems.some(({ severity }) => severity === 'error')) return EXIT_USE;
  let skipped = 0;
  for (const input of inputs) {
    await input.decode({ event: (event) => report.add(event), skip: () => void skipped++ });
  }
  const coverage = report.result();
  if (options.events.length > 0 && (coverage.data?.events ?? 0) === 0) {
    process.stderr.write(
      `No event could be read (${plural(skipped, 'record')} skipped), so nothing is held against the rules. A bare map of fields is no event here.\n`,
    );
  }
  const output = openOutput(options.out);
  await output.write(coverageOutput(coverage, options, paintFor(process.stdout, options.out !== undefined)));
  await output.close();
  return EXIT_FINE;
}

function coverageOutput(coverage: Coverage, { format, top, events }: CoverageOptions, paint: Paint): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(coverageJson(coverage), null, 2)}\n`;
    case 'navigator': {
      const description =
        events.length === 0 ? 'Techniques that the loaded rules name.' : 'Techniques of the rules that the received events could satisfy.';
      const layer = navigatorLayer(coverage, { name: 'Chainsight rules', description, onlyPossible: events.length > 0 });
      return `${JSON.stringify(layer, null, 2)}\n`;
    }
    case 'pretty':
      return prettyCoverage(coverage, Math.max(1, Number(top) || 1), paint);
  }
}

/** What `--format json` prints: docs/reference/rule-format.md#coverage. */
export function coverageJson({ rules, techniques, logSources, fields, verdicts, data }: Coverage) {
  return {
    verdicts,
    data: data && {
      events: data.events,
      isPartial: data.isPartial,
      kinds: data.kinds.map(({ kind, events, rules: about }) => ({ ...kind, events, rules: about.length })),
    },
    rules: rules.map(({ rule, language, verdict, reason }) => ({
      id: rule.id,
      title: rule.title.en,
      file: rule.file,
      line: rule.line,
      language,
      level: rule.level ?? null,
      shadow: rule.isShadow,
      techniques: rule.techniques,
      verdict,
      reason: reason ?? null,
    })),
    techniques,
    logSources,
    fields,
  };
}

function prettyCoverage({ rules, techniques, logSources, fields, verdicts, data }: Coverage, top: number, paint: Paint): string {
  const withData = data !== undefined;
  const byCount = techniques.toSorted((one, other) => other.rules - one.rules || (one.name < other.name ? -1 : 1));
  const words = Object.entries(verdicts).flatMap(([verdict, count]) => (count === 0 ? [] : [`${count} ${verdict}`]));
  return `${[
    ...table('Techniques', byCount, top, withData, paint),
    ...table('Log sources', logSources, top, withData, paint),
    ...table('Fields', fields, top, withData, paint),
    ...excludedLines(rules, top, paint),
    ...(withData ? [paint.dim(`held against ${plural(data.events, 'event')} of ${plural(data.kinds.length, 'kind')}${data.isPartial ? '; too many kinds, not all were told apart' : ''}`)] : []),
    `${paint.bold(plural(rules.length, 'rule'))}: ${words.join(', ')}`,
  ].join('\n')}\n`;
}

const NAME_WIDTH = 52;

function table(title: string, rows: readonly CoverageRow[], top: number, withData: boolean, paint: Paint): readonly string[] {
  if (rows.length === 0) return [];
  const header = `${`${title} (${rows.length})`.padEnd(NAME_WIDTH)}  ${'rules'.padStart(6)}${withData ? `  ${'possible'.padStart(8)}` : ''}`;
  const shown = rows.slice(0, top).map(({ name, rules, possible }) => {
    const counts = `${String(rules).padStart(6)}${withData ? `  ${String(possible).padStart(8)}` : ''}`;
    return `${visible(shortened(name, NAME_WIDTH)).padEnd(NAME_WIDTH)}  ${withData && possible === 0 ? paint.yellow(counts) : counts}`;
  });
  const rest = rows.length > top ? [paint.dim(`… and ${rows.length - top} more`)] : [];
  return [paint.bold(header), ...shown, ...rest, ''];
}

/** Rules that cannot match, by why: one line says it of all that share a reason. */
function excludedLines(rules: readonly RuleCoverage[], top: number, paint: Paint): readonly string[] {
  const byReason = new Map<string, RuleCoverage[]>();
  for (const each of rules) {
    if (each.reason === undefined) continue;
    const key = `${each.verdict}: ${each.reason.message}`;
    const known = byReason.get(key);
    if (known === undefined) byReason.set(key, [each]);
    else known.push(each);
  }
  if (byReason.size === 0) return [];
  const reasons = [...byReason].sort((one, other) => other[1].length - one[1].length || (one[0] < other[0] ? -1 : 1));
  return [
    paint.bold('Rules that cannot match, and why'),
    ...reasons.slice(0, top).map(([reason, those]) => {
      const example = those.length === 1 ? ` (${visible(those[0]!.rule.id)})` : '';
      return `${String(those.length).padStart(6)}  ${visible(shortened(reason, 110))}${paint.dim(example)}`;
    }),
    ...(reasons.length > top ? [paint.dim(`… and ${reasons.length - top} more reasons; --format json lists each rule`)] : []),
    '',
  ];
}
