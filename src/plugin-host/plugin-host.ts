/**
 * All plugins of a running server: the judges, which are as the log's policy says; the bundled ones and those of other people, which the configuration
 * switches on.
 * One that fails is shown with the reason and stops nothing.
 */

import { existsSync } from 'node:fs';
import type { PluginDesk, PluginStatus } from '../app/live-ports.js';
import type { PluginPolicy } from '../app/ports.js';
import type { EnginePlugin, PluginFinding } from '../engine/plugin/plugin.js';
import type { PluginDefinition, RuleInfo } from '../plugin-sdk/index.js';
import { compilePlugin, findPlugins, stopCompiler, type FoundPlugin } from './compile.js';
import { identityOf, restingPlugin, type HostedPlugin } from './hosted-plugin.js';
import { startInProcess } from './in-process-plugin.js';
import { Judges } from './judges.js';
import { LateFindings } from './late-findings.js';
import { openOutside, type KeptOutside, type OutsideOptions } from './outside.js';
import { DEFAULT_WORKER_LIMITS, WorkerPlugin, type WorkerLimits } from './worker-plugin.js';
import { messageOf } from './thrown.js';

export interface PluginHostOptions {
  /** Follow the policy of the log, in scans and replays too. */
  readonly judges: readonly PluginDefinition[];
  /** Of the judges, until the log tells another. */
  readonly policy: PluginPolicy;
  /** On where named in `on`. */
  readonly bundled: readonly PluginDefinition[];
  readonly on: readonly string[];
  /** By plugin, unchecked. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Folders of third-party plugins. One that does not exist is empty. */
  readonly folders: readonly string[];
  /** For compiled plugins. */
  readonly cacheFolder: string;
  /** File that `chainsight/plugin-sdk` means. */
  readonly sdk: string;
  /** URL of the program that runs a third-party plugin. */
  readonly workerProgram: URL;
  readonly workerLimits?: Partial<WorkerLimits>;
  readonly outside: OutsideOptions;
  /** True while the log is read again: what was asked then was answered then. */
  readonly isReplaying: () => boolean;
  /** What a plugin learned later, to be kept in the log. */
  readonly onFinding: (finding: PluginFinding) => void;
  /** A line for the server's log, about the plugin `name`; a warning where it is on and does not run. */
  readonly tell: (name: string, message: string, level: 'info' | 'warn') => void;
}

export interface PluginHost extends Pick<PluginDesk, 'page'> {
  plugins(): readonly PluginStatus[];
  readonly enginePlugins: readonly EnginePlugin[];
  /** Resolves once every third-party plugin runs or has failed; until then their calls wait. */
  readonly ready: Promise<void>;
  /** Switches the judges to what the log says; the others stay as configured. */
  use(plugins: PluginPolicy | undefined): void;
  rulesLoaded(rules: readonly RuleInfo[]): void;
  /** No finding comes any more; what plugins remember is written. */
  close(): Promise<void>;
}

const LINE_LENGTH_MAX = 500;

/** Starts what is switched on. @returns once third-party plugins are compiled; that they run, `ready` says */
export async function createPluginHost(options: PluginHostOptions): Promise<PluginHost> {
  let isClosed = false;
  const telling = (level: 'info' | 'warn') => (name: string) => (message: string) => {
    if (!isClosed) options.tell(name, oneLine(message), level);
  };
  const tell = telling('info');
  const warn = telling('warn');
  const settingsOf = (name: string) => (Object.hasOwn(options.settings, name) ? options.settings[name]! : {});
  const findings = new LateFindings(options.isReplaying, options.onFinding);
  let outside: KeptOutside | undefined;

  const startBundled = (definition: PluginDefinition): HostedPlugin => {
    const { name, asksOthers } = definition;
    if (!options.on.includes(name)) return restingPlugin(definition);
    if (asksOthers === true) outside ??= openOutside(options.outside, tell('outside'));
    return startInProcess(definition, {
      settings: settingsOf(name),
      outside: asksOthers === true ? outside?.of(name) : undefined,
      giveLater: (evidence) => void findings.take(name, evidence),
      tell: tell(name),
      isReplaying: options.isReplaying,
    });
  };

  const startThirdParty = async (found: FoundPlugin): Promise<HostedPlugin> => {
    const { name } = found;
    if (!options.on.includes(name)) return restingPlugin(identityOf(name));
    try {
      return new WorkerPlugin({
        name,
        module: await compilePlugin(found, options.sdk, options.cacheFolder),
        program: options.workerProgram,
        settings: settingsOf(name),
        isReplaying: options.isReplaying,
        onEvidence: (evidence) => findings.take(name, evidence),
        tell: tell(name),
        limits: { ...DEFAULT_WORKER_LIMITS, ...options.workerLimits },
      });
    } catch (error) {
      const reason = messageOf(error);
      warn(name)(`is off: ${reason}`);
      return restingPlugin(identityOf(name), reason);
    }
  };

  const judges = new Judges(options.judges, options.policy, tell);
  const bundledNames = [...options.judges, ...options.bundled].map(({ name }) => name);
  const thirdParty = findAll(options.folders, bundledNames, warn);
  const plugins: readonly HostedPlugin[] = [
    ...judges.hosted,
    ...options.bundled.map(startBundled),
    ...(await Promise.all(thirdParty.map(startThirdParty))),
    ...missing([...bundledNames, ...thirdParty.map(({ name }) => name)], options, warn),
  ];
  const workers = plugins.filter((plugin) => plugin instanceof WorkerPlugin);
  if (thirdParty.some(({ name }) => options.on.includes(name))) await stopCompiler();

  return {
    enginePlugins: plugins.flatMap(({ enginePlugin }) => enginePlugin ?? []),
    ready: Promise.all(workers.map(({ started }) => started)).then(() => undefined),
    plugins: (): readonly PluginStatus[] => plugins.map(({ status }) => status),
    page: (name) => plugins.find((plugin) => plugin.name === name)?.page() ?? Promise.resolve(undefined),
    use: (stated) => judges.use(stated),
    rulesLoaded(rules) {
      const plain = rules.map(({ id, title, techniques }) => ({ id, title, techniques }));
      for (const plugin of plugins) plugin.rulesLoaded(plain);
    },
    async close() {
      isClosed = true;
      findings.close();
      outside?.close();
      await Promise.all(plugins.map((plugin) => plugin.close()));
    },
  };
}

type Teller = (name: string) => (message: string) => void;

/** Third-party plugins by name; of two with one name the first folder's. */
function findAll(folders: readonly string[], taken: readonly string[], tell: Teller): readonly FoundPlugin[] {
  const found = new Map<string, FoundPlugin>();
  for (const folder of folders.filter(existsSync)) {
    try {
      for (const plugin of findPlugins(folder)) {
        const { name, source } = plugin;
        if (taken.includes(name)) tell(name)(`${source} is left alone: a bundled plugin has this name`);
        else if (found.has(name)) tell(name)(`${source} is left alone: ${found.get(name)!.source} has this name`);
        else found.set(name, plugin);
      }
    } catch (error) {
      tell('plugins')(`${folder} cannot be read: ${messageOf(error)}`);
    }
  }
  return [...found.values()];
}

/** Names in the configuration that no plugin has. */
function missing(known: readonly string[], { on, folders, settings }: PluginHostOptions, tell: Teller): HostedPlugin[] {
  for (const name of Object.keys(settings)) {
    if (!known.includes(name) && !on.includes(name)) tell(name)('has settings, but there is no plugin of this name');
  }
  return on
    .filter((name, index) => !known.includes(name) && on.indexOf(name) === index)
    .map((name) => {
      const reason = `there is no plugin of this name among the bundled ones and in ${folders.join(', ')}`;
      tell(name)(reason);
      return restingPlugin(identityOf(name), reason);
    });
}

/** Plugins write what they like, and the log is read by people. */
function oneLine(message: string): string {
  // oxlint-disable-next-line no-control-regex
  return message.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, LINE_LENGTH_MAX);
}
