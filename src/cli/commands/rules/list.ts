/** `rules list`: which rules there are, by set and points. */

import { Command, Option } from 'commander';
import type { Profile, Rule } from '../../../engine/rule/index.js';
import { openOutput, type Paint, paintFor, shortened, visible } from '../../output.js';
import { loadPacks } from '../../pack-files.js';
import { bundledPackPath } from '../../program-root.js';
import { type RuleProfileOption, ruleProfileOption } from '../../rule-profile-option.js';
import { plural, problemLines } from './problem-lines.js';

interface ListOptions extends RuleProfileOption {
  readonly format: 'pretty' | 'json' | 'ndjson';
  readonly technique?: string;
  readonly lang: 'en' | 'zh';
}

const HELP = `
Without a folder the bundled pack is listed. Rules that do not load are told on stderr; "rules lint" says more.

Examples:
  $ chainsight rules list
  $ chainsight rules list --technique T1003 --lang zh
  $ chainsight rules list my-rules --format ndjson | jq -r .id
`;

export function listCommand(): Command {
  return new Command('list')
    .description('list rules and profiles')
    .argument('[folder...]', 'packs, or folders of packs')
    .option('--technique <id>', 'only those that name this ATT&CK technique or one of its sub-techniques')
    .addOption(new Option('--lang <language>', 'language of the titles').choices(['en', 'zh']).default('en'))
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json', 'ndjson']).default('pretty'))
    .addOption(ruleProfileOption())
    .addHelpText('after', HELP)
    .action(async (folders: string[], options: ListOptions) => {
      const loaded = loadPacks(folders.length > 0 ? folders : [bundledPackPath()], {
        ruleProfiles: options.ruleProfile,
      });
      const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) process.stderr.write(`${problemLines(errors, paintFor(process.stderr, false)).join('\n')}\n`);
      const wanted = techniqueFilter(options.technique);
      const rules = loaded.rules.filter(wanted);
      const profiles = loaded.profiles.filter(wanted);
      const output = openOutput(undefined);
      await output.write(listText(rules, profiles, options, paintFor(process.stdout, false)));
      await output.close();
    });
}

export function techniqueFilter(technique: string | undefined): (item: Rule | Profile) => boolean {
  if (technique === undefined) return () => true;
  const wanted = technique.toUpperCase();
  return ({ techniques }) => techniques.some((id) => id === wanted || id.startsWith(`${wanted}.`));
}

export function listText(rules: readonly Rule[], profiles: readonly Profile[], options: ListOptions, paint: Paint): string {
  switch (options.format) {
    case 'json':
      return `${JSON.stringify({ rules: rules.map(listedRule), profiles }, null, 2)}\n`;
    case 'ndjson':
      return [
        ...rules.map((rule) => JSON.stringify({ kind: 'rule', ...listedRule(rule) })),
        ...profiles.map((profile) => JSON.stringify({ kind: 'profile', ...profile })),
      ]
        .map((line) => `${line}\n`)
        .join('');
    case 'pretty':
      return prettyText(rules, profiles, options.lang, paint);
  }
}

/** A Sigma rule without what was read from it: its conditions are in its file. */
function listedRule({ sigma, ...rule }: Rule) {
  if (sigma === undefined) return rule;
  const { document, filters } = sigma;
  return {
    ...rule,
    logSource: document.kind === 'rule' ? document.logSource : undefined,
    filters: filters.length === 0 ? undefined : filters.map(({ id }) => id),
  };
}

const ID_WIDTH = 44;

function prettyText(rules: readonly Rule[], profiles: readonly Profile[], lang: 'en' | 'zh', paint: Paint): string {
  const row = (item: Rule | Profile): string => {
    const id = shortened(item.id, ID_WIDTH).padEnd(ID_WIDTH);
    const techniques = item.techniques.length === 0 ? '' : `  ${paint.cyan(shortened(item.techniques.join(' '), 40))}`;
    const isShadow = 'isShadow' in item && item.isShadow;
    const level = 'level' in item && item.set === 'sigma' ? `${(item.level ?? '').padEnd(13)}  ` : '';
    return `${paint.bold((isShadow ? 'shadow' : `+${item.points}`).padStart(6))}  ${visible(id)}  ${level}${visible(item.title[lang])}${techniques}`;
  };
  const section = (title: string, items: readonly (Rule | Profile)[]): string[] =>
    items.length === 0 ? [] : [paint.bold(title), ...items.map(row), ''];
  return `${[
    ...section('Rules that score, and whose techniques score', rules.filter(({ set }) => set === 'ioa')),
    ...section('Rules whose techniques score', rules.filter(({ set }) => set === 'technique')),
    ...section(
      'Sigma rules, which score by their level',
      rules.filter(({ set }) => set === 'sigma'),
    ),
    ...section('Profiles', profiles),
    paint.dim(`${plural(rules.length, 'rule')}, ${plural(profiles.length, 'profile')}`),
  ].join('\n')}\n`;
}
