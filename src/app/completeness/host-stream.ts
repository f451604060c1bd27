/** All that is known of one host's stream of events: its habit, its clock, its logs. A fold over what came, so the log gives the same again. */

import { textOf, type Event } from '../../engine/event/event.js';
import { Bursts, type StoredBursts } from './bursts.js';
import { ChannelStream, type StoredChannel, type StreamFinds } from './channel-stream.js';
import { Habit, QUIET_MIN_MS, type StoredHabit } from './habit.js';
import { Marks, type Mark, type StoredMarks } from './marks.js';

const MINUTE_MS = 60_000;
/** Times so far ahead of ours are of the future. */
const FUTURE_MS = 5 * MINUTE_MS;
/** A channel is an attacker's text. */
const CHANNELS_MAX = 32;
const CHANNEL_LENGTH_MAX = 256;
/** Spellings of them that are found at once. */
const NAMES_MAX = 64;
/** Of the stored form. A row of another one is passed over, and the host begins anew. */
const FORM = 1;

/** Events with times that had not come yet. */
export interface FutureTimes {
  events: number;
  /** The furthest. */
  aheadMs: number;
  /** Receive times of the first and the last. */
  firstMs: number;
  lastMs: number;
}

type Stored = readonly [
  form: typeof FORM,
  habit: StoredHabit,
  bursts: StoredBursts,
  marks: StoredMarks,
  future: readonly [number, number, number, number],
  counts: readonly [minutes: number, lastMinute: number, unnumbered: number, otherChannels: number],
  channels: readonly StoredChannel[],
];

export class HostStream {
  habit = new Habit();
  bursts = new Bursts();
  readonly future: FutureTimes = { events: 0, aheadMs: 0, firstMs: 0, lastMs: 0 };
  /** Events without a number or a channel, and those of channels beyond the bound. */
  unnumbered = 0;
  otherChannels = 0;
  #marks = new Marks();
  /** Minutes in which it was heard, by our clock. */
  #minutes = 0;
  #lastMinute = 0;
  /** By name in lower case: shippers spell one channel `Security` and `security`. */
  readonly #channels = new Map<string, ChannelStream>();
  /** The same by the names they were called. */
  readonly #byName = new Map<string, ChannelStream>();
  #lastName = '';
  #lastChannel: ChannelStream | undefined;
  readonly #finds: StreamFinds = {
    setBack: (channel, atMs, byMs) => {
      this.#marks.add({ kind: 'set-back', channel, atMs, amount: byMs });
      for (const { clock } of this.#channels.values()) clock.forget();
    },
    restarted: (channel, atMs, number) => this.#marks.add({ kind: 'restarted', channel, atMs, amount: number }),
  };

  seen(event: Event, receivedMs: number): void {
    const minute = Math.floor(receivedMs / MINUTE_MS);
    if (minute !== this.#lastMinute) {
      this.#lastMinute = minute;
      this.#minutes++;
    }
    this.habit.heard(receivedMs);
    const { timeMs, timeSource } = event;
    const isClock = timeSource === 'utc' || timeSource === 'system' || timeSource === 'timestamp';
    const cleared = clearedLog(event);
    if (cleared !== undefined) this.#marks.add({ kind: 'cleared', channel: cleared, atMs: timeMs, amount: 0 });
    const channel = event.channel === this.#lastName ? this.#lastChannel : this.#channelOf(event.channel);
    if (channel !== undefined) {
      channel.heard(receivedMs, this.#minutes);
      if (event.recordNumber > 0) {
        const isFirst = cleared !== undefined && cleared.toLowerCase() === event.channel.toLowerCase();
        channel.record(event.recordNumber, timeMs, receivedMs, isClock, isFirst);
      } else this.unnumbered++;
    }
    if (isClock && channel !== undefined) this.#timed(channel, timeMs, receivedMs);
  }

  get channels(): readonly ChannelStream[] {
    return [...this.#channels.values()];
  }

  isSilentChannel(channel: ChannelStream): boolean {
    return channel.isSilent(this.#minutes);
  }

  /** Receive time less event time, of the log whose times are nearest to ours; `undefined` where none tells. */
  get lagMs(): number | undefined {
    let nearest: number | undefined;
    for (const { clock } of this.#channels.values()) {
      const { lagMs } = clock;
      if (lagMs !== undefined && (nearest === undefined || Math.abs(lagMs) < Math.abs(nearest))) nearest = lagMs;
    }
    return nearest;
  }

  /** Records missing in logs that are sent whole. */
  get missing(): number {
    let missing = 0;
    for (const channel of this.#channels.values()) {
      if (channel.isNumbered && channel.kind === 'whole') missing += channel.missing;
    }
    return missing;
  }

  /** Oldest first. */
  marks(): readonly Mark[] {
    const open: Mark[] = [];
    for (const channel of this.#channels.values()) {
      if (channel.kind === 'unclear') continue;
      for (const { atMs, byMs } of channel.openSetBacks()) {
        open.push({ kind: 'set-back', channel: channel.name, atMs, amount: byMs });
      }
    }
    return this.#marks.all(open);
  }

  get marksDropped(): number {
    return this.#marks.dropped;
  }

  toText(): string {
    const { events, aheadMs, firstMs, lastMs } = this.future;
    const stored: Stored = [
      FORM,
      this.habit.toStored(),
      this.bursts.toStored(),
      this.#marks.toStored(),
      [events, aheadMs, firstMs, lastMs],
      [this.#minutes, this.#lastMinute, this.unnumbered, this.otherChannels],
      this.channels.map((channel) => channel.toStored()),
    ];
    return JSON.stringify(stored);
  }

  /** @param text  as `toText` gave it; of another form, it gives a host that nothing is known of */
  static fromText(text: string): HostStream {
    const host = new HostStream();
    const stored = JSON.parse(text) as Stored;
    if (stored[0] !== FORM) return host;
    const [, habit, bursts, marks, [events, aheadMs, firstMs, lastMs], counts, channels] = stored;
    host.habit = Habit.fromStored(habit);
    host.bursts = Bursts.fromStored(bursts);
    host.#marks = Marks.fromStored(marks);
    Object.assign(host.future, { events, aheadMs, firstMs, lastMs });
    [host.#minutes, host.#lastMinute, host.unnumbered, host.otherChannels] = counts;
    for (const channel of channels) {
      host.#channels.set(channel[0].toLowerCase(), ChannelStream.fromStored(channel, host.#finds));
    }
    return host;
  }

  /** `undefined` for the nameless, which may be several, and for those beyond the bound. */
  #channelOf(name: string): ChannelStream | undefined {
    if (name === '') {
      this.unnumbered++;
      return undefined;
    }
    const channel = this.#byName.get(name) ?? this.#channelNamed(name);
    if (channel === undefined) {
      this.otherChannels++;
      return undefined;
    }
    this.#lastName = name;
    this.#lastChannel = channel;
    return channel;
  }

  #channelNamed(name: string): ChannelStream | undefined {
    const shown = name.slice(0, CHANNEL_LENGTH_MAX);
    const key = shown.toLowerCase();
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      if (this.#channels.size >= CHANNELS_MAX) return undefined;
      channel = new ChannelStream(shown, this.#finds);
      this.#channels.set(key, channel);
    }
    if (this.#byName.size < NAMES_MAX) this.#byName.set(name, channel);
    return channel;
  }

  #timed({ clock }: ChannelStream, timeMs: number, receivedMs: number): void {
    const lagMs = receivedMs - timeMs;
    // What is late is not what is usual.
    if (lagMs > QUIET_MIN_MS && this.#isLate(lagMs, clock.usualLagMs) && this.bursts.late(timeMs, receivedMs)) return;
    if (lagMs < -FUTURE_MS) this.#ahead(-lagMs, receivedMs);
    clock.heard(lagMs, receivedMs);
  }

  /** An agent that sends once an hour is always up to an hour behind. A log that was never current is an old one that is handed in. */
  #isLate(lagMs: number, usualLagMs: number | undefined): boolean {
    return usualLagMs !== undefined && lagMs - usualLagMs > this.habit.quietAfterMs;
  }

  #ahead(aheadMs: number, receivedMs: number): void {
    const { future } = this;
    if (future.events === 0) future.firstMs = receivedMs;
    future.events++;
    future.aheadMs = Math.max(future.aheadMs, aheadMs);
    future.lastMs = Math.max(future.lastMs, receivedMs);
  }
}

/**
 * The log that this record says was cleared, `''` where it does not say which.
 * Source: Security 1102 "The audit log was cleared", System 104 "The … log file was cleared" (provider Microsoft-Windows-Eventlog, `Channel` in its data).
 */
function clearedLog(event: Event): string | undefined {
  if (event.eventId === 1102 && event.channel.toLowerCase() === 'security') return event.channel;
  if (event.eventId !== 104 || event.provider.toLowerCase() !== 'microsoft-windows-eventlog') return undefined;
  return (textOf(event, 'Channel') ?? '').slice(0, CHANNEL_LENGTH_MAX);
}
