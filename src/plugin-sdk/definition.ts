/** What a plugin is to its author: one definition, whose `init` gives the hooks. Guide: docs/guides/write-a-plugin.md */

import type { Title } from '../engine/base/title.js';
import type { EnginePlugin, PluginEvidence } from '../engine/plugin/plugin.js';

/** Plain values only: settings come from the configuration file. Numbers are finite. */
export type SettingValue = string | number | boolean | readonly string[];
export type PluginSettings = Readonly<Record<string, SettingValue>>;

export interface RuleInfo {
  readonly id: string;
  readonly title: Title;
  readonly techniques: readonly string[];
}

export interface MenuEntry {
  readonly title: Title;
  /** A name of the console's icon set (`chart`, `table`, `clock`, `search`, `note`, …); `plugins` where it knows none of that name. */
  readonly icon: string;
}

/** Evidence that a plugin gives later, when an answer has come: about the process that made it look. */
export interface LateEvidence {
  readonly host: string;
  readonly processId: string;
  readonly evidence: PluginEvidence;
  /** The event that made the plugin look, from `call.eventRef()`. */
  readonly eventId: string;
  readonly timeMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most `maxBytes` of it; more is a rejection. */
  readonly text: string;
}

/** What the server does for a plugin. Third-party plugins run in a process of their own and have `log`, `settings` and `giveLater` only. */
export interface PluginHost<Settings extends PluginSettings> {
  readonly settings: Settings;
  /** A line in the server's log, under the plugin's name. Never event contents. */
  log(message: string): void;
  /** Kept in the event log, so that a replay sees the same answer at the same place. What was given before and is given again is left out. */
  giveLater(evidence: LateEvidence): void;
  readonly outside?: Outside | undefined;
}

/** The world beyond the engine, for bundled plugins that ask others. */
export interface Outside {
  nowMs(): number;
  wait(ms: number): Promise<void>;
  /** Rejects on time-out, on a broken connection and on an answer longer than `maxBytes`. Follows no redirect. */
  get(
    url: string,
    options: {
      readonly headers: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
      readonly maxBytes: number;
    },
  ): Promise<HttpAnswer>;
  /** Small texts that outlive a restart. */
  recall(key: string): string | undefined;
  remember(key: string, value: string): void;
  /** Hashes (lower-case hex) that an analyst has allow-listed. */
  isAllowedHash(hash: string): boolean;
}

/** The hooks, all optional. `actions`, `seesRepeats`, `judgeStart` and `mergeMemory` as in `EnginePlugin`. */
export interface PluginHooks extends Omit<EnginePlugin, 'name'> {
  /** After each load of the rules. */
  rulesLoaded?(rules: readonly RuleInfo[]): void;
  menu?(): MenuEntry;
  /** A whole HTML document. Shown in a sandboxed frame without network; escape what comes from events. */
  page?(): string;
}

export interface PluginDefinition<Settings extends PluginSettings = PluginSettings> {
  /** `[a-z0-9-]`, 1 to 40 characters; part of every evidence key. */
  readonly name: string;
  readonly version: string;
  readonly title: Title;
  readonly description: Title;
  /** Every setting with its default; the configuration may change values, never their types. */
  readonly settings: Settings;
  /** Names of settings that are secret: the event log and the audit log never hold them. */
  readonly secrets?: readonly string[];
  /** It asks others through `host.outside`: it sees new events only, never the log read again, whose answers are in the log too. */
  readonly asksOthers?: boolean;
  /** @throws Error where the settings make no sense together: shown as the reason why the plugin is off */
  init(host: PluginHost<Settings>): PluginHooks;
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

export function isPluginName(text: string): boolean {
  return NAME.test(text);
}

/**
 * States a plugin; `export default definePlugin({ … })`.
 *
 * @throws TypeError if the name is none: nothing could be stored under it; or if a secret is no setting: a slip there would tell it
 */
export function definePlugin<Settings extends PluginSettings>(
  definition: PluginDefinition<Settings>,
): PluginDefinition<Settings> {
  if (!isPluginName(definition.name))
    throw new TypeError(`A plugin's name is 1 to 40 of a-z, 0-9 and -, not ${JSON.stringify(definition.name)}.`);
  const odd = definition.secrets?.find((name) => !Object.hasOwn(definition.settings, name));
  if (odd !== undefined) throw new TypeError(`There is no setting ${JSON.stringify(odd)} to be secret.`);
  return definition;
}

export type ConfiguredSettings<Settings> =
  { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly reason: string };

/** Puts configured values over a plugin's defaults: unknown names and values of another type are refused, with the reason. */
export function configureSettings<Settings extends PluginSettings>(
  defaults: Settings,
  configured: Readonly<Record<string, unknown>>,
): ConfiguredSettings<Settings> {
  const settings: Record<string, SettingValue> = { ...defaults };
  for (const [name, value] of Object.entries(configured)) {
    if (!Object.hasOwn(defaults, name))
      return {
        ok: false,
        reason: `there is no setting ${JSON.stringify(name)}; there are ${Object.keys(defaults).join(', ') || 'none'}`,
      };
    const expected = kindOf(defaults[name]);
    if (kindOf(value) !== expected) return { ok: false, reason: `the setting ${name} must be ${expected}` };
    settings[name] = value as SettingValue;
  }
  return { ok: true, settings: settings as Settings };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return 'a list of texts';
  if (typeof value === 'number' && Number.isFinite(value)) return 'a number';
  return typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? 'true or false' : 'something else';
}

/** For texts in a plugin's page: event fields are an attacker's. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
