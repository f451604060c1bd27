/**
 * `chainsight exception`: stated reasons not to score something, the allow list among them. They live in the log, which a running server has
 * locked: then the server is asked, otherwise the command opens the folder itself.
 */

import { Command, Option } from 'commander';
import type { PolicyDesk } from '../../app/live-ports.js';
import { EXCEPTION_SCOPES, type ExceptionScope } from '../../contract/index.js';
import type { Exception } from '../../engine/score/exception.js';
import { newId } from '../../server/access/secret.js';
import { COMMAND_LINE, noteChange } from '../command-line-audit.js';
import { configFrom, dataFolderFrom, dataOption, requireDataFolder, type DataOptions } from '../data-folder.js';
import { CommandError } from '../exit.js';
import { formatOption, printList, shortTime, type ListFormat } from '../listing.js';
import { toDays, toWords } from '../option-values.js';
import { askServer, findRunningServer } from '../running-server.js';
import { compose, type Composition } from '../serve/compose.js';
import { quietLogger } from '../serve/quiet-logger.js';

interface AddOptions extends DataOptions {
  readonly reason: string;
  readonly host?: string;
  readonly rule?: string;
  readonly days?: number;
}

/** As lists print them: the API's shape, whichever way they came. */
interface Shown {
  readonly id: string;
  readonly scope: string;
  readonly value: string;
  readonly host: string | null;
  readonly rule: string | null;
  readonly reason: string;
  readonly author: string;
  readonly created: string;
  readonly expires: string | null;
  readonly hits: number;
}

export function exceptionCommand(): Command {
  return new Command('exception')
    .description('add, list and remove exceptions; those of scope hash are the allow list')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
}

function addCommand(): Command {
  return new Command('add')
    .description('do not score what fits; the evidence stays, with zero points')
    .addArgument(scopeArgument())
    .argument('<value>', 'hash: hex digits; rule: a rule’s id; the rest: text with * and ?')
    .requiredOption('--reason <text>', 'why, for whoever reads it in a year', toWords)
    .option('--host <name>', 'only on this host')
    .option('--rule <id>', 'only for this rule')
    .option('--days <number>', 'days of event time until it ends (default: never)', toDays)
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  chainsight exception add hash 5fe3…c1 --reason "our installer, checked by li"
  chainsight exception add path 'C:\\Tools\\backup*.exe' --host fs-01 --days 30 --reason "migration"`,
    )
    .action(async (scope: ExceptionScope, value: string, options: AddOptions) => {
      if (scope === 'hash' && !/^[0-9a-f]{32,128}$/i.test(value)) {
        throw new CommandError('A hash is 32 to 128 hex digits, without its algorithm’s name.');
      }
      if (value === '') throw new CommandError('An exception needs a value: an empty one fits nothing.');
      const nowMs = Date.now();
      const expiresMs = options.days === undefined ? undefined : nowMs + options.days * 86_400_000;
      const { host, rule, reason } = options;
      const id = await withDesk(options, {
        async server(ask) {
          const expires = expiresMs === undefined ? undefined : new Date(expiresMs).toISOString();
          const { body } = await ask('POST', '/exceptions', { scope, value, host, rule, reason, expires });
          return String(body['id']);
        },
        async folder({ policy, access }) {
          const exception: Exception = {
            id: newId(),
            scope,
            value: scope === 'hash' ? value.toLowerCase() : value,
            host,
            rule,
            reason,
            author: COMMAND_LINE,
            createdMs: nowMs,
            expiresMs,
          };
          await policy.addException(exception);
          const after = { scope, value, reason };
          noteChange(access, 'exception.add', exception.id, null, after);
          return exception.id;
        },
      });
      process.stdout.write(`${id}\n`);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list exceptions')
    .addOption(new Option('--scope <scope>', 'only of this scope').choices([...EXCEPTION_SCOPES]))
    .addOption(dataOption())
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  chainsight exception list --scope hash --format ndjson')
    .action(async (options: DataOptions & { readonly format: ListFormat; readonly scope?: ExceptionScope }) => {
      const exceptions = await withDesk<readonly Shown[]>(options, {
        async server(ask) {
          const all: Shown[] = [];
          let cursor: unknown;
          do {
            const next: string = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
            const { body } = await ask('GET', `/exceptions?limit=1000${next}`);
            all.push(...(body['items'] as Shown[]));
            cursor = body['next'];
          } while (typeof cursor === 'string');
          return all;
        },
        folder: ({ policy }) => shownOf(policy),
      });
      await printList(
        exceptions.filter(({ scope }) => options.scope === undefined || options.scope === scope),
        options.format,
        {
          id: ({ id }) => id,
          scope: ({ scope }) => scope,
          value: ({ value }) => value,
          only: ({ host, rule }) => [host, rule].filter((part) => part !== null).join(' '),
          hits: ({ hits }) => String(hits),
          until: ({ expires }) => (expires === null ? '-' : shortTime(Date.parse(expires))),
          by: ({ author }) => author,
          why: ({ reason }) => reason,
        },
        'There are no exceptions.',
      );
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove an exception; scores already given stay')
    .argument('<id>')
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  chainsight exception remove 0a1b…')
    .action(async (id: string, options: DataOptions) => {
      await withDesk(options, {
        async server(ask) {
          await ask('DELETE', `/exceptions/${encodeURIComponent(id)}`);
        },
        async folder({ policy, access }) {
          const before = policy.exceptions().find((exception) => exception.id === id);
          if (before === undefined || !(await policy.removeException(id))) {
            throw new CommandError(`There is no exception ${id}. chainsight exception list shows them.`);
          }
          noteChange(access, 'exception.remove', id, before, null);
        },
      });
      process.stderr.write(`Removed ${id}.\n`);
    });
}

type Ask = (method: string, path: string, body?: unknown) => ReturnType<typeof askServer>;

interface Ways<Answer> {
  server(ask: Ask): Promise<Answer>;
  folder(parts: Composition['parts']): Promise<Answer>;
}

async function withDesk<Answer>(options: DataOptions, ways: Ways<Answer>): Promise<Answer> {
  const dataFolder = dataFolderFrom(options);
  requireDataFolder(dataFolder);
  const server = await findRunningServer(dataFolder);
  if (server !== undefined) {
    return await ways.server((method, path, body) => askServer(dataFolder, server, method, path, body));
  }
  const composition = await compose(configFrom(options), quietLogger);
  try {
    return await ways.folder(composition.parts);
  } finally {
    await composition.close();
  }
}

async function shownOf(policy: PolicyDesk): Promise<readonly Shown[]> {
  const hits = await policy.exceptionHits();
  return policy.exceptions().map((exception) => ({
    id: exception.id,
    scope: exception.scope,
    value: exception.value,
    host: exception.host ?? null,
    rule: exception.rule ?? null,
    reason: exception.reason,
    author: exception.author,
    created: new Date(exception.createdMs).toISOString(),
    expires: exception.expiresMs === undefined ? null : new Date(exception.expiresMs).toISOString(),
    hits: hits.get(exception.id) ?? 0,
  }));
}

function scopeArgument() {
  return new Command().createArgument('<scope>', 'what it looks at').choices([...EXCEPTION_SCOPES]);
}
