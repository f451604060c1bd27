/** `chainsight audit`: who changed what, and whether the record of it is whole. */

import { Command, InvalidArgumentError } from 'commander';
import type { AuditLog, AuditRecord } from '../../app/access-ports.js';
import type { ChainAnswer, ChainHead } from '../../store/access/audit-chain.js';
import { StateInspection } from '../../store/state-inspection.js';
import {
  dataFolderFrom,
  dataOption,
  requireDataFolder,
  statePath,
  withStateToRead,
  type DataOptions,
} from '../data-folder.js';
import { CommandError, EXIT_FINDINGS } from '../exit.js';
import { formatOption, printList, shortTime, type ListFormat } from '../listing.js';
import { wholeNumber } from '../option-values.js';
import { openOutput, visible } from '../output.js';

const PAGE = 500;
const LIMIT = 100;

export function auditCommand(): Command {
  return new Command('audit')
    .description('list who changed what, or check that the audit log is whole')
    .addCommand(listCommand())
    .addCommand(verifyCommand());
}

interface ListOptions extends DataOptions {
  readonly who?: string;
  readonly action?: string;
  readonly limit: number;
  readonly format: ListFormat;
}

function listCommand(): Command {
  return new Command('list')
    .description('list changes, newest first')
    .option('--who <name>', 'by this person, token (token:NAME) or "command line" alone')
    .option('--action <action>', 'of this kind alone, such as token.add')
    .option('--limit <number>', 'at most this many; 0: all', wholeNumber(0), LIMIT)
    .addOption(dataOption())
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  chainsight audit list\n  chainsight audit list --who li --limit 0 --format ndjson',
    )
    .action(async (options: ListOptions) => {
      const entries = await withStateToRead(options, ({ access }) => entriesOf(access, options));
      await printList(
        entries.map(({ timeMs, ...entry }) => ({ time: new Date(timeMs).toISOString(), ...entry })),
        options.format,
        {
          id: ({ id }) => String(id),
          time: ({ time }) => shortTime(Date.parse(time)),
          who: ({ who }) => who,
          action: ({ action }) => action,
          target: ({ target }) => target,
          from: ({ address }) => address,
          before: ({ before }) => shown(before),
          after: ({ after }) => shown(after),
        },
        options.who === undefined && options.action === undefined
          ? 'Nothing was changed yet.'
          : 'No entry fits: nothing of this kind was changed, or not by this name.',
      );
    });
}

interface VerifyOptions extends DataOptions {
  readonly head?: ChainHead;
  readonly format: ListFormat;
}

function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'check the hash chain of the audit log; works beside a running server. Exit code 1 where it does not hold',
    )
    .option('--head <id:hash>', 'this entry, noted down earlier, must be there unchanged', toHead)
    .addOption(dataOption())
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Whoever can write the data folder can write the whole chain anew. What that person cannot do is make it end in a
head that you noted down somewhere else: give it with --head.

Examples:
  chainsight audit verify --data /var/lib/chainsight
  chainsight audit verify --head 152:0f3a…`,
    )
    .action(async (options: VerifyOptions) => {
      const dataFolder = dataFolderFrom(options);
      requireDataFolder(dataFolder);
      const answer = verify(statePath(dataFolder), options.head);
      const output = openOutput(undefined);
      await output.write(options.format === 'pretty' ? `${sentence(answer)}\n` : `${JSON.stringify(answer)}\n`);
      await output.close();
      if (!answer.holds) process.exitCode = EXIT_FINDINGS;
    });
}

/** @throws AppError where the state cannot be read, CommandError where it is from before the chain */
function verify(path: string, known: ChainHead | undefined): ChainAnswer {
  const state = new StateInspection(path);
  try {
    const answer = state.auditChain(known);
    if (answer !== undefined) return answer;
    throw new CommandError(
      `The state in ${path} has layout ${state.layout}, from before the audit log was a chain. The next start of the server makes it one.`,
    );
  } finally {
    state.close();
  }
}

function sentence(answer: ChainAnswer): string {
  if (!answer.holds)
    return `Entry ${answer.id} does not hold: ${answer.reason}. Entries that hold before it: ${answer.entries}.`;
  const count = answer.entries === 1 ? '1 entry holds' : `${answer.entries} entries hold`;
  return answer.head === undefined ? 'There is no entry yet.' : `${count}. Head: ${answer.head.id}:${answer.head.hash}`;
}

function entriesOf(audit: AuditLog, { who, action, limit }: ListOptions): (AuditRecord & { readonly id: number })[] {
  const entries: (AuditRecord & { readonly id: number })[] = [];
  const wanted = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  let cursor: string | undefined;
  do {
    const page = audit.audit({ who, action }, { limit: Math.min(PAGE, wanted - entries.length), cursor });
    entries.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && entries.length < wanted);
  return entries;
}

function shown(value: unknown): string {
  if (value === null) return '';
  const text = visible(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function toHead(text: string): ChainHead {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('It must be ID:HASH, as verify prints it.');
  return { id: Number(match[1]), hash: match[2]!.toLowerCase() };
}
