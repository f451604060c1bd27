/** Whether what is on the disk is what was written: the logs by their checksums, the state by SQLite's check, the audit log by its chain. */

import { existsSync } from 'node:fs';
import { positionBefore, withinPartition } from '../../app/partition.js';
import { AppError } from '../../app/app-error.js';
import { CARRIED_NAME, loadCarried, type Carried } from '../../log/carried.js';
import { inspectLog, type LogInspection } from '../../log/inspect.js';
import { StateInspection, STATE_LAYOUT } from '../../store/state-inspection.js';
import { logFolders, statePath } from '../data-folder.js';
import { reasonOf } from '../reason-of.js';
import { mebibytes, type Finding } from './finding.js';
import { checkLayout } from './versions.js';

/** Places of damage that are named; there may be thousands. */
const NAMED = 5;

const RESTORE =
  'Restore a back-up (chainsight restore) into a new folder, and look for the cause: memory, disk, or somebody who wrote here.';

export interface IntegrityOptions {
  readonly dataFolder: string;
  /** Every record of the logs, not only those that crashes and restarts touch. */
  readonly isFull: boolean;
  readonly isServerRunning: boolean;
}

export interface Integrity {
  readonly findings: readonly Finding[];
  readonly newestMs: number | undefined;
}

export async function checkIntegrity(options: IntegrityOptions): Promise<Integrity> {
  const findings: Finding[] = [];
  const hasState = existsSync(statePath(options.dataFolder));
  const positions = hasState ? checkState(options.dataFolder, findings) : new Map<number, number>();
  // After the state: a running server goes on, and the logs are ahead of it at any time.
  let newestMs: number | undefined;
  let records = 0;
  const logs = logFolders(options.dataFolder);
  if (logs.length === 0) findings.push({ topic: 'log', grade: 'ok', says: 'no event has come yet' });
  for (const { name, path, partition } of logs) {
    try {
      const log = await inspectLog(path, options.isFull);
      records += Math.max(0, log.lastPosition - log.firstPosition + 1);
      if (log.newestMs !== undefined) newestMs = Math.max(newestMs ?? 0, log.newestMs);
      const carried = checkCarried(name, await loadCarried(path), log.firstPosition, partition);
      findings.push(...carried, ...checkLog(name, log, positions.get(partition) ?? 0, options));
    } catch (error) {
      findings.push({
        topic: 'log',
        grade: 'fail',
        says: `${name} cannot be read: ${reasonOf(error)}`,
        advice: RESTORE,
      });
    }
  }
  if (!hasState) findings.push(stateIsGone(records));
  return { findings, newestMs };
}

function stateIsGone(records: number): Finding {
  return {
    topic: 'state',
    grade: 'fail',
    says: `the state is gone, and the log holds ${records} records; the next start makes it again from them`,
    advice:
      'Chains and threats come back. Verdicts, people, tokens and the audit log do not: where a back-up has them, restore that (chainsight restore).',
    figures: { records },
  };
}

/** @returns up to where the state has the effects of each log */
function checkState(dataFolder: string, findings: Finding[]): ReadonlyMap<number, number> {
  const positions = new Map<number, number>();
  let state: StateInspection | undefined;
  try {
    state = new StateInspection(statePath(dataFolder));
    findings.push(checkLayout(state.layout));
    const faults = state.faults();
    if (faults.length > 0) {
      const says = `SQLite’s check finds ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${faults.slice(0, NAMED).join('; ')}`;
      findings.push({ topic: 'state', grade: 'fail', says, advice: RESTORE });
    } else findings.push({ topic: 'state', grade: 'ok', says: 'SQLite’s check finds nothing wrong' });
    if (state.layout > STATE_LAYOUT) return positions;
    for (const { partition } of logFolders(dataFolder))
      positions.set(partition, state.committedPosition(partition) ?? 0);
    findings.push(checkAudit(state));
  } catch (error) {
    const reason = error instanceof AppError ? error.message : `The state cannot be read: ${reasonOf(error)}.`;
    findings.push({ topic: 'state', grade: 'fail', says: reason.replace(/\.$/, ''), advice: RESTORE });
  } finally {
    state?.close();
  }
  return positions;
}

function checkAudit(state: StateInspection): Finding {
  const topic = 'audit';
  const chain = state.auditChain();
  if (chain === undefined) return { topic, grade: 'ok', says: 'the audit log is from before it was a chain' };
  if (!chain.holds) {
    const says = `entry ${chain.id} of the audit log does not hold: ${chain.reason}`;
    const advice =
      'Somebody or something changed it outside of the program. Compare with a back-up; see chainsight audit verify.';
    return { topic, grade: 'fail', says, advice, figures: { entries: chain.entries, id: chain.id } };
  }
  const figures = {
    entries: chain.entries,
    ...(chain.head === undefined ? {} : { head: `${chain.head.id}:${chain.head.hash}` }),
  };
  return { topic, grade: 'ok', says: `the chain of the audit log holds (${chain.entries} entries)`, figures };
}

/** What a log whose first segments had their time says of the policy from before. */
function checkCarried(
  name: string,
  carried: Carried | undefined,
  firstPosition: number,
  partition: number,
): readonly Finding[] {
  const lost = 'the rules, settings and exceptions from before its first record are lost';
  const fail = (says: string): Finding[] => [{ topic: 'log', grade: 'fail', says, advice: RESTORE }];
  if (carried === undefined) return fail(`${CARRIED_NAME} of ${name} is not what was written: ${lost}`);
  const begins = positionBefore(partition) + 1;
  if (firstPosition <= Math.max(begins, carried.until)) return [];
  const first = withinPartition(firstPosition);
  return fail(`${name} begins with record ${first}, and ${CARRIED_NAME} does not tell of what was before: ${lost}`);
}

function checkLog(
  name: string,
  log: LogInspection,
  statePosition: number,
  { isFull, isServerRunning }: IntegrityOptions,
): readonly Finding[] {
  const topic = 'log';
  const { segments, bytes, records, firstPosition, lastPosition, damage, torn } = log;
  const figures = { segments, bytes, records, firstPosition, lastPosition, statePosition };
  const found: Finding[] = [];
  if (damage.length > 0) {
    const places = damage.slice(0, NAMED).map(({ segment, offset, reason, lost }) => {
      const which = lost === undefined ? '' : ` (records ${lost.first} to ${lost.last})`;
      return `${segment} at byte ${offset}: ${reason}${which}`;
    });
    const more = damage.length > NAMED ? `; and ${damage.length - NAMED} more places` : '';
    found.push({
      topic,
      grade: 'fail',
      says: `${name} is damaged: ${places.join('; ')}${more}`,
      advice: RESTORE,
      figures,
    });
  }
  const isShort = statePosition > lastPosition;
  if (isShort) {
    const says = `${name} ends at record ${withinPartition(lastPosition)}, and the state has seen ${withinPartition(statePosition)}: records were lost`;
    found.push({ topic, grade: 'fail', says, advice: RESTORE, figures });
  }
  if (torn !== undefined && !isServerRunning) {
    const says = `the end of ${name} is torn (${torn.bytes} bytes): ${torn.reason}`;
    found.push({
      topic,
      grade: 'warn',
      says,
      // What the state has seen was acknowledged.
      advice: isShort
        ? 'Records that the state has seen were here or behind it. The next start cuts these bytes off: copy the folder before.'
        : 'Nothing to do: these were never acknowledged, and the next start cuts them off.',
      figures,
    });
  }
  if (found.length > 0) return found;
  const how = isFull || segments < 2 ? 'every checksum holds' : 'the checksums at its ends hold (--full compares all)';
  return [
    {
      topic,
      grade: 'ok',
      says: `${name}: ${mebibytes(bytes)} in ${segments} files up to record ${withinPartition(lastPosition)}; ${how}`,
      figures,
    },
  ];
}
