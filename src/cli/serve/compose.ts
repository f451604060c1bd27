/** Builds a running Chainsight on a data folder: state, detection, rules that are watched. */

import { availableParallelism } from 'node:os';
import { PARTITIONS_MAX } from '../../app/partition.js';
import { AppError } from '../../app/app-error.js';
import { formatDiagnostic } from '../../engine/base/diagnostic.js';
import type { ServerLogger, ServerParts } from '../../server/parts.js';
import type { StateStore } from '../../store/state-store.js';
import type { Config } from '../config.js';
import { ensureDataFolder, logFolders, openState } from '../data-folder.js';
import { programRoot } from '../program-root.js';
import { startDetection, type Detection } from './detection/detection.js';
import { rulePacks } from './rule-packs.js';
import { watchRules } from './rule-watch.js';
import { sampleMaker } from './sample.js';
import { systemClock } from './world.js';

/** The console lists them all. */
const ERRORS_TOLD_MAX = 20;

export interface Composition {
  readonly parts: ServerParts;
  /** Takes nothing more, writes what it holds, and gives the folder free. */
  close(): Promise<void>;
}

/**
 * Opens the folder and brings detection to the end of the log. Events are taken from then on.
 *
 * @throws CommandError, AppError where the folder cannot be used or another server has it
 */
export async function compose({ dataFolder, values }: Config, logger: ServerLogger): Promise<Composition> {
  ensureDataFolder(dataFolder);
  let state: StateStore | undefined;
  try {
    state = openState(dataFolder);
    const partitions = partitionsOf(state, dataFolder, values['detection.threads'], logger);
    const data = { programRoot: programRoot(), config: { dataFolder, values }, partitions };
    const detection = await startDetection(data, logger);
    const watching = watchRules(
      rulePacks(dataFolder, values).folders,
      () => reloadRules(detection, logger),
      (folder, reason) => logger.warn({ folder, reason }, 'changes of these rules are not seen; reload them by hand'),
    );
    return composition(state, detection, () => watching.close(), logger);
  } catch (error) {
    state?.close();
    throw error;
  }
}

function composition(
  state: StateStore,
  detection: Detection,
  endWatching: () => void,
  logger: ServerLogger,
): Composition {
  return {
    parts: {
      clock: systemClock,
      access: state.access,
      state: state.queries,
      hunts: state.hunts,
      ...detection,
      samples: sampleMaker,
      logger,
    },
    async close() {
      endWatching();
      await detection.close();
      state.close();
    },
  };
}

const PARTITIONS_FACT = 'partitions';
/** Of those that are chosen by themselves: more only where somebody says so. */
const CHOSEN_MAX = 8;

/** A host's events stay where they began: how many share the hosts is settled when a folder takes its first events. */
function partitionsOf(state: StateStore, dataFolder: string, asked: number, logger: ServerLogger): number {
  const settled = state.access.fact(PARTITIONS_FACT) ?? (logFolders(dataFolder).length > 0 ? '1' : undefined);
  const wanted = asked === 0 ? Math.min(CHOSEN_MAX, Math.max(1, availableParallelism() - 1)) : asked;
  if (settled === undefined) {
    state.access.setFact(PARTITIONS_FACT, String(wanted));
    return wanted;
  }
  const partitions = Math.min(PARTITIONS_MAX, Math.max(1, Math.trunc(Number(settled)) || 1));
  if (asked !== 0 && asked !== partitions) {
    logger.warn({ asked, partitions }, 'detection.threads was settled when this data folder was made, and stays');
  }
  return partitions;
}

async function reloadRules({ policy }: Detection, logger: ServerLogger): Promise<void> {
  try {
    const before = policy.rules().version;
    const { version, rules, problems } = await policy.reloadRules();
    if (version === before && problems.length === 0) return;
    const errors = problems.filter(({ severity }) => severity === 'error');
    logger.info({ version, rules: rules.length, errors: errors.length }, 'rules read again');
    for (const error of errors.slice(0, ERRORS_TOLD_MAX)) logger.warn({}, formatDiagnostic(error));
  } catch (error) {
    const what = 'the rules could not be read again; those in force stay';
    // A folder that is gone, say; where the fault is not the world's, the stack tells more.
    if (error instanceof AppError) logger.warn({ reason: error.message }, what);
    else logger.error({ err: error }, what);
  }
}
