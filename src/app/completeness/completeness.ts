/** How complete the view of a host was over a time: what is missing of its logs then, and what makes their times doubtful. */

import type { HostState } from './host-state.js';
import type { HostStream } from './host-stream.js';
import { CLOCK_TOLERANCE_MS } from './record-ranges.js';

/**
 * - `missing`: `count` records of `channel` that were written between `fromMs` and `toMs` did not come
 * - `cleared`, `restarted`: `channel` was cleared, or began to number anew, at `fromMs`
 * - `set-back`: the clock went back to `fromMs` from `toMs`, so these times came twice
 * - `silent`, `channel-silent`: the host, or one of its logs, was heard last at `toMs`
 * - `begun`: nothing is known of the host before `toMs`
 * - `late`: `count` events of `fromMs` to `toMs` came long after they happened. They are here; the view is complete as far as they go
 * - `part`: `channel` is not sent whole, so gaps cannot be told
 */
export type NoteKind =
  'missing' | 'cleared' | 'restarted' | 'set-back' | 'silent' | 'channel-silent' | 'begun' | 'late' | 'part';

export interface CompletenessNote {
  readonly kind: NoteKind;
  /** `''` where it is about the host as a whole. */
  readonly channel: string;
  /** 0 where it has no such end. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/**
 * - `complete`: at least one log is sent whole, and nothing below says otherwise
 * - `limited`: something was not seen, or its time is in doubt
 * - `unknown`: no log of the host tells, for its records carry no numbers or are chosen before they are sent
 */
export type CompletenessState = 'complete' | 'limited' | 'unknown';

export interface Completeness {
  readonly state: CompletenessState;
  readonly notes: readonly CompletenessNote[];
}

/** Event times. `isOpen`: what began goes on, so that silence up to now counts. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly isOpen: boolean;
}

export interface HostNow {
  readonly state: HostState;
  /** Received last. */
  readonly lastMs: number;
}

/** Silence that begins so soon after a time cuts its story off. */
const AFTERMATH_MS = 60 * 60_000;
/** Gaps of one log told one by one; more are told as one. */
const GAPS_TOLD = 8;
/** What does not make a view less than complete. */
const HARMLESS: ReadonlySet<NoteKind> = new Set(['late', 'part']);

export function completenessOf(stream: HostStream | undefined, host: HostNow, span: TimeSpan): Completeness {
  if (stream === undefined) return { state: 'unknown', notes: [] };
  const notes = [
    ...missingNotes(stream, span),
    ...markNotes(stream, span),
    ...beginNotes(stream, span),
    ...silenceNotes(stream, host, span),
    ...lateNotes(stream, span),
    ...partNotes(stream),
  ];
  if (notes.some(({ kind }) => !HARMLESS.has(kind))) return { state: 'limited', notes };
  return { state: stream.channels.some(isWhole) ? 'complete' : 'unknown', notes };
}

type Channel = HostStream['channels'][number];

function isWhole(channel: Channel): boolean {
  return channel.isNumbered && channel.kind === 'whole';
}

function missingNotes(stream: HostStream, span: TimeSpan): CompletenessNote[] {
  return stream.channels.filter(isWhole).flatMap((channel) => {
    const gaps = channel.gaps().map((gap) => ({ ...gap, count: gap.last - gap.first + 1 }));
    const older = channel.olderGaps().map((gap) => ({ ...gap, count: gap.missing }));
    const notes = [...older, ...gaps]
      .filter((gap) => overlaps(gap.fromMs, gap.toMs, span))
      .map(({ fromMs, toMs, count }) => noteOf('missing', { channel: channel.name, fromMs, toMs, count }));
    return notes.length > GAPS_TOLD ? [joined(notes)] : notes;
  });
}

function joined(notes: readonly CompletenessNote[]): CompletenessNote {
  return {
    ...notes[0]!,
    fromMs: Math.min(...notes.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...notes.map(({ toMs }) => toMs)),
    count: notes.reduce((sum, { count }) => sum + count, 0),
  };
}

function markNotes(stream: HostStream, span: TimeSpan): CompletenessNote[] {
  return stream
    .marks()
    .map(({ kind, channel, atMs, amount }) =>
      noteOf(kind, { channel, fromMs: atMs, toMs: kind === 'set-back' ? atMs + amount : atMs }),
    )
    .filter(({ fromMs, toMs }) => overlaps(fromMs, toMs, span));
}

function beginNotes(stream: HostStream, span: TimeSpan): CompletenessNote[] {
  const starts = stream.channels.filter((channel) => channel.isNumbered).map((channel) => channel.span.fromMs);
  if (starts.length === 0) return [];
  const startMs = Math.min(...starts);
  return span.fromMs < startMs - CLOCK_TOLERANCE_MS ? [noteOf('begun', { toMs: startMs })] : [];
}

function silenceNotes(stream: HostStream, host: HostNow, span: TimeSpan): CompletenessNote[] {
  const cutsOff = (sinceMs: number): boolean => span.isOpen || sinceMs <= span.toMs + AFTERMATH_MS;
  if (host.state === 'silent') return cutsOff(host.lastMs) ? [noteOf('silent', { toMs: host.lastMs })] : [];
  return stream.channels
    .filter((channel) => stream.isSilentChannel(channel) && cutsOff(channel.lastMs))
    .map((channel) => noteOf('channel-silent', { channel: channel.name, toMs: channel.lastMs }));
}

function lateNotes(stream: HostStream, span: TimeSpan): CompletenessNote[] {
  return stream.bursts.all
    .filter(({ fromMs, toMs }) => overlaps(fromMs, toMs, span))
    .map(({ fromMs, toMs, events }) => noteOf('late', { fromMs, toMs, count: events }));
}

function partNotes(stream: HostStream): CompletenessNote[] {
  return stream.channels
    .filter((channel) => channel.isNumbered && channel.kind !== 'whole')
    .map(({ name }) => noteOf('part', { channel: name }));
}

function overlaps(fromMs: number, toMs: number, span: TimeSpan): boolean {
  return fromMs <= span.toMs + CLOCK_TOLERANCE_MS && toMs >= span.fromMs - CLOCK_TOLERANCE_MS;
}

function noteOf(kind: NoteKind, note: Partial<CompletenessNote>): CompletenessNote {
  return { channel: '', fromMs: 0, toMs: 0, count: 0, ...note, kind };
}
