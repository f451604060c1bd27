/**
 * Which events a Sigma log source is about.
 *
 *     product   category           service         events
 *     windows   process_creation                   action processcreate: Sysmon 1 and Security 4688
 *     windows                      system          channel System
 *     windows                                      every event of a Windows machine
 *     linux     process_creation                   action processcreate of Sysmon for Linux, or with paths that begin with `/`
 *     linux                        sshd            channel or provider sshd, linux.sshd, …
 *     aws                          cloudtrail      channel or provider cloudtrail, aws.cloudtrail, …
 *               proxy                              channel or provider proxy
 *
 * What the tables do not know is looked for by its name, so that such rules work once some source gives events that name themselves so.
 */

import type { Action } from '../../../event/action.js';
import type { System } from '../../event-kind.js';
import type { FieldTest, LogSource } from '../document.js';
import { categoryReach, EVERYWHERE } from './categories.js';
import { channelsOf } from './channels.js';

export interface LogSourceReach {
  /** `undefined` = all, here and below. */
  readonly systems: ReadonlySet<System> | undefined;
  readonly actions: ReadonlySet<Action> | undefined;
  readonly eventIds: ReadonlySet<number> | undefined;
  /** Lower case; see `EventKind.channel`. */
  readonly channels: ReadonlySet<string> | undefined;
  /** What the event itself must fulfil besides. */
  readonly tests: readonly FieldTest[];
  /** The event's name, in lower case, for a rule's name of a field. */
  readonly fieldNames: ReadonlyMap<string, string>;
  /** False where no source of ours gives such events today: category, service and product are known by name at most. */
  readonly isKnown: boolean;
}

const EVERYTHING: LogSourceReach = {
  systems: undefined,
  actions: undefined,
  eventIds: undefined,
  channels: undefined,
  tests: [],
  fieldNames: new Map(),
  isKnown: true,
};

const SYSTEMS: Readonly<Record<string, readonly System[]>> = {
  windows: ['windows'],
  linux: ['linux', 'unix'],
  macos: ['unix'],
};

/** Thousands of rules have one of some hundred log sources between them. */
const REACHES_MAX = 1000;
const reaches = new Map<string, LogSourceReach>();

export function logSourceReach(source: LogSource): LogSourceReach {
  const key = JSON.stringify([source.product, source.category, source.service]);
  let reach = reaches.get(key);
  if (reach === undefined) {
    if (reaches.size >= REACHES_MAX) reaches.clear();
    reach = reachOf(source);
    reaches.set(key, reach);
  }
  return reach;
}

function reachOf({ product, category, service }: LogSource): LogSourceReach {
  const names = Object.hasOwn(SYSTEMS, product ?? '') ? SYSTEMS[product!] : undefined;
  const systems = names === undefined ? undefined : new Set(names);
  const ofCategory = category === undefined ? EVERYTHING : reachOfCategory(category, product);
  const ofService = service === undefined ? EVERYTHING : reachOfService(service, product);
  const channels = both(ofCategory.channels, ofService.channels);
  if (product !== undefined && systems === undefined && category === undefined && service === undefined) {
    return { ...EVERYTHING, channels: namesOf(product), isKnown: false };
  }
  const isElsewhere = product !== undefined && systems === undefined;
  return {
    ...ofCategory,
    systems,
    channels,
    // Linux and macOS without a category: only Sysmon for Linux gives events of theirs, and those are reached by category.
    isKnown: ofCategory.isKnown && ofService.isKnown && !isElsewhere && (product !== 'macos' || category !== undefined),
  };
}

function reachOfCategory(category: string, product: string | undefined): LogSourceReach {
  const reach = categoryReach(category);
  const isHere = product === undefined || product === 'windows' || EVERYWHERE.has(category);
  if (reach === undefined || !isHere) return { ...EVERYTHING, channels: namesOf(category, product), isKnown: false };
  const { actions, eventIds, channels, eventTypes, fieldNames = {} } = reach;
  return {
    systems: undefined,
    actions: actions && new Set(actions),
    eventIds: eventIds && new Set(eventIds),
    channels,
    tests: eventTypes === undefined ? [] : [isOfType(eventTypes)],
    fieldNames: new Map(Object.entries(fieldNames)),
    isKnown: true,
  };
}

function reachOfService(service: string, product: string | undefined): LogSourceReach {
  const windows = product === undefined || product === 'windows' ? channelsOf(service) : undefined;
  const sysmon = product === 'linux' && service === 'sysmon' ? new Set(['linux-sysmon/operational']) : undefined;
  const channels = windows ?? sysmon;
  if (channels !== undefined) return { ...EVERYTHING, channels };
  return { ...EVERYTHING, channels: namesOf(service, product), isKnown: false };
}

/** Spellings under which an event may name its source itself: `sshd`, `linux.sshd`, `linux-sshd`, `linux/sshd`. */
function namesOf(name: string, product?: string): ReadonlySet<string> {
  const joined = product === undefined ? [] : ['.', '-', '/', ':'].map((sign) => `${product}${sign}${name}`);
  return new Set([name, ...joined]);
}

function both(
  one: ReadonlySet<string> | undefined,
  other: ReadonlySet<string> | undefined,
): LogSourceReach['channels'] {
  if (one === undefined || other === undefined) return one ?? other;
  return new Set([...one].filter((name) => other.has(name)));
}

/** A record whose `EventType` was lost on its way may be of any type. */
function isOfType(eventTypes: readonly string[]): FieldTest {
  return {
    field: 'EventType',
    quantifier: 'any',
    isNegated: false,
    values: [
      ...eventTypes.map((type) => ({ kind: 'text', pattern: [type], isCased: false }) as const),
      { kind: 'null' },
    ],
  };
}
