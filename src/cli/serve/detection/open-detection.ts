/** Log, state, engine and plugins of one partition, in a thread of their own. The only place that knows all of these adapters. */

import { createHash } from 'node:crypto';
import type { AuditLog } from '../../../app/access-ports.js';
import { LogHunter } from '../../../app/hunt/log-hunter.js';
import { LiveService } from '../../../app/live/live-service.js';
import type { LiveTrouble } from '../../../app/live/pipeline.js';
import { positionBefore, shareOf } from '../../../app/partition.js';
import { compilePacks } from '../../../app/policy/compile-packs.js';
import type { EffectStore } from '../../../app/ports.js';
import { shareOfRoom } from '../../../engine/room.js';
import { correlationPlan } from '../../../engine/rule/sigma/correlation/correlation-plan.js';
import { diskFiles } from '../../../log/files.js';
import { openEventLog, type RetainingLog } from '../../../log/event-log.js';
import { snapshotFolder } from '../../../log/snapshot-folder.js';
import type { PluginHost } from '../../../plugin-host/plugin-host.js';
import type { ServerLogger } from '../../../server/parts.js';
import { createJsonDecoder } from '../../../sources/json/json.js';
import { DEFAULT_LIMITS } from '../../../sources/source.js';
import { openStateStore, type StateStore } from '../../../store/state-store.js';
import { logPath, ruleCachePath, snapshotPath, statePath } from '../../data-folder.js';
import { configuredPlugins, inProcessPlugins } from '../../judges.js';
import { storedDecoder } from '../../log-source.js';
import { programIdentity } from '../../program-root.js';
import { saveRules, useRuleCache } from '../../rule-cache.js';
import { startPlugins, tellRules } from '../plugins.js';
import { rulePacks } from '../rule-packs.js';
import { systemClock, systemPause } from '../world.js';
import type { DetectionThreadData } from './messages.js';
import { Retention } from './retention.js';
import { WorkTime } from './work-time.js';

export interface OpenDetection {
  readonly live: LiveService;
  readonly hunter: LogHunter;
  readonly plugins: PluginHost;
  /** Why the log takes nothing more: only opening it again helps. `undefined` while it does. */
  readonly failure: Error | undefined;
  /** Takes nothing more, writes what it holds, and gives the log free. */
  close(): Promise<void>;
}

type Limits = Pick<DetectionThreadData, 'config' | 'partition' | 'partitions'>;

/**
 * Brings engine and state to the end of the log. Events are taken from then on.
 *
 * @throws AppError where the log or the state cannot be used, or another server has it
 */
export async function openDetection(data: Limits, logger: ServerLogger, time = new WorkTime()): Promise<OpenDetection> {
  const { dataFolder } = data.config;
  let state: StateStore | undefined;
  let log: RetainingLog | undefined;
  let plugins: PluginHost | undefined;
  useRuleCache(ruleCachePath(dataFolder));
  try {
    state = openStateStore(statePath(dataFolder), data.partition);
    log = await openLog(data, state.effects.committedPosition, time, logger);
    let live: LiveService | undefined;
    plugins = await startPlugins(data, () => live, logger);
    const { config, partitions } = data;
    const retention = new Retention({ log, state: state.retention, partitions, settings: config.values, logger });
    live = liveService(data, {
      log,
      store: time.store(state.effects),
      retention,
      plugins,
      logger,
      audit: state.access,
    });
    await live.start(({ position, lastPosition }) => logger.info({ position, lastPosition }, 'reading the log'));
    // All read the same rules.
    if (data.partition === 0) saveRules();
    if (data.partitions > 1) warnOfSpans(live, logger);
    return opened({ live, log, state, retention, plugins });
  } catch (error) {
    await plugins?.close();
    await log?.close();
    state?.close();
    throw error;
  }
}

interface Pieces {
  readonly live: LiveService;
  readonly log: RetainingLog;
  readonly state: StateStore;
  readonly retention: Retention;
  readonly plugins: PluginHost;
}

function opened({ live, log, state, retention, plugins }: Pieces): OpenDetection {
  const endTelling = tellRules(plugins, live);
  return {
    live,
    plugins,
    get failure() {
      return log.failure;
    },
    hunter: new LogHunter({
      log,
      policy: () => live.currentPolicy,
      plugins: () => inProcessPlugins(live.currentPlugins),
      decoder: storedDecoder,
      pause: systemPause,
    }),
    async close() {
      await live.stop();
      await retention.stop();
      endTelling();
      // After the engine, which calls them, and before the log, which takes what they learned.
      await plugins.close();
      await log.close();
      state.close();
    },
  };
}

function liveService(
  { config: { dataFolder, values }, partition, partitions }: Limits,
  {
    log,
    store,
    retention,
    plugins,
    logger,
    audit,
  }: Pick<Pieces, 'log' | 'retention' | 'plugins'> & {
    readonly store: EffectStore;
    readonly logger: ServerLogger;
    readonly audit: AuditLog;
  },
): LiveService {
  const packs = rulePacks(dataFolder, values);
  const limits = { ...DEFAULT_LIMITS, maxRecordBytes: values['limits.recordBytes'] };
  return new LiveService({
    log,
    store,
    clock: systemClock,
    stopwatch: () => performance.now(),
    pause: systemPause,
    decoder: storedDecoder,
    intakeDecoder: (sink) => createJsonDecoder(sink, { limits, isUnplaced: true }),
    elsewhere(host) {
      const place = shareOf(host, partitions);
      return place === partition ? undefined : place;
    },
    compile: (logged) => compilePacks(packs.asOnDisk(logged)),
    readPacks: () => packs.read(),
    settings: {
      threshold: values['policy.threshold'],
      hits: values['policy.hits'],
      rootImages: values['policy.rootImages'],
      skipImages: values['policy.skipImages'],
      skipHashes: values['policy.skipHashes'],
    },
    plugins: plugins.enginePlugins,
    usePlugins: (stated) => plugins.use(stated),
    pluginPolicy: configuredPlugins(values),
    onConfigured(what, before, after) {
      // Every thread has it in its log; it is one change.
      if (partition > 0) return;
      const entry = { who: CONFIGURATION, target: what, before: before ?? null, after, address: '' };
      audit.addAudit({ ...entry, timeMs: systemClock.nowMs(), action: `${what}.change` });
    },
    room: shareOfRoom(partitions),
    snapshots: {
      store: snapshotFolder(snapshotPath(dataFolder, partition)),
      onWritten: (donePosition) => retention.run(donePosition),
      identity: identityOf({ partitions }),
    },
    onTrouble: ({ kind, position, message }) =>
      logger[GOOD_NEWS.has(kind) ? 'info' : 'warn']({ kind, position }, message),
  });
}

/** Troubles that are over. */
const GOOD_NEWS: ReadonlySet<LiveTrouble['kind']> = new Set(['events-taken-again', 'store-recovered']);

/** Whom the audit log names where a start has found another configuration. */
const CONFIGURATION = 'configuration';

/** Whatever decides, besides the log, what a replay gives: a snapshot of another program is left alone. */
function identityOf(what: object): string {
  return createHash('sha256')
    .update(JSON.stringify([programIdentity(), what]))
    .digest('hex');
}

/** A correlation sees the hosts of its own partition alone. */
function warnOfSpans(live: LiveService, logger: ServerLogger): void {
  if (!correlationPlan(live.currentPolicy.rules.rules).spansHosts) return;
  logger.warn(
    {},
    'Some correlations count over several hosts. With more than one detection thread each sees a part of the hosts; set detection.threads to 1 in a new data folder to have them see all.',
  );
}

async function openLog(
  { config: { dataFolder }, partition }: Limits,
  lastKnownPosition: number,
  time: WorkTime,
  logger: ServerLogger,
): Promise<RetainingLog> {
  const log = await openEventLog(logPath(dataFolder, partition), {
    lastKnownPosition,
    files: time.files(diskFiles),
    firstPosition: positionBefore(partition) + 1,
    onDamage: ({ segment, offset, bytes, reason }) =>
      logger.error({ segment, offset, bytes }, `damage in the log: ${reason}`),
  });
  if (log.cut !== undefined)
    logger.warn({ bytes: log.cut.bytes }, `the log’s end was torn and is cut off: ${log.cut.reason}`);
  return log;
}
