/** `chainsight enrol`: codes that sensors trade for tokens of their own. Works on the data folder itself, whether the server runs or not. */

import { Command } from 'commander';
import type { EnrolmentRecord } from '../../app/access-ports.js';
import { makeEnrolment } from '../../server/access/make-enrolment.js';
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
import { collectHosts, wholeNumber } from '../option-values.js';

const HOURS = 24;
const HOURS_MAX = 24 * 366;
const USES_MAX = 10_000;
const HOUR_MS = 3_600_000;

interface CreateOptions extends DataOptions {
  readonly hours: number;
  readonly uses: number;
  readonly host: readonly string[];
}

export function enrolCommand(): Command {
  return new Command('enrol')
    .description('make, list and revoke codes that sensors trade for tokens of their own')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('make a code and print it, alone and for the only time; a running server takes it at once')
    .option('--hours <number>', `hours until it ends`, wholeNumber(1, HOURS_MAX), HOURS)
    .option('--uses <number>', 'how many sensors may enrol with it', wholeNumber(1, USES_MAX), 1)
    .option('--host <name>', 'only this host may enrol; may be given more than once', collectHosts, [])
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  CODE=$(chainsight enrol create --host fin-03)
  chainsight enrol create --uses 200 --hours 8
On the host, the answer's "secret" being its token:
  curl -H 'Content-Type: application/json' -d '{"code":"CODE","host":"fin-03"}' https://SERVER:8420/api/v1/enrol`,
    )
    .action(async (options: CreateOptions) => {
      const { hours, uses, host } = options;
      const dataFolder = dataFolderFrom(options);
      ensureDataFolder(dataFolder);
      const nowMs = Date.now();
      const wish = { hosts: host, uses, nowMs, by: COMMAND_LINE, expiresMs: nowMs + hours * HOUR_MS };
      const { record, code } = makeEnrolment(wish);
      await withState(dataFolder, ({ access }) => {
        access.addEnrolment(record);
        noteChange(access, 'enrolment.add', record.id, null, { hosts: record.hosts, uses, hours });
      });
      process.stdout.write(`${code}\n`);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list codes by what they are for; the codes themselves are not kept')
    .addOption(dataOption())
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  chainsight enrol list --data data')
    .action(async (options: DataOptions & { readonly format: ListFormat }) => {
      const enrolments = await withStateToRead(options, ({ access }) => access.enrolments());
      await printList(
        enrolments.map(({ codeHash: _hidden, ...shown }) => shown),
        options.format,
        {
          id: ({ id }) => id,
          hosts: ({ hosts }) => (hosts.length === 0 ? 'any' : hosts.join(' ')),
          'uses left': ({ usesLeft }) => String(usesLeft),
          made: ({ createdMs }) => shortTime(createdMs),
          until: ({ expiresMs }) => shortTime(expiresMs),
        },
        'There are no codes. Make one with: chainsight enrol create',
      );
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('take a code back; tokens that it gave stay (chainsight token remove)')
    .argument('<enrolment>', 'its id, or how the id begins')
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  chainsight enrol revoke 3f2a91 --data data')
    .action(async (given: string, options: DataOptions) => {
      await withKeptState(options, ({ access }) => {
        const { id, hosts, usesLeft } = oneEnrolment(access.enrolments(), given);
        access.removeEnrolment(id);
        noteChange(access, 'enrolment.remove', id, { hosts, usesLeft }, null);
        process.stderr.write(`Revoked enrolment ${id}.\n`);
      });
    });
}

function oneEnrolment(enrolments: readonly EnrolmentRecord[], given: string): EnrolmentRecord {
  const found = given === '' ? [] : enrolments.filter(({ id }) => id.startsWith(given));
  const [enrolment] = found;
  if (enrolment === undefined)
    throw new CommandError(`There is no enrolment ${given}. chainsight enrol list shows them.`);
  if (found.length > 1) throw new CommandError(`${found.length} enrolments begin with ${given}: write more of its id.`);
  return enrolment;
}
