/** The program of a third-party plugin's process: loads the plugin, calls its hooks, sends back what it gives. */

import { isMainThread } from 'node:worker_threads';
import { assert } from '../../engine/base/assert.js';
import { evidenceEventOf } from '../../engine/score/evidence.js';
import {
  configureSettings,
  type PluginCall,
  type PluginDefinition,
  type PluginEvidence,
  type PluginHooks,
} from '../../plugin-sdk/index.js';
import { messageOf } from '../thrown.js';
import { Memories } from './memories.js';
import { Output } from './output.js';
import { HOOK_NAMES, type FromWorker, type ToWorker, type WorkerCall, type WorkerManifest } from './protocol.js';
import { keepWatch, startWatchdog } from './watchdog.js';

const MEMORIES_MAX = 50_000;
const PAGE_LENGTH_MAX = 1024 * 1024;

if (isMainThread) serve();
else keepWatch();

function serve(): void {
  let worker: PluginWorker | undefined;
  process.on('disconnect', () => process.exit(0));
  const die = (error: unknown): void =>
    send({ kind: 'dying', reason: messageOf(error).slice(0, 500) }, () => process.exit(1));
  process.on('uncaughtException', die);
  process.on('message', (message: ToWorker) => {
    if (message.kind !== 'start') worker?.take(message);
    else {
      start(message).then(
        (started) => {
          worker = started;
          send({ kind: 'started', manifest: started.manifest });
        },
        (error: unknown) => send({ kind: 'refused', reason: messageOf(error).slice(0, 500) }),
      );
    }
  });
}

function send(message: FromWorker, then?: () => void): void {
  assert(process.send !== undefined, 'this program is started by the server');
  process.send(message, undefined, undefined, () => then?.());
}

/** @throws Error with the reason why this is no plugin that can run */
async function start({
  module,
  settings,
  limits,
  residentMbMax,
}: Extract<ToWorker, { kind: 'start' }>): Promise<PluginWorker> {
  await startWatchdog(process.argv[1]!, residentMbMax);
  const { default: definition } = (await import(module)) as { readonly default?: PluginDefinition };
  if (typeof definition !== 'object' || definition === null || typeof definition.init !== 'function') {
    throw new TypeError('it has no default export made by definePlugin');
  }
  const configured = configureSettings(definition.settings ?? {}, settings);
  if (!configured.ok) throw new TypeError(configured.reason);
  const output = new Output(limits, send);
  const hooks = definition.init({
    settings: configured.settings,
    log: (text) => output.log(text),
    giveLater: (evidence) => output.late(evidence),
  });
  if (typeof hooks !== 'object' || hooks === null || hooks instanceof Promise) {
    throw new TypeError('its init gives no hooks; it must not be async');
  }
  return new PluginWorker(definition, hooks, output);
}

class PluginWorker {
  readonly #memories = new Memories(MEMORIES_MAX);

  constructor(
    private readonly definition: PluginDefinition,
    private readonly hooks: PluginHooks,
    private readonly output: Output,
  ) {}

  get manifest(): WorkerManifest {
    const { definition, hooks } = this;
    const { name, version, title, description } = definition;
    return {
      name,
      version,
      title,
      description,
      hooks: HOOK_NAMES.filter((hook) => hooks[hook] !== undefined),
      actions: hooks.actions === undefined ? undefined : [...hooks.actions],
      menu: this.output.attempt('menu', () => hooks.menu?.()),
      hasPage: hooks.page !== undefined,
    };
  }

  take(job: Exclude<ToWorker, { kind: 'start' }>): void {
    const { hooks, output } = this;
    switch (job.kind) {
      case 'rules':
        output.begin();
        output.attempt('rulesLoaded', () => hooks.rulesLoaded?.(job.rules));
        output.done();
        break;
      case 'calls':
        output.begin();
        for (const call of job.calls) output.attempt(call.hook, () => hooks[call.hook]?.(this.#asPluginCall(call)));
        output.done();
        break;
      case 'page': {
        const html: unknown = output.attempt('page', () => hooks.page?.());
        send({ kind: 'page', html: typeof html === 'string' && html.length <= PAGE_LENGTH_MAX ? html : undefined });
      }
    }
  }

  #asPluginCall({ event, process, chainId }: WorkerCall): PluginCall {
    const memories = this.#memories;
    const reference = evidenceEventOf(event);
    return {
      event,
      process,
      chainId,
      get processMemory() {
        return memories.of('process', process.id);
      },
      get parentMemory() {
        return process.parentId === '' ? undefined : memories.of('process', process.parentId);
      },
      get chainMemory() {
        return memories.of('chain', chainId);
      },
      eventRef: () => reference,
      addEvidence: (evidence: PluginEvidence) => {
        const { id: eventId, timeMs } = evidence.event ?? reference;
        this.output.evidence({
          host: process.host,
          processId: evidence.processId ?? process.id,
          eventId,
          timeMs,
          evidence,
        });
      },
    };
  }
}
