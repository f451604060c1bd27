/** Builds a running Chainsight on a data folder: log, state, engine, plugins. The only place that knows all adapters. */

import { LogHunter } from '../../app/hunt/log-hunter.js';
import { LiveService } from '../../app/live/live-service.js';
import { compilePacks } from '../../app/policy/compile-packs.js';
import type { EventLog } from '../../app/ports.js';
import { formatDiagnostic } from '../../engine/base/diagnostic.js';
import { openEventLog } from '../../log/event-log.js';
import type { PluginHost } from '../../plugin-host/plugin-host.js';
import type { ServerLogger, ServerParts } from '../../server/parts.js';
import { createJsonDecoder } from '../../sources/json/json.js';
import { DEFAULT_LIMITS, type Decoder, type Sink } from '../../sources/source.js';
import type { StateStore } from '../../store/state-store.js';
import type { Config } from '../config.js';
import type { SettingValues } from '../settings.js';
import { asCommandError, ensureDataFolder, logPath, openState } from '../data-folder.js';
import { inProcessPlugins } from '../judges.js';
import { storedDecoder } from '../log-source.js';
import { startPlugins, tellRules } from './plugins.js';
import { rulePacks, type RulePacks } from './rule-packs.js';
import { watchRules } from './rule-watch.js';
import { sampleMaker } from './sample.js';
import { systemClock, systemPause } from './world.js';

/** The console lists them all. */
const ERRORS_TOLD_MAX = 20;

export interface Composition {
  readonly parts: ServerParts;
  readonly live: LiveService;
  /** For what senders hand in: within the configured limits. */
  readonly decoder: (sink: Sink) => Decoder;
  /** Takes nothing more, writes what it holds, and gives the folder free. */
  close(): Promise<void>;
}

/**
 * Opens the folder and brings engine and state to the end of the log. Events are taken from then on.
 *
 * @throws CommandError where the folder cannot be used or another server has it
 */
export async function compose({ dataFolder, values }: Config, logger: ServerLogger): Promise<Composition> {
  ensureDataFolder(dataFolder);
  let state: StateStore | undefined;
  let log: EventLog | undefined;
  let plugins: PluginHost | undefined;
  try {
    state = openState(dataFolder);
    log = await openLog(dataFolder, state.effects.committedPosition, logger);
    let live: LiveService | undefined;
    plugins = await startPlugins(dataFolder, values, () => live, logger);
    const packs = rulePacks(dataFolder, values);
    live = liveService({ log, state, plugins, values, packs, logger });
    await live.start(({ position, lastPosition }) => logger.info({ position, lastPosition }, 'reading the log'));
    return composition({ live, log, state, plugins, values, packs, logger });
  } catch (error) {
    await plugins?.close();
    await log?.close();
    state?.close();
    throw asCommandError(error);
  }
}

interface Pieces {
  readonly live: LiveService;
  readonly log: EventLog;
  readonly state: StateStore;
  readonly plugins: PluginHost;
  readonly values: SettingValues;
  readonly packs: RulePacks;
  readonly logger: ServerLogger;
}

function composition({ live, log, state, plugins, values, packs, logger }: Pieces): Composition {
  const endTelling = tellRules(plugins, live);
  const watching = watchRules(
    packs.folders,
    () => reloadRules(live, logger),
    (folder, reason) => logger.warn({ folder, reason }, 'changes of these rules are not seen; reload them by hand'),
  );
  return {
    live,
    decoder: (sink) =>
      createJsonDecoder(sink, { limits: { ...DEFAULT_LIMITS, maxRecordBytes: values['limits.recordBytes'] } }),
    parts: {
      clock: systemClock,
      access: state.access,
      state: state.queries,
      intake: live.intake,
      figures: () => live.figures,
      policy: live.policy,
      notices: live.notices,
      hunter: new LogHunter({
        log,
        policy: () => live.currentPolicy,
        plugins: inProcessPlugins(values['plugins.settings']),
        decoder: storedDecoder,
        pause: systemPause,
      }),
      events: live,
      plugins,
      samples: sampleMaker,
      logger,
    },
    async close() {
      watching.close();
      await live.stop();
      endTelling();
      // After the engine, which calls them, and before the log, which takes what they learned.
      await plugins.close();
      await log.close();
      state.close();
    },
  };
}

async function reloadRules(live: LiveService, logger: ServerLogger): Promise<void> {
  try {
    const before = live.policy.rules().rules.version;
    const { rules, problems } = await live.policy.reloadRules();
    if (rules.version === before && problems.length === 0) return;
    const errors = problems.filter(({ severity }) => severity === 'error');
    logger.info({ version: rules.version, rules: rules.rules.length, errors: errors.length }, 'rules read again');
    for (const error of errors.slice(0, ERRORS_TOLD_MAX)) logger.warn({}, formatDiagnostic(error));
  } catch (error) {
    logger.error({ err: error }, 'the rules could not be read again; those in force stay');
  }
}

function liveService({ log, state, plugins, values, packs, logger }: Omit<Pieces, 'live'>): LiveService {
  return new LiveService({
    log,
    store: state.effects,
    clock: systemClock,
    pause: systemPause,
    decoder: storedDecoder,
    compile: compilePacks,
    readPacks: () => packs.read(),
    settings: {
      threshold: values['policy.threshold'],
      hits: values['policy.hits'],
      rootImages: values['policy.rootImages'],
      skipImages: values['policy.skipImages'],
      skipHashes: values['policy.skipHashes'],
    },
    plugins: plugins.enginePlugins,
    onTrouble: ({ kind, position, message }) =>
      logger[kind === 'store-recovered' ? 'info' : 'warn']({ kind, position }, message),
  });
}

async function openLog(dataFolder: string, lastKnownPosition: number, logger: ServerLogger): Promise<EventLog> {
  const log = await openEventLog(logPath(dataFolder), {
    lastKnownPosition,
    onDamage: ({ segment, offset, bytes, reason }) =>
      logger.error({ segment, offset, bytes }, `damage in the log: ${reason}`),
  });
  if (log.cut !== undefined)
    logger.warn({ bytes: log.cut.bytes }, `the log’s end was torn and is cut off: ${log.cut.reason}`);
  return log;
}
