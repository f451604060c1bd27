/** `chainsight user`: people who sign in. For the first one, and for when a password is lost. */

import { Command, Option } from 'commander';
import type { Role } from '../../app/access-ports.js';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH, ROLES, UserName } from '../../contract/index.js';
import { hashPassword } from '../../server/access/password.js';
import { closeSetUp } from '../../server/access/set-up.js';
import { noteChange } from '../command-line-audit.js';
import {
  dataFolderFrom,
  dataOption,
  ensureDataFolder,
  requireDataFolder,
  withKeptState,
  withStateToRead,
  withState,
  type DataOptions,
} from '../data-folder.js';
import { CommandError } from '../exit.js';
import { formatOption, printList, shortTime, type ListFormat } from '../listing.js';
import { readPassword } from '../read-password.js';

export function userCommand(): Command {
  return new Command('user')
    .description('add, list, change and remove people')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(passwordCommand())
    .addCommand(removeCommand());
}

function addCommand(): Command {
  return new Command('add')
    .description('add a person; asks for the password, or reads one line from stdin')
    .argument('<name>')
    .addOption(new Option('--role <role>', 'what they may do').choices([...ROLES]).default('analyst'))
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  chainsight user add li --role administrator
  printf '%s\\n' "$PASSWORD" | chainsight user add wu --role viewer --data data`,
    )
    .action(async (name: string, options: DataOptions & { readonly role: Role }) => {
      if (!new RegExp(UserName.pattern ?? '', 'u').test(name) || name.length > 64) {
        throw new CommandError('A name holds letters, digits and . _ @ -, at most 64 of them.');
      }
      const dataFolder = dataFolderFrom(options);
      ensureDataFolder(dataFolder);
      const passwordHash = await hashPassword(await goodPassword());
      await withState(dataFolder, ({ access }) => {
        const user = { name, role: options.role, passwordHash, createdMs: Date.now(), lastSignInMs: 0 };
        if (!access.addUser(user)) throw new CommandError(`There is a ${name} already.`);
        closeSetUp(access);
        noteChange(access, 'user.add', name, null, { role: options.role });
      });
      process.stderr.write(`Added ${name} as ${options.role}.\n`);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list people')
    .addOption(dataOption())
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  chainsight user list --format json')
    .action(async (options: DataOptions & { readonly format: ListFormat }) => {
      const users = await withStateToRead(options, ({ access }) => access.users());
      await printList(
        users.map(({ passwordHash: _hidden, ...shown }) => shown),
        options.format,
        {
          name: ({ name }) => name,
          role: ({ role }) => role,
          added: ({ createdMs }) => shortTime(createdMs),
          'last sign-in': ({ lastSignInMs }) => shortTime(lastSignInMs),
        },
        'There is nobody yet. Open the link that chainsight serve prints, or: chainsight user add NAME',
      );
    });
}

function passwordCommand(): Command {
  return new Command('password')
    .description('set a person’s password and end their sessions')
    .argument('<name>')
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  chainsight user password li')
    .action(async (name: string, options: DataOptions) => {
      const dataFolder = dataFolderFrom(options);
      // Before anything is typed.
      requireDataFolder(dataFolder);
      const passwordHash = await hashPassword(await goodPassword());
      await withState(dataFolder, ({ access }) => {
        if (!access.changeUser(name, { passwordHash })) throw nobody(name);
        access.removeSessionsOf(name);
        noteChange(access, 'user.password', name, null, null);
      });
      process.stderr.write(`The password of ${name} is changed.\n`);
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a person and end their sessions')
    .argument('<name>')
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  chainsight user remove wu')
    .action(async (name: string, options: DataOptions) => {
      await withKeptState(options, ({ access }) => {
        const user = access.user(name);
        if (user === undefined) throw nobody(name);
        const others = access.users().filter((other) => other.role === 'administrator' && other.name !== user.name);
        if (user.role === 'administrator' && others.length === 0) {
          throw new CommandError(`${name} is the only administrator: add another one first.`);
        }
        access.removeUser(user.name);
        noteChange(access, 'user.remove', user.name, { role: user.role }, null);
      });
      process.stderr.write(`Removed ${name}.\n`);
    });
}

async function goodPassword(): Promise<string> {
  const password = await readPassword('Password: ');
  if (password.length < PASSWORD_MIN_LENGTH || password.length > PASSWORD_MAX_LENGTH) {
    throw new CommandError(`A password has ${PASSWORD_MIN_LENGTH} to ${PASSWORD_MAX_LENGTH} characters.`);
  }
  return password;
}

function nobody(name: string): CommandError {
  return new CommandError(`There is nobody named ${name}. chainsight user list shows who there is.`);
}
