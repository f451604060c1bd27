/** The policy that holds at a place in the log: what the changes up to there add up to. Live, replay and recovery ask the same class, so they agree. */

import { DEFAULT_POLICY, type Policy } from '../../engine/policy.js';
import type { Exception } from '../../engine/score/exception.js';
import { hashId } from '../../engine/base/hash.js';
import { AppError } from '../app-error.js';
import type { PluginPolicy, PolicyChange, PolicySettings } from '../ports.js';
import type { CompiledPacks, PackSource } from './compile-packs.js';

/** Where a fold over the log takes its policy from. */
export interface PolicySource {
  change(change: PolicyChange): void;
  /** The same object as long as nothing has changed. */
  current(): Policy;
  /** `undefined` until the log has told any. */
  readonly plugins: PluginPolicy | undefined;
}

/** For a hunt or a back-test: one policy throughout, whatever the log says. */
export function fixedPolicy(policy: Policy, plugins?: PluginPolicy): PolicySource {
  return { change: () => undefined, current: () => policy, plugins };
}

export interface PolicyStand {
  readonly settings: PolicySettings;
  readonly hasSettings: boolean;
  readonly plugins: PluginPolicy | undefined;
  readonly rulesVersion: string;
  readonly packs: readonly PackSource[];
  readonly exceptions: readonly Exception[];
}

export class LoggedPolicy implements PolicySource {
  #settings: PolicySettings = DEFAULT_POLICY;
  #plugins: PluginPolicy | undefined;
  #rulesVersion = '';
  #packs: readonly PackSource[] = [];
  #compiled: CompiledPacks | undefined;
  /** By id, in the order in which they were added. The engine knows an exception by its object, so each is kept as it came. */
  readonly #exceptions = new Map<string, Exception>();
  #policy: Policy | undefined;
  /** False until the log has told any. */
  hasSettings = false;

  constructor(private readonly compile: (packs: readonly PackSource[]) => CompiledPacks) {}

  change(change: PolicyChange): void {
    // No policy, but a change of what it judges: the fold has seen to it.
    if (change.kind === 'host-forgotten') return;
    // Nor is this a policy of the engine: its plugins are other ones from here on.
    if (change.kind === 'plugins') {
      this.#plugins = change.plugins;
      return;
    }
    this.#policy = undefined;
    switch (change.kind) {
      case 'rules':
        this.#rulesVersion = change.version;
        this.#packs = change.packs;
        // Compiled when an event asks: of ten reloads in a row, a replay compiles the last.
        this.#compiled = undefined;
        return;
      case 'settings':
        this.#settings = change.settings;
        this.hasSettings = true;
        return;
      case 'exception-added':
        this.#exceptions.set(change.exception.id, change.exception);
        return;
      case 'exception-removed':
        this.#exceptions.delete(change.id);
    }
  }

  /** False while a change waits for an event to ask what holds. */
  isInForce(policy: Policy): boolean {
    return this.#policy === policy;
  }

  /** What the changes so far add up to, to be kept beside an engine. */
  get stand(): PolicyStand {
    return {
      settings: settingsOf(this.#settings),
      hasSettings: this.hasSettings,
      plugins: this.#plugins,
      rulesVersion: this.#rulesVersion,
      packs: this.#packs,
      exceptions: this.exceptions,
    };
  }

  /** Another one that goes on from what was kept. */
  resumed({ settings, hasSettings, plugins, rulesVersion, packs, exceptions }: PolicyStand): LoggedPolicy {
    const other = new LoggedPolicy(this.compile);
    other.#settings = settings;
    other.hasSettings = hasSettings;
    other.#plugins = plugins;
    other.#rulesVersion = rulesVersion;
    other.#packs = packs;
    for (const exception of exceptions) other.#exceptions.set(exception.id, exception);
    return other;
  }

  /** Takes over what another holds, with its objects: an engine knows them by these. */
  become(other: LoggedPolicy): void {
    this.#settings = other.#settings;
    this.hasSettings = other.hasSettings;
    this.#plugins = other.#plugins;
    this.#rulesVersion = other.#rulesVersion;
    this.#packs = other.#packs;
    this.#compiled = other.#compiled;
    this.#policy = other.#policy;
    this.#exceptions.clear();
    for (const [id, exception] of other.#exceptions) this.#exceptions.set(id, exception);
  }

  current(): Policy {
    return (this.#policy ??= {
      threshold: this.#settings.threshold,
      hits: this.#settings.hits,
      rootImages: this.#settings.rootImages,
      skipImages: this.#settings.skipImages,
      skipHashes: this.#settings.skipHashes,
      exceptions: [...this.#exceptions.values()],
      rules: this.compiled().rules,
    });
  }

  /** The rules in force, with what was wrong with them. */
  compiled(): CompiledPacks {
    return (this.#compiled ??= this.compile(this.#packs));
  }

  /** `''` until the log has told any. */
  get rulesVersion(): string {
    return this.#rulesVersion;
  }

  /** The packs in force, as they were read. */
  get packs(): readonly PackSource[] {
    return this.#packs;
  }

  get plugins(): PluginPolicy | undefined {
    return this.#plugins;
  }

  get settings(): PolicySettings {
    return this.#settings;
  }

  get exceptions(): readonly Exception[] {
    return [...this.#exceptions.values()];
  }
}

/** A log tells its rules before its first event, if there are none too: where it does not, their record is damaged. */
export function rulesLost(): AppError {
  return new AppError(
    'RULES_LOST',
    'The rules by which these events were judged are lost: the log is damaged where it told them, and by no rules there would be no hits. Name rules with --rules or --rule-profile, and see chainsight doctor --full.',
  );
}

/** Of all texts and names: equal where, and only where, the log need not hold them again. */
export function packsVersion(packs: readonly PackSource[]): string {
  return hashId(
    JSON.stringify(
      packs.map(({ name, files, ruleProfiles, problems }) => [
        name,
        files.map(({ path, text }) => [path, text]),
        ...(ruleProfiles === undefined ? [] : [ruleProfiles]),
        ...(problems === undefined ? [] : [{ problems }]),
      ]),
    ),
  );
}

export function sameSettings(one: PolicySettings, other: PolicySettings): boolean {
  return settingsText(one) === settingsText(other);
}

/** Only the settings themselves: an object may carry more. */
export function settingsOf(from: PolicySettings): PolicySettings {
  const { threshold, hits, rootImages, skipImages, skipHashes } = from;
  return { threshold, hits, rootImages, skipImages, skipHashes };
}

function settingsText(settings: PolicySettings): string {
  const { threshold, hits, rootImages, skipImages, skipHashes } = settings;
  return JSON.stringify([threshold, hits, rootImages, skipImages, skipHashes]);
}
