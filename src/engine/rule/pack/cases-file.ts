/** Reads `x.cases.yml`: for each rule or profile, events or techniques that must match and near misses that must not. */

import type { Diagnostic } from '../../base/diagnostic.js';
import { type Action, ACTIONS, isAction, sysmonAction } from '../../event/action.js';
import { canonicalName } from '../../event/field-names.js';
import { type Event, toInteger } from '../../event/event.js';
import { ruleDiagnostic } from '../diagnostic-codes.js';
import { didYouMean } from '../closest-word.js';
import { CaseListSchema, type CaseListText, type CaseText } from './pack-schema.js';
import { checkShape } from './shape.js';
import type { YamlFile } from './yaml-file.js';

/** One case: an event for a rule, techniques for a profile. */
export interface RuleCase {
  /** Why it must match, or must not. */
  readonly name: string;
  readonly shouldMatch: boolean;
  readonly event: Event | undefined;
  readonly techniques: readonly string[] | undefined;
  readonly file: string;
  readonly line: number;
}

export interface CaseList {
  readonly id: string;
  readonly cases: readonly RuleCase[];
}

/** @param known  ids that the pack's files name, and what they are */
export function readCases(
  yaml: YamlFile,
  known: ReadonlyMap<string, 'rule' | 'profile'>,
  diagnostics: Diagnostic[],
): readonly CaseList[] {
  const { value } = yaml;
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) {
    diagnostics.push(
      ruleDiagnostic('PACK_VALUE_INVALID', 'A file of cases must be a map from rule ids to cases.', {
        file: yaml.path,
        place: yaml.placeOf([]),
      }),
    );
    return [];
  }
  return Object.entries(value).flatMap(([id, list]) => {
    const kind = known.get(id);
    if (kind === undefined) {
      const hint = didYouMean(id, known.keys());
      diagnostics.push(
        ruleDiagnostic('CASE_RULE_UNKNOWN', `The pack has no rule or profile "${id}".`, {
          file: yaml.path,
          place: yaml.placeOfKey([id]),
          hint,
        }),
      );
      return [];
    }
    const faults = checkShape(CaseListSchema, list, yaml, [id], id);
    diagnostics.push(...faults);
    return faults.length > 0 ? [] : [{ id, cases: readList(list as CaseListText, id, kind, yaml, diagnostics) }];
  });
}

function readList(
  list: CaseListText,
  id: string,
  kind: 'rule' | 'profile',
  yaml: YamlFile,
  diagnostics: Diagnostic[],
): RuleCase[] {
  return (['match', 'noMatch'] as const).flatMap((key) =>
    (list[key] ?? []).flatMap((text, index) => {
      const place = yaml.placeOf([id, key, index]);
      if (
        (kind === 'rule') !== (text.event !== undefined) ||
        (kind === 'profile') !== (text.techniques !== undefined)
      ) {
        const message = kind === 'rule' ? 'A case of a rule has an "event".' : 'A case of a profile has "techniques".';
        diagnostics.push(ruleDiagnostic('CASE_KIND_WRONG', message, { file: yaml.path, place, rule: id }));
        return [];
      }
      const action = unknownAction(text.event);
      if (action !== undefined) {
        const hint = didYouMean(action, ACTIONS);
        diagnostics.push(
          ruleDiagnostic('RULE_ACTION_UNKNOWN', `No event has the action "${action}".`, {
            file: yaml.path,
            place,
            rule: id,
            hint,
          }),
        );
        return [];
      }
      return [toCase(text, key === 'match', yaml.path, place.line)];
    }),
  );
}

function unknownAction(event: CaseText['event']): string | undefined {
  const action = Object.entries(event ?? {}).find(([key]) => key.toLowerCase() === 'action')?.[1];
  return typeof action === 'string' && !isAction(action.toLowerCase()) ? action : undefined;
}

function toCase(text: CaseText, shouldMatch: boolean, file: string, line: number): RuleCase {
  const event = text.event === undefined ? undefined : caseEvent(text.event, file, line);
  return { name: text.name, shouldMatch, event, techniques: text.techniques, file, line };
}

/** Sysmon's channel and provider are filled in where a case names only an action; other channels have to be named where a rule asks for them. */
const SYSMON_CHANNEL = 'Microsoft-Windows-Sysmon/Operational';
const SYSMON_PROVIDER = 'Microsoft-Windows-Sysmon';

/**
 * An event from the short form of a case. `action`, `eventId` (or `EventID`), `channel`, `provider` and `host` (or `Computer`) describe it,
 * in any letter case; every other key is a field.
 */
export function caseEvent(text: Readonly<Record<string, unknown>>, file: string, line: number): Event {
  const about = new Map<string, unknown>();
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(text)) {
    const lower = key.toLowerCase();
    if (DESCRIBING.has(lower)) about.set(lower, value);
    else fields[canonicalName(lower) ?? key] = value;
  }
  const channel = textIn(about, 'channel');
  const isSysmon = channel === undefined || channel.toLowerCase() === SYSMON_CHANNEL.toLowerCase();
  const givenId = toInteger(about.get('eventid'));
  const givenAction = textIn(about, 'action')?.toLowerCase();
  const action: Action | undefined =
    givenAction !== undefined && isAction(givenAction)
      ? givenAction
      : isSysmon && givenId !== undefined
        ? sysmonAction(givenId)
        : undefined;
  const host = textIn(about, 'host') ?? textIn(about, 'computer') ?? 'host';
  return {
    idHigh: 0,
    idLow: line,
    host,
    computer: host,
    timeMs: 0,
    timeSource: 'none',
    sensor: action !== undefined && isSysmon ? 'sysmon' : channel?.toLowerCase() === 'security' ? 'security' : 'other',
    provider: textIn(about, 'provider') ?? (action !== undefined && isSysmon ? SYSMON_PROVIDER : ''),
    channel: channel ?? (action === undefined ? '' : SYSMON_CHANNEL),
    eventId: givenId ?? (action === undefined ? 0 : (ID_OF_ACTION.get(action) ?? 0)),
    recordNumber: 0,
    loggerPid: 0,
    action,
    fields,
    file,
    line,
  };
}

const DESCRIBING: ReadonlySet<string> = new Set(['action', 'eventid', 'channel', 'provider', 'host', 'computer']);

/** The first Sysmon event id of each action. */
const ID_OF_ACTION: ReadonlyMap<Action, number> = new Map(
  [...Array(30).keys(), 255].reverse().flatMap((id): [Action, number][] => {
    const action = sysmonAction(id);
    return action === undefined ? [] : [[action, id]];
  }),
);

function textIn(map: ReadonlyMap<string, unknown>, key: string): string | undefined {
  const value = map.get(key);
  return typeof value === 'string' ? value : undefined;
}
