/** docs/reference/cli.md: every command is in it with every option, and nothing that the program does not know. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/cli.md'), 'utf8');
const usages = [...page.matchAll(/^ {4}chainsight (.*)$/gm)].map(([, usage]) => usage!);

/** Said once for all commands, or by commander. */
const OF_ALL = new Set(['--data', '--help']);

/** Commands without sub-commands, by what is typed. */
async function allCommands(): Promise<Map<string, Command>> {
  const folder = join(import.meta.dirname, 'commands');
  const found = new Map<string, Command>();
  const add = (command: Command, before: string): void => {
    const name = `${before}${command.name()}`;
    if (command.commands.length === 0) found.set(name, command);
    for (const child of command.commands) add(child, `${name} `);
  };
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
    const exported = (await import(join(folder, file))) as Record<string, () => Command>;
    for (const [name, make] of Object.entries(exported)) if (name.endsWith('Command')) add(make(), '');
  }
  return found;
}

const commands = await allCommands();
const names = [...commands.keys()];
/** Of `user` and `user add` the longer one is meant. */
const nameOf = (usage: string): string =>
  names.filter((name) => `${usage} `.startsWith(`${name} `)).sort((one, other) => other.length - one.length)[0] ?? '';

test('the page shows the commands that there are', () => {
  expect([...new Set(usages.map(nameOf))].sort()).toEqual(names.sort());
});

describe.each([...commands])('chainsight %s', (name, command) => {
  const shown = usages.filter((usage) => nameOf(usage) === name);
  const options = command.options.filter(({ long }) => !OF_ALL.has(long!));

  test('has the options that the page shows', () => {
    const named = new Set(shown.flatMap((usage) => usage.match(/--[a-z-]+/g) ?? []));
    expect([...named].sort()).toEqual(options.map(({ long }) => long!).sort());
  });

  test('takes the values that the page shows', () => {
    const choices = options.flatMap(({ long, argChoices }) =>
      argChoices === undefined ? [] : [`${long} ${argChoices.join('|')}`],
    );
    expect(choices.filter((choice) => !shown.join('\n').includes(choice))).toEqual([]);
  });

  test('must have what the page shows without brackets', () => {
    const mandatory = options.filter((option) => option.mandatory).map(({ long }) => long!);
    const bare = shown[0]!.slice(name.length).replace(/\[[^\]]*\]…?/g, '');
    expect(bare.match(/--[a-z-]+/g) ?? []).toEqual(mandatory);
    const wanted = command.registeredArguments.filter(({ required }) => required);
    expect(bare.replace(/--\S+ \S+/g, '').match(/\S+/g) ?? []).toHaveLength(wanted.length);
  });
});
