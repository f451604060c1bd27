/** `chainsight token`: secrets for sensors and scripts. Works on the data folder itself, whether the server runs or not. */

import { Command, Option } from 'commander';
import { TOKEN_ROLES } from '../../contract/index.js';
import type { TokenRecord, TokenRole } from '../../app/access-ports.js';
import { makeToken } from '../../server/access/make-token.js';
import { COMMAND_LINE, noteChange } from '../command-line-audit.js';
import {
  dataFolderFrom,
  dataOption,
  ensureDataFolder,
  withKeptState,
  withStateToRead,
  withState,
  type DataOptions,
} from '../data-folder.js';
import { CommandError } from '../exit.js';
import { formatOption, printList, shortTime, type ListFormat } from '../listing.js';
import { collectHosts, toDays } from '../option-values.js';

interface CreateOptions extends DataOptions {
  readonly role: TokenRole;
  readonly name: string;
  readonly host: readonly string[];
  readonly days?: number;
}

export function tokenCommand(): Command {
  return new Command('token')
    .description('make, list and remove tokens of sensors and scripts')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('make a token and print its secret, alone and for the only time; a running server takes it at once')
    .addOption(new Option('--role <role>', 'what it may do').choices([...TOKEN_ROLES]).makeOptionMandatory())
    .requiredOption('--name <name>', 'what it is for, as the audit log will show it')
    .option('--host <name>', 'bind a sensor to this host; may be given more than once', collectHosts, [])
    .option('--days <number>', 'days until it ends (default: never)', toDays)
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  TOKEN=$(chainsight token create --data data --role sensor --name FIN-03 --host fin-03)
  chainsight token create --role admin --name nightly-export --days 90`,
    )
    .action(async (options: CreateOptions) => {
      const { name, role, host, days } = options;
      if (name.trim() === '') throw new CommandError('--name must not be empty.');
      if (host.length > 0 && role !== 'sensor')
        throw new CommandError('Only a sensor can be bound to hosts: leave --host out, or use --role sensor.');
      const dataFolder = dataFolderFrom(options);
      ensureDataFolder(dataFolder);
      const nowMs = Date.now();
      const expiresMs = days === undefined ? 0 : nowMs + days * 86_400_000;
      const { record, secret } = makeToken({ name, role, hosts: host, nowMs, by: COMMAND_LINE, expiresMs });
      await withState(dataFolder, ({ access }) => {
        access.addToken(record);
        const after = { name, role, hosts: record.hosts };
        noteChange(access, 'token.add', record.id, null, after);
      });
      process.stdout.write(`${secret}\n`);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list tokens, without their secrets')
    .addOption(dataOption())
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  chainsight token list --data data')
    .action(async (options: DataOptions & { readonly format: ListFormat }) => {
      const tokens = await withStateToRead(options, ({ access }) => access.tokens());
      await printList(
        tokens.map(({ secretHash: _hidden, ...shown }) => shown),
        options.format,
        {
          id: ({ id }) => id,
          name: ({ name }) => name,
          role: ({ role }) => role,
          hosts: ({ hosts }) => (hosts.length === 0 ? 'any' : hosts.join(' ')),
          made: ({ createdMs }) => shortTime(createdMs),
          'last used': ({ lastUsedMs }) => shortTime(lastUsedMs),
          until: ({ expiresMs }) => shortTime(expiresMs),
        },
        'There are no tokens. Make one with: chainsight token create --role sensor --name NAME',
      );
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a token; a running server refuses it within a second')
    .argument('<token>', 'its id, or its name where only one has it')
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  chainsight token remove FIN-03 --data data')
    .action(async (given: string, options: DataOptions) => {
      await withKeptState(options, ({ access }) => {
        const token = oneToken(access.tokens(), given);
        access.removeToken(token.id);
        const before = { name: token.name, role: token.role };
        noteChange(access, 'token.remove', token.id, before, null);
        process.stderr.write(`Removed ${token.role} token ${token.name} (${token.id}).\n`);
      });
    });
}

function oneToken(tokens: readonly TokenRecord[], given: string): TokenRecord {
  const found = tokens.filter(({ id, name }) => id === given || name === given);
  const [token] = found;
  if (token === undefined) throw new CommandError(`There is no token ${given}. chainsight token list shows them.`);
  if (found.length > 1)
    throw new CommandError(
      `${found.length} tokens are named ${given}: name one by its id. chainsight token list shows them.`,
    );
  return token;
}
