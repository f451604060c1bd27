/** `chainsight host`: the machines that events were about. */

import { Command } from 'commander';
import { stateOf, type HostState } from '../../app/completeness/host-state.js';
import type { HostRecord, StateQueries } from '../../app/query-ports.js';
import { noteChange } from '../command-line-audit.js';
import {
  configFrom,
  dataFolderFrom,
  dataOption,
  requireDataFolder,
  withStateToRead,
  type DataOptions,
} from '../data-folder.js';
import { CommandError } from '../exit.js';
import { formatOption, printList, shortTime, type ListFormat } from '../listing.js';
import { askServer, findRunningServer } from '../running-server.js';
import { compose } from '../serve/compose.js';
import { quietLogger } from '../serve/quiet-logger.js';

const PAGE = 1000;

interface ListedHost extends HostRecord {
  readonly state: HostState;
}

export function hostCommand(): Command {
  return new Command('host')
    .description('list hosts, or forget one')
    .addCommand(listCommand())
    .addCommand(forgetCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('list hosts: whether they are heard, their events, what is missing of them, open threats')
    .argument('[text]', 'only those whose name holds this')
    .addOption(dataOption())
    .addOption(formatOption())
    .addHelpText('after', '\nExamples:\n  chainsight host list\n  chainsight host list fin --format ndjson')
    .action(async (text: string | undefined, options: DataOptions & { readonly format: ListFormat }) => {
      const hosts = await withStateToRead(options, ({ queries }) => allHosts(queries, text));
      await printList(
        hosts,
        options.format,
        {
          name: ({ name }) => name,
          state: ({ state }) => state,
          events: ({ events }) => String(events),
          missing: ({ missing }) => String(missing),
          'open threats': ({ openThreats }) => String(openThreats),
          first: ({ firstMs }) => shortTime(firstMs),
          last: ({ lastMs }) => shortTime(lastMs),
        },
        text === undefined ? 'No event has come yet.' : `No host holds ${text} in its name.`,
      );
    });
}

function forgetCommand(): Command {
  return new Command('forget')
    .description('remove all that is known of a host but its events in the log')
    .argument('<name>')
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  chainsight host forget old-pc')
    .action(async (name: string, options: DataOptions) => {
      const dataFolder = dataFolderFrom(options);
      requireDataFolder(dataFolder);
      const host = name.toLowerCase();
      const server = await findRunningServer(dataFolder);
      if (server === undefined) {
        await forgetInFolder(host, options);
      } else {
        await askServer(dataFolder, server, 'DELETE', `/hosts/${encodeURIComponent(host)}`);
      }
      process.stderr.write(`Forgot ${host}.\n`);
    });
}

async function forgetInFolder(host: string, options: DataOptions): Promise<void> {
  const { parts, close } = await compose(configFrom(options), quietLogger);
  try {
    if (parts.state.host(host) === undefined)
      throw new CommandError(`There is no host ${host}. chainsight host list shows them.`);
    await parts.policy.forgetHost(host);
    noteChange(parts.access, 'host.forget', host, null, null);
  } finally {
    await close();
  }
}

function allHosts(queries: StateQueries, text: string | undefined): readonly ListedHost[] {
  const listening = { nowMs: Date.now(), excusedFromMs: Number.POSITIVE_INFINITY };
  const hosts: ListedHost[] = [];
  let cursor: string | undefined;
  do {
    const page = queries.hosts(text, { limit: PAGE, cursor });
    hosts.push(...page.items.map((host) => ({ ...host, state: stateOf(host, listening) })));
    cursor = page.next;
  } while (cursor !== undefined);
  return hosts;
}
