import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tacticsOf, TACTICS, techniqueById } from '../../src/engine/attack/index.js';
import { loadPack, type Pack, type Rule } from '../../src/engine/rule/index.js';

/** Keeps the tables of docs/reference/bundled-pack.md equal to the pack; `npx vitest run --project unit rules/chainsight -u` rewrites them. */

const MARKER = '<!-- What follows is made from the pack; rules/chainsight/reference.test.ts keeps it true. -->';

test('the reference page shows the pack as it is', async () => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => ({ path: name, text: readFileSync(folder + name, 'utf8') }));
  const pack = loadPack(files, { technique: techniqueById });
  const page = fileURLToPath(new URL('../../docs/reference/bundled-pack.md', import.meta.url));
  const written = existsSync(page) ? readFileSync(page, 'utf8').split(MARKER)[0]! : '# The bundled pack\n\n';
  await expect(`${written}${MARKER}\n\n${tables(pack)}`).toMatchFileSnapshot(page);
});

function tables(pack: Pack): string {
  const techniques = new Set(pack.rules.flatMap((rule) => rule.techniques));
  const lines = [
    `## In numbers`,
    '',
    `${pack.rules.length} rules over ${techniques.size} techniques, ${pack.profiles.length} profiles.`,
    '',
    '| tactic | rules | techniques |',
    '| --- | ---: | ---: |',
    ...TACTICS.flatMap(({ shortName, name }) => {
      const serves = (id: string): boolean => tacticsOf(id).some((tactic) => tactic.shortName === shortName);
      const rules = pack.rules.filter((rule) => rule.techniques.some(serves)).length;
      return rules === 0 ? [] : [`| ${name.en} | ${rules} | ${[...techniques].filter(serves).length} |`];
    }),
    '',
    '## Profiles',
    '',
    '| profile | reached by | points |',
    '| --- | --- | ---: |',
    ...pack.profiles.map(
      ({ id, title, techniques: among, atLeast, points }) =>
        `| **${title.en}** \`${id}\` | ${atLeast} of ${among.map(link).join(', ')} | ${points} |`,
    ),
  ];
  for (const file of [...new Set(pack.rules.map((rule) => rule.file))]) {
    lines.push('', `## ${file}`, '', '| rule | set | points | techniques | asked about | most a chain can get |');
    lines.push('| --- | --- | ---: | --- | --- | ---: |');
    lines.push(...pack.rules.filter((rule) => rule.file === file).map(row));
  }
  return `${lines.join('\n')}\n`;
}

function row(rule: Rule): string {
  const asked = rule.actions.length > 0 ? rule.actions.join(', ') : rule.eventIds.join(', ');
  const most = rule.points * (rule.techniques.length + (rule.set === 'ioa' ? 1 : 0));
  return `| **${rule.title.en}** \`${rule.id}\` | ${rule.set} | ${rule.points} | ${rule.techniques.map(link).join(', ')} | ${asked} | ${most} |`;
}

function link(id: string): string {
  return `[${id}](${techniqueById(id)?.url ?? ''})`;
}
