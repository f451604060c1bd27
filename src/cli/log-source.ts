/** The log of a data folder, for commands that only read it: beside a running server as well as without one. */

import { compilePacks, type CompiledPacks } from '../app/policy/compile-packs.js';
import { LoggedPolicy, rulesLost } from '../app/policy/logged-policy.js';
import { withinPartition } from '../app/partition.js';
import type { EventLog, PluginPolicy } from '../app/ports.js';
import { joinLogs, type ReadableLog } from '../app/replay/joined-log.js';
import type { Diagnostic } from '../engine/base/diagnostic.js';
import type { Policy } from '../engine/policy.js';
import { openEventLog } from '../log/event-log.js';
import { createJsonDecoder } from '../sources/json/json.js';
import { DEFAULT_LIMITS, type Decoder, type Sink } from '../sources/source.js';
import { dataFolderFrom, logFolders, type DataOptions } from './data-folder.js';
import { CommandError } from './exit.js';
import { policyFromOptions, type PolicyOptions } from './policy-options.js';

/** What the log holds was within the limits of its day; these are above any that can be set. */
const STORED_LIMITS = { ...DEFAULT_LIMITS, maxRecordBytes: 65 * 1024 * 1024 };

export function storedDecoder(sink: Sink): Decoder {
  return createJsonDecoder(sink, { limits: STORED_LIMITS, isUnplaced: true });
}

/** All partitions' logs as one. @throws CommandError where there is none, AppError where one cannot be read */
export async function withLog<Answer>(
  options: DataOptions,
  use: (log: ReadableLog) => Promise<Answer>,
): Promise<Answer> {
  const folders = logFolders(dataFolderFrom(options));
  if (folders.length === 0) {
    throw new CommandError(`There are no events in ${dataFolderFrom(options)}. Name the data folder with --data.`);
  }
  const onDamage = (damage: { readonly segment: string; readonly reason: string }): void =>
    void process.stderr.write(`damage in the log, passed over: ${damage.segment}: ${damage.reason}\n`);
  const logs: EventLog[] = [];
  try {
    for (const { path } of folders) logs.push(await openEventLog(path, { readOnly: true, onDamage }));
    return await use(joinLogs(logs));
  } finally {
    for (const log of logs) await log.close();
  }
}

export interface ChosenPolicy {
  readonly policy: Policy;
  readonly diagnostics: readonly Diagnostic[];
  /** `undefined` where the log tells none. */
  readonly plugins: PluginPolicy | undefined;
}

/** As the log's last change left it. @throws AppError `RULES_LOST` where it does not tell the rules */
export async function lastPolicy(log: ReadableLog): Promise<ChosenPolicy> {
  const logged = await foldPolicy(log);
  if (logged.rulesVersion === '' && withinPartition(log.lastPosition) > 0) throw rulesLost();
  return chosen(logged);
}

async function foldPolicy(log: ReadableLog): Promise<LoggedPolicy> {
  const logged = new LoggedPolicy(compilePacks);
  // No event lies behind the end of time: of those with one none is read, and changes of policy always are.
  for await (const records of log.read({ fromMs: Number.MAX_SAFE_INTEGER })) {
    for (const { record } of records) if (record.kind === 'policy') logged.change(record.change);
  }
  return logged;
}

function chosen(logged: LoggedPolicy): ChosenPolicy {
  const { diagnostics }: CompiledPacks = logged.compiled();
  return { policy: logged.current(), diagnostics, plugins: logged.plugins };
}

export type ReplayPolicyOptions = Partial<PolicyOptions>;

/** `undefined` where no option asks for another policy than the log's own. Rules and lists that no option names are those that the log has last. */
export async function policyInstead(log: ReadableLog, options: ReplayPolicyOptions): Promise<ChosenPolicy | undefined> {
  const { rules = [], bundled = true, policy, ruleProfile } = options;
  const hasRules = rules.length > 0 || !bundled || ruleProfile !== undefined;
  if (!hasRules && policy === undefined) return undefined;
  // Where other rules are named, those of the log may be lost.
  const last = hasRules ? chosen(await foldPolicy(log)) : await lastPolicy(log);
  const asked = await policyFromOptions({
    rules,
    bundled: bundled && hasRules,
    ...(policy === undefined ? {} : { policy }),
    ...(ruleProfile === undefined ? {} : { ruleProfile }),
  });
  return {
    policy: {
      ...(policy === undefined ? last.policy : asked.policy),
      rules: hasRules ? asked.policy.rules : last.policy.rules,
    },
    diagnostics: hasRules ? asked.diagnostics : last.diagnostics,
    plugins: last.plugins,
  };
}
