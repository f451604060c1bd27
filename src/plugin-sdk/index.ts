/** What a plugin author imports: `chainsight/plugin-sdk`. Guide: docs/guides/write-a-plugin.md */

export type { Title } from '../engine/base/title.js';
export type { Action } from '../engine/event/action.js';
export { fieldOf, integerOf, textOf, type Event } from '../engine/event/event.js';
export type { PluginCall, PluginEvidence, PluginProcess, PluginStart, StartEvidence } from '../engine/plugin/plugin.js';
export { normaliseGuid } from '../engine/process/guid.js';
export type { Matched } from '../engine/rule/rule.js';
export { isEventBefore, type EvidenceEvent } from '../engine/score/evidence.js';
export {
  configureSettings,
  definePlugin,
  escapeHtml,
  type ConfiguredSettings,
  type HttpAnswer,
  type LateEvidence,
  type MenuEntry,
  type Outside,
  type PluginDefinition,
  type PluginHooks,
  type PluginHost,
  type PluginSettings,
  type RuleInfo,
  type SettingValue,
} from './definition.js';
export { runPlugin, type PluginRun, type TestEvent } from './test-kit.js';
