/** What is known of hosts' streams, as the contract shows it. */

import type { Completeness as FoundCompleteness } from '../../app/completeness/completeness.js';
import type { HostStream as FoundStream } from '../../app/completeness/host-stream.js';
import type { Completeness, HostChannel, HostStream } from '../../contract/index.js';
import { isoOrNull } from './time.js';

export function completenessShape({ state, notes }: FoundCompleteness): Completeness {
  return {
    state,
    notes: notes.map(({ kind, channel, fromMs, toMs, count }) => ({
      kind,
      channel,
      from: isoOrNull(fromMs),
      to: isoOrNull(toMs),
      events: count,
    })),
  };
}

export function streamShape(stream: FoundStream): HostStream {
  const { habit, lagMs, bursts, future } = stream;
  return {
    usualGapSeconds: secondsOf(habit.usualGapMs),
    usualPauseSeconds: secondsOf(habit.usualPauseMs),
    lagSeconds: lagMs === undefined ? null : lagMs / 1000,
    channels: stream.channels.map((channel) => channelShape(channel, stream.isSilentChannel(channel))),
    marks: stream.marks().map(({ kind, channel, atMs, amount }) => ({
      kind,
      channel,
      at: isoOrNull(atMs),
      seconds: kind === 'set-back' ? amount / 1000 : null,
      number: kind === 'restarted' ? amount : null,
    })),
    marksDropped: stream.marksDropped,
    bursts: bursts.all.map(({ receivedMs, untilMs, fromMs, toMs, events }) => ({
      received: isoOrNull(receivedMs),
      until: isoOrNull(untilMs),
      from: isoOrNull(fromMs),
      to: isoOrNull(toMs),
      events,
    })),
    future:
      future.events === 0
        ? null
        : {
            events: future.events,
            aheadSeconds: future.aheadMs / 1000,
            first: isoOrNull(future.firstMs),
            last: isoOrNull(future.lastMs),
          },
    unnumbered: stream.unnumbered + stream.otherChannels,
  };
}

function channelShape(channel: FoundStream['channels'][number], isSilent: boolean): HostChannel {
  const span = channel.isNumbered ? channel.span : { fromMs: 0, toMs: 0 };
  const isWhole = channel.isNumbered && channel.kind === 'whole';
  const older = isWhole ? channel.olderGaps() : [];
  return {
    name: channel.name,
    kind: channel.isNumbered ? channel.kind : 'unnumbered',
    records: channel.seen,
    first: isoOrNull(span.fromMs),
    last: isoOrNull(span.toMs),
    missing: isWhole ? channel.missing : 0,
    // Of a log that is sent in part, they are no losses.
    gaps: (isWhole ? channel.gaps() : []).map(({ first, last, fromMs, toMs }) => ({
      firstNumber: first,
      lastNumber: last,
      missing: last - first + 1,
      from: isoOrNull(fromMs),
      to: isoOrNull(toMs),
    })),
    olderGaps: older.reduce((sum, { gaps }) => sum + gaps, 0),
    olderMissing: older.reduce((sum, { missing }) => sum + missing, 0),
    restarts: channel.restarts,
    silentSince: isSilent ? isoOrNull(channel.lastMs) : null,
  };
}

function secondsOf(ms: number): number {
  return Math.round(ms / 1000);
}
