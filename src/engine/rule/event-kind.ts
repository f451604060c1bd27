/**
 * What decides which rules an event is compared with, whatever its fields hold: its action, event id, log channel and operating system. There
 * are few kinds, and rules are sorted by them once.
 */

import { type Event, fieldOf } from '../event/event.js';
import type { Action } from '../event/action.js';

/** `unix`: a record of Linux or macOS that does not say which; its paths show that it is not Windows. */
export type System = 'windows' | 'linux' | 'unix';

export interface EventKind {
  readonly action: Action | undefined;
  /** 0 = none. */
  readonly eventId: number;
  /** Lower case; where the record names no channel the one that its provider writes to, else the provider; `''` where it names neither. */
  readonly channel: string;
  readonly system: System;
}

/** Channels of providers whose records come without one from some shippers. */
const CHANNEL_OF_PROVIDER: ReadonlyMap<string, string> = new Map([
  ['microsoft-windows-sysmon', 'microsoft-windows-sysmon/operational'],
  ['linux-sysmon', 'linux-sysmon/operational'],
  ['microsoft-windows-security-auditing', 'security'],
  ['microsoft-windows-eventlog', 'security'],
  ['service control manager', 'system'],
  ['microsoft-windows-powershell', 'microsoft-windows-powershell/operational'],
  ['powershellcore', 'powershellcore/operational'],
  ['powershell', 'windows powershell'],
  ['microsoft-windows-wmi-activity', 'microsoft-windows-wmi-activity/operational'],
  ['microsoft-windows-taskscheduler', 'microsoft-windows-taskscheduler/operational'],
  ['microsoft-windows-windows defender', 'microsoft-windows-windows defender/operational'],
]);

export function eventKind(event: Event): EventKind {
  const provider = event.provider.toLowerCase();
  const channel =
    event.channel.toLowerCase() || CHANNEL_OF_PROVIDER.get(provider) || provider || channelOfSensor(event);
  return { action: event.action, eventId: event.eventId, channel, system: systemOf(event, provider, channel) };
}

function channelOfSensor(event: Event): string {
  if (event.sensor === 'sysmon') return 'microsoft-windows-sysmon/operational';
  return event.sensor === 'security' ? 'security' : '';
}

function systemOf(event: Event, provider: string, channel: string): System {
  if (provider === 'linux-sysmon' || channel === 'linux-sysmon/operational') return 'linux';
  return isSystemByPath(event) && hasUnixPath(event) ? 'unix' : 'windows';
}

/** Whether the system has to be read off the event's paths: nothing around them says it. */
export function isSystemByPath(event: Event): boolean {
  return event.sensor === 'other' && event.action !== undefined;
}

function hasUnixPath(event: Event): boolean {
  return ['Image', 'TargetFilename'].some((name) => {
    const value = fieldOf(event, name);
    return typeof value === 'string' && value.startsWith('/');
  });
}
