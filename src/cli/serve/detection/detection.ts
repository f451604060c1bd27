/** All detection threads of a server as one: the parts of it that the HTTP side asks. */

import { checkHunt } from '../../../app/hunt/log-hunter.js';
import { distinctCuts, type HuntCut } from '../../../app/hunt/hunt-cut.js';
import type {
  EngineFigures,
  EventReader,
  HuntAnswer,
  Hunter,
  HuntQuestion,
  Intake,
  LiveNotice,
  LiveNotices,
  PluginDesk,
  PluginStatus,
  PolicyDesk,
} from '../../../app/live-ports.js';
import { partitionOf } from '../../../app/partition.js';
import type { Event } from '../../../engine/event/event.js';
import type { ServerLogger } from '../../../server/parts.js';
import { DetectionHandle } from './detection-handle.js';
import type { DetectionThreadData } from './messages.js';
import { SharedIntake } from './shared-intake.js';

/** Chains in a hunt's answer, those with most points: as many as one thread gives. */
const HUNTED_MAX = 2_000;

export interface Detection {
  readonly intake: Intake;
  readonly policy: PolicyDesk;
  readonly notices: LiveNotices;
  readonly hunter: Hunter;
  readonly events: EventReader;
  readonly plugins: PluginDesk;
  figures(): EngineFigures;
  /** Takes nothing more, and ends once what was taken has had its effects. */
  close(): Promise<void>;
}

/**
 * @returns once all of them take events
 * @throws AppError where a log or the state cannot be used
 */
export async function startDetection(
  data: Omit<DetectionThreadData, 'partition'>,
  logger: ServerLogger,
): Promise<Detection> {
  const listeners = new Set<(notice: LiveNotice) => void>();
  const handles = Array.from(
    { length: data.partitions },
    (_, partition) =>
      new DetectionHandle(
        { ...data, partition },
        {
          // A change of policy reaches all threads, and is news once.
          onNotice(notice) {
            if (notice.kind === 'policy' && partition > 0) return;
            for (const listener of listeners) listener(notice);
          },
          logger,
        },
      ),
  );
  const close = async (): Promise<void> => void (await Promise.all(handles.map((handle) => handle.stop())));
  try {
    await Promise.all(handles.map((handle) => handle.start()));
    const policy = new SharedPolicy(handles);
    await policy.agree();
    return {
      intake: new SharedIntake(handles),
      policy,
      notices: {
        subscribe(listener) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
      hunter: new SharedHunter(handles),
      events: { readEvents: (positions) => readEvents(handles, positions) },
      plugins: pluginsOf(handles),
      figures: () => figuresOf(handles),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Each thread keeps the policy in its own log; the first one's is what is shown. */
class SharedPolicy implements PolicyDesk {
  readonly #first: DetectionHandle;

  constructor(private readonly handles: readonly DetectionHandle[]) {
    this.#first = handles[0]!;
  }

  /** A server that was cut off in the middle of a change has made it in some logs only. */
  async agree(): Promise<void> {
    const { exceptions } = this.#first;
    const right = new Set(exceptions.map(({ id }) => id));
    for (const handle of this.handles.slice(1)) {
      const known = new Set(handle.exceptions.map(({ id }) => id));
      for (const exception of exceptions) {
        if (!known.has(exception.id)) await handle.call('addException', [exception]);
      }
      for (const id of known) if (!right.has(id)) await handle.call('removeException', [id]);
    }
  }

  exceptions: PolicyDesk['exceptions'] = () => this.#first.exceptions;
  rules: PolicyDesk['rules'] = () => this.#first.rules!;
  ruleText: PolicyDesk['ruleText'] = (rule) => this.#first.call('ruleText', [rule]);

  async exceptionHits(): Promise<ReadonlyMap<string, number>> {
    return summed((await this.#all((handle) => handle.call('exceptionHits', []))).flatMap((hits) => [...hits]));
  }

  async ruleErrors(): ReturnType<PolicyDesk['ruleErrors']> {
    const errors = (await this.#all((handle) => handle.call('ruleErrors', []))).flat();
    const counts = summed(errors.map(({ rule, count }) => [rule, count] as const));
    const last = new Map(errors.map(({ rule, lastMessage }) => [rule, lastMessage]));
    return [...counts].map(([rule, count]) => ({ rule, count, lastMessage: last.get(rule)! }));
  }

  /** Of the threads that run: a page of figures waits for none that does not. */
  async ruleCosts(): ReturnType<PolicyDesk['ruleCosts']> {
    const answers = await Promise.allSettled(this.handles.map((handle) => handle.call('ruleCosts', [])));
    const costs = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const hits = summed(costs.map(({ rule, hits: count }) => [rule, count] as const));
    const times = summed(costs.map(({ rule, ms }) => [rule, ms] as const));
    return [...hits].map(([rule, count]) => ({ rule, hits: count, ms: times.get(rule)! }));
  }

  async addException(exception: Parameters<PolicyDesk['addException']>[0]): Promise<void> {
    await this.#all((handle) => handle.call('addException', [exception]));
  }

  async removeException(id: string): Promise<boolean> {
    return (await this.#all((handle) => handle.call('removeException', [id]))).some((isRemoved) => isRemoved);
  }

  async forgetHost(host: string): Promise<void> {
    await this.#all((handle) => handle.call('forgetHost', [host]));
  }

  async reloadRules(): ReturnType<PolicyDesk['reloadRules']> {
    await this.#all((handle) => handle.call('reloadRules', []));
    return this.rules();
  }

  #all<Answer>(ask: (handle: DetectionHandle) => Promise<Answer>): Promise<Answer[]> {
    return Promise.all(this.handles.map(ask));
  }
}

class SharedHunter implements Hunter {
  constructor(private readonly handles: readonly DetectionHandle[]) {}

  check: Hunter['check'] = checkHunt;

  async hunt(
    question: HuntQuestion,
    onProgress: Parameters<Hunter['hunt']>[1],
    cancelled: () => boolean,
  ): Promise<HuntAnswer> {
    const progresses = this.handles.map(() => ({ progress: 0, events: 0 }));
    const answers = await Promise.all(
      this.handles.map((handle, place) =>
        handle.call('hunt', [question], (progress, cancel) => {
          if (cancelled()) cancel();
          progresses[place] = progress;
          onProgress({
            progress: sumOf(progresses, (one) => one.progress) / progresses.length,
            events: sumOf(progresses, (one) => one.events),
          });
        }),
      ),
    );
    return joinedHunt(answers);
  }
}

function joinedHunt(answers: readonly HuntAnswer[]): HuntAnswer {
  const [only] = answers;
  if (answers.length === 1) return only!;
  const found = answers
    .flatMap(({ chains }) => chains)
    .sort(({ threat: one }, { threat: other }) => other.score - one.score || (one.id < other.id ? -1 : 1));
  const chains = found.slice(0, HUNTED_MAX);
  const cuts: HuntCut[] = answers.flatMap((answer) => answer.cuts);
  if (chains.length < found.length) cuts.push({ reason: 'answered', kept: chains.length, found: found.length });
  return { chains, events: sumOf(answers, ({ events }) => events), cuts: distinctCuts(cuts) };
}

async function readEvents(
  handles: readonly DetectionHandle[],
  positions: readonly number[],
): Promise<ReadonlyMap<number, { readonly event: Event; readonly receivedMs: number }>> {
  const byPlace = new Map<number, number[]>();
  for (const position of positions) {
    const place = partitionOf(position);
    byPlace.set(place, [...(byPlace.get(place) ?? []), position]);
  }
  const found = await Promise.all(
    [...byPlace].map(async ([place, wanted]) => [...((await handles[place]?.call('readEvents', [wanted])) ?? [])]),
  );
  return new Map(found.flat());
}

/** Every thread has plugins of its own, and all the same. What they show is what the first one's know. */
function pluginsOf(handles: readonly DetectionHandle[]): PluginDesk {
  return {
    async plugins() {
      const [first = [], ...others] = await Promise.all(handles.map((handle) => handle.call('plugins', [])));
      return first.map((plugin, at) =>
        joinedPlugin(
          plugin,
          others.flatMap((plugins) => plugins[at] ?? []),
        ),
      );
    },
    page: (name) => handles[0]!.call('pluginPage', [name]),
  };
}

function joinedPlugin(first: PluginStatus, others: readonly PluginStatus[]): PluginStatus {
  const failed = [first, ...others].find(({ state }) => state === 'failed');
  return { ...(failed ?? first), faults: sumOf([first, ...others], ({ faults }) => faults) };
}

function figuresOf(handles: readonly DetectionHandle[]): EngineFigures {
  const standings = handles.flatMap(({ standing }) => standing ?? []);
  return {
    backlog: sumOf(standings, ({ figures }) => figures.backlog),
    waitingSinceMs: earliest(standings.map(({ figures }) => figures.waitingSinceMs)),
    forgottenByCorrelations: sumOf(standings, ({ figures }) => figures.forgottenByCorrelations),
    processes: sumOf(standings, ({ figures }) => figures.processes),
    forgottenProcesses: sumOf(standings, ({ figures }) => figures.forgottenProcesses),
    restarts: sumOf(handles, ({ restarts }) => restarts),
    heapBytes: sumOf(standings, ({ heapBytes }) => heapBytes),
    spentMs: {
      read: sumOf(standings, ({ spentMs }) => spentMs.read),
      disk: sumOf(standings, ({ spentMs }) => spentMs.disk),
      judge: sumOf(standings, ({ spentMs }) => spentMs.judge),
      store: sumOf(standings, ({ spentMs }) => spentMs.store),
      diskWait: sumOf(standings, ({ spentMs }) => spentMs.diskWait),
    },
  };
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function sumOf<Item>(items: readonly Item[], figure: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + figure(item), 0);
}

function summed(counts: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}
