/** `chainsight serve`: the server and console. Runs until it is told to stop. */

import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import type { ServerLogger, TlsFiles } from '../../server/parts.js';
import { openSetUp } from '../../server/access/set-up.js';
import { createRmEyeListener, type RmEyeListener } from '../../server/rmeye/rmeye-listener.js';
import { createServer } from '../../server/server.js';
import type { Config } from '../config.js';
import { configFrom, configOption, dataOption, type DataOptions } from '../data-folder.js';
import { CommandError, EXIT_FINE } from '../exit.js';
import { programRoot, programVersion } from '../program-root.js';
import { type RuleProfileOption, ruleProfileOption } from '../rule-profile-option.js';
import { compose, type Composition } from '../serve/compose.js';
import { generatedTls } from '../serve/generated-tls.js';
import { givenTls, refuseOpenAddress } from '../serve/given-tls.js';
import { addressText, addressUrl, listenError } from '../serve/listen-address.js';
import { removeRunningFile, writeRunningFile } from '../serve/running-file.js';
import { endAs, stopSignal } from '../serve/stop-signal.js';
import type { Address } from '../settings.js';

/** Of log lines that could not be written. */
const UNREAD_BYTES_MAX = 1024 * 1024;

interface ServeOptions extends DataOptions, RuleProfileOption {
  readonly listen?: string;
  readonly rmeye?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsGenerate?: boolean;
  readonly insecure?: boolean;
  readonly rules?: readonly string[];
  readonly bundled: boolean;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the server and the console; stops with a flush on SIGTERM, Ctrl-C, or when its terminal goes')
    .addOption(dataOption())
    .addOption(configOption())
    .option('--listen <address:port>', 'console, API and events (default: 127.0.0.1:8420)')
    .option('--rmeye <address:port>', 'the original’s wire, which carries no credential (default: off)')
    .option('--tls-cert <file>', 'certificate (PEM), to speak HTTPS')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--tls-generate', 'speak HTTPS with a certificate of its own, made once')
    .option('--insecure', 'listen beyond loopback without TLS')
    .option('--rules <dir>', 'a further pack of rules; may be given more than once', collect)
    .addOption(ruleProfileOption())
    .option('--no-bundled', 'without the bundled rules')
    .addHelpText(
      'after',
      `
Examples:
  chainsight serve
  chainsight serve --data /var/lib/chainsight --listen 0.0.0.0:8420 --tls-cert cert.pem --tls-key key.pem
  chainsight serve --data data --rmeye 127.0.0.1:8421

Settings: chainsight.yml in the data folder, CHAINSIGHT_* over it, these flags over both; see chainsight config.`,
    )
    .action(async (options: ServeOptions) => {
      process.exitCode = await serve(options);
    });
}

async function serve(options: ServeOptions): Promise<number> {
  const config = configFrom(options, {
    'listen.http': { flag: '--listen', value: options.listen },
    'listen.rmeye': { flag: '--rmeye', value: options.rmeye },
    'tls.cert': { flag: '--tls-cert', value: options.tlsCert },
    'tls.key': { flag: '--tls-key', value: options.tlsKey },
    'tls.generate': { flag: '--tls-generate', value: options.tlsGenerate },
    insecure: { flag: '--insecure', value: options.insecure },
    'rules.packs': { flag: '--rules', value: options.rules },
    'rules.profiles': { flag: '--rule-profile', value: options.ruleProfile },
    'rules.bundled': { flag: '--no-bundled', value: options.bundled ? undefined : false },
  });
  requireRuleFolders(config);
  const given = givenTls(config);
  refuseOpenAddress(config, given !== undefined || config.values['tls.generate']);
  const tls = given ?? madeTls(config);
  const stopping = stopSignal();
  const logger = pino({ level: config.values['log.level'], base: null }, standardError());
  const composition = await compose(config, serverLogger(logger));
  let signal: NodeJS.Signals;
  try {
    signal = await run({ config, tls, composition, stopping, logger: serverLogger(logger) });
  } finally {
    removeRunningFile(config.dataFolder);
    await composition.close();
  }
  endAs(signal);
  return EXIT_FINE;
}

interface Run {
  readonly config: Config;
  readonly tls: TlsFiles | undefined;
  readonly composition: Composition;
  readonly logger: ServerLogger;
  /** Resolves with the signal to stop. */
  readonly stopping: Promise<NodeJS.Signals>;
}

/** @returns what it was stopped by */
async function run({ config, tls, composition, logger, stopping }: Run): Promise<NodeJS.Signals> {
  const { values, dataFolder } = config;
  const { parts } = composition;
  const version = programVersion();
  const limits = {
    bodyBytes: values['limits.bodyBytes'],
    recordBytes: values['limits.recordBytes'],
    gzipRatio: values['limits.gzipRatio'],
    inFlightBytes: values['limits.inFlightBytes'],
  };
  const built = join(programRoot(), 'dist', 'console');
  const server = await createServer(parts, {
    version,
    limits,
    tls,
    consoleFolder: existsSync(built) ? built : undefined,
  });
  let rmeye: RmEyeListener | undefined;
  try {
    const http = await listen(server, values['listen.http'], '--listen');
    const url = addressUrl(http, tls !== undefined);
    const lines = [`Chainsight ${version} listens on ${url}`];
    if (tls !== undefined && values['tls.cert'] === '') {
      lines.push(`Nobody vouches for its certificate. Compare its SHA-256: ${fingerprintOf(tls)}`);
    }
    if (values['listen.rmeye'] !== undefined) {
      rmeye = createRmEyeListener({
        intake: parts.intake,
        metrics: server.metrics,
        logger,
        allow: values['rmeye.allow'],
      });
      const address = await listen(rmeye, values['listen.rmeye'], '--rmeye');
      lines.push(`The original’s wire is open on ${addressText(address)} for ${values['rmeye.allow'].join(', ')}`);
    }
    const token = openSetUp(parts.access);
    if (token !== undefined) {
      lines.push(`First start: open ${url}/setup#token=${token} and choose a password. The link works once.`);
    }
    writeRunningFile(dataFolder, { url, pid: process.pid, fingerprint: fingerprintOf(tls) });
    process.stdout.write(`${lines.join('\n')}\n`);
    const signal = await stopping;
    logger.info({ signal }, 'stopping');
    return signal;
  } finally {
    await rmeye?.close();
    await server.close();
  }
}

async function listen(
  listener: { listen(host: string, port: number): Promise<number> },
  address: Address,
  flag: string,
): Promise<Address> {
  try {
    return { host: address.host, port: await listener.listen(address.host, address.port) };
  } catch (error) {
    throw listenError(error, address, flag);
  }
}

/** Detection would find out as well, after the data folder was opened, and not know which line names it. */
function requireRuleFolders({ values, origins }: Config): void {
  const missing = values['rules.packs'].find((folder) => !existsSync(folder));
  if (missing === undefined) return;
  throw new CommandError(`rules.packs (${origins['rules.packs']}) names ${missing}, which is not there.`);
}

function madeTls({ values, dataFolder }: Config): TlsFiles | undefined {
  return values['tls.generate'] ? generatedTls(dataFolder, values['listen.http'].host, Date.now()) : undefined;
}

function fingerprintOf(tls: TlsFiles | undefined): string {
  return tls === undefined ? '' : new X509Certificate(tls.cert).fingerprint256;
}

/** What nobody can read any more, because the terminal or the program behind a pipe is gone, is dropped: it ends no server. */
function standardError(): ReturnType<typeof pino.destination> {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: UNREAD_BYTES_MAX });
  destination.on('error', () => undefined);
  return destination;
}

function serverLogger(logger: pino.Logger): ServerLogger {
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
