/** Runs a plugin on events without a server: what a plugin author's tests use. */

import { Engine } from '../engine/engine.js';
import type { Event, Fields } from '../engine/event/event.js';
import { isAction, type Action } from '../engine/event/action.js';
import { SeenRecords } from '../engine/event/seen-records.js';
import { hash64 } from '../engine/base/hash.js';
import { DEFAULT_POLICY, type Policy } from '../engine/policy.js';
import type { LedgerEntry } from '../engine/score/threat.js';
import type { LateEvidence, Outside, PluginDefinition, PluginHooks, PluginSettings } from './definition.js';

/** Two that are equal are one record seen twice, as on a server. */
export interface TestEvent {
  /** `processcreate`, `imageload`, … */
  readonly action: Action;
  /** Milliseconds from an arbitrary start; events may come in any order. */
  readonly atMs: number;
  readonly fields: Fields;
  readonly host?: string;
}

export interface PluginRun {
  readonly hooks: PluginHooks;
  /** What the plugin gave, over all chains, as it stands in the ledgers. */
  readonly evidence: readonly LedgerEntry[];
  readonly later: readonly LateEvidence[];
  readonly messages: readonly string[];
}

const START_MS = Date.UTC(2026, 0, 5, 9);

/**
 * @param options.settings  over the plugin's defaults
 * @throws RangeError where an event's action is none. What a hook throws goes through: on a server it would be counted and told
 */
export function runPlugin<Settings extends PluginSettings>(
  plugin: PluginDefinition<Settings>,
  events: readonly TestEvent[],
  options: { readonly settings?: Partial<Settings>; readonly outside?: Outside } = {},
): PluginRun {
  const later: LateEvidence[] = [];
  const messages: string[] = [];
  const hooks = plugin.init({
    settings: { ...plugin.settings, ...options.settings },
    log: (message) => void messages.push(message),
    giveLater: (evidence) => void later.push(evidence),
    outside: options.outside,
  });
  const engine = new Engine(WITHOUT_RULES, { recordEvents: false, plugins: [{ ...hooks, name: plugin.name }] });
  const seen = new SeenRecords();
  for (const event of events.map(eventOf)) engine.apply(event, 0, !seen.add(event));
  return { hooks, later, messages, evidence: engine.threats(0).flatMap((threat) => threat.evidence) };
}

const WITHOUT_RULES: Policy = {
  ...DEFAULT_POLICY,
  rules: {
    rules: [],
    profiles: [],
    version: '',
    match: () => [],
    explain: () => [],
    errors: () => [],
    timed: () => undefined,
  },
};

function eventOf(stated: TestEvent): Event {
  // Tests run without their types being checked, and a hook that is never called would pass many of them.
  if (!isAction(stated.action)) throw new RangeError(`There is no action ${JSON.stringify(stated.action)}.`);
  const host = stated.host ?? 'test-host';
  const identity = hash64(`${host}|${stated.action}|${stated.atMs}|${JSON.stringify(stated.fields)}`);
  return {
    idHigh: identity.high,
    idLow: identity.low,
    host,
    computer: host,
    timeMs: START_MS + stated.atMs,
    timeSource: 'utc',
    sensor: 'sysmon',
    provider: 'Microsoft-Windows-Sysmon',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    eventId: 0,
    recordNumber: 0,
    loggerPid: 0,
    action: stated.action,
    fields: stated.fields,
    file: undefined,
    line: 0,
  };
}
