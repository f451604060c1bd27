import { expect, test } from 'vitest';
import { HOUR, MINUTE, run, show, STREAM_START_MS, SYSMON } from '../../../test/support/host-streams.js';
import { completenessOf, type CompletenessNote, type HostNow, type TimeSpan } from './completeness.js';
import { HostStream } from './host-stream.js';

/** Minutes after the start. */
function spanOf(from: number, to: number, isOpen = false): TimeSpan {
  return { fromMs: STREAM_START_MS + from * MINUTE, toMs: STREAM_START_MS + to * MINUTE, isOpen };
}

const at = (minutes: number): number => STREAM_START_MS + minutes * MINUTE;
const minute = (number: number) => ({ atMs: number * MINUTE });
const ACTIVE: HostNow = { state: 'active', lastMs: at(300) };
const SILENT: HostNow = { state: 'silent', lastMs: at(100) };
const tell = ({ kind, channel, fromMs, toMs, count }: CompletenessNote): string =>
  [kind, channel, ...[fromMs, toMs].map((ms) => (ms === 0 ? '' : (ms - STREAM_START_MS) / MINUTE)), count].join('|');

const whole = () => show(new HostStream(), ...run(1, 100, minute));
const gapped = () => show(new HostStream(), ...run(1, 40, minute), ...run(46, 100, minute));
const inPart = () => show(new HostStream(), ...run(1, 100, (number) => ({ ...minute(number), number: number * 3 })));

test.each<{
  name: string;
  stream: HostStream | undefined;
  span: TimeSpan;
  host?: HostNow;
  state: string;
  notes: string[];
}>([
  { name: 'a host that nothing is known of', stream: undefined, span: spanOf(1, 2), state: 'unknown', notes: [] },
  { name: 'all records there', stream: whole(), span: spanOf(10, 90), state: 'complete', notes: [] },
  {
    name: 'records missing meanwhile',
    stream: gapped(),
    span: spanOf(30, 60),
    state: 'limited',
    notes: [`missing|${SYSMON}|40|46|5`],
  },
  { name: 'records missing earlier', stream: gapped(), span: spanOf(60, 90), state: 'complete', notes: [] },
  { name: 'records missing later', stream: gapped(), span: spanOf(10, 30), state: 'complete', notes: [] },
  {
    name: 'a time that touches the gap, for times are not so exact',
    stream: gapped(),
    span: spanOf(48, 60),
    state: 'limited',
    notes: [`missing|${SYSMON}|40|46|5`],
  },
  {
    name: 'more gaps than anybody reads',
    stream: show(
      new HostStream(),
      ...run(1, 1000, (number) => ({ atMs: number * 1000 })).filter(({ number }) => number > 100 || number % 10 !== 0),
    ),
    span: spanOf(0, 20),
    state: 'limited',
    notes: [`missing|${SYSMON}|${9 / 60}|${101 / 60}|10`],
  },
  {
    name: 'a gap that is too long ago to be kept alone',
    stream: show(
      new HostStream(),
      ...run(1, 2000, (number) => ({ atMs: number * 1000 })).filter(({ number }) => number % 25 !== 0),
    ),
    span: spanOf(0, 0.5),
    state: 'limited',
    notes: [`missing|${SYSMON}|${24 / 60}|${401 / 60}|16`],
  },
  {
    name: 'nothing before the first record',
    stream: show(new HostStream(), ...run(50, 90, minute)),
    span: spanOf(10, 60),
    state: 'limited',
    notes: ['begun|||50|0'],
  },
  {
    name: 'a silent host whose chain still runs',
    stream: whole(),
    span: spanOf(10, 20, true),
    host: SILENT,
    state: 'limited',
    notes: ['silent|||100|0'],
  },
  {
    name: 'a host that fell silent soon after',
    stream: whole(),
    span: spanOf(10, 90),
    host: SILENT,
    state: 'limited',
    notes: ['silent|||100|0'],
  },
  {
    name: 'a host that fell silent much later',
    stream: whole(),
    span: spanOf(5, 20),
    host: SILENT,
    state: 'complete',
    notes: [],
  },
  {
    name: 'a host that is only quiet',
    stream: whole(),
    span: spanOf(10, 90),
    host: { ...SILENT, state: 'quiet' },
    state: 'complete',
    notes: [],
  },
  {
    name: 'a clock that was set back',
    stream: show(
      new HostStream(),
      ...run(1, 50, minute),
      ...run(51, 100, (number) => ({ atMs: (number - 30) * MINUTE, cameMs: number * MINUTE })),
    ),
    span: spanOf(30, 40),
    state: 'limited',
    notes: ['set-back||21|50|0'],
  },
  {
    name: 'a log that was cleared, and began again',
    stream: show(
      new HostStream(),
      ...run(500, 560, (number) => ({ atMs: (number - 500) * MINUTE, about: { channel: 'Security' } })),
      { number: 1, atMs: 61 * MINUTE, about: { channel: 'Security', eventId: 1102 } },
      ...run(2, 20, (number) => ({ atMs: (60 + number) * MINUTE, about: { channel: 'Security' } })),
    ),
    span: spanOf(50, 70),
    state: 'limited',
    notes: ['cleared|Security|61|61|0', 'restarted|Security|61|61|0'],
  },
  {
    name: 'events that an agent held back, which are here now',
    stream: show(
      new HostStream(),
      ...run(1, 60, minute),
      ...run(61, 90, (number) => ({ atMs: number * MINUTE, cameMs: 4 * HOUR })),
    ),
    span: spanOf(70, 80),
    state: 'complete',
    notes: ['late||61|90|30'],
  },
  {
    name: 'a log that is sent by choice cannot tell',
    stream: inPart(),
    span: spanOf(10, 90),
    state: 'unknown',
    notes: [`part|${SYSMON}|||0`],
  },
  {
    name: 'beside one that is sent whole it only says so',
    stream: show(
      new HostStream(),
      ...run(1, 100).flatMap(({ number }) => [
        { number: number * 3, ...minute(number) },
        { number, ...minute(number), about: { channel: 'System' } },
      ]),
    ),
    span: spanOf(10, 90),
    state: 'complete',
    notes: [`part|${SYSMON}|||0`],
  },
  {
    name: 'Sysmon fell silent while Security goes on',
    stream: show(
      new HostStream(),
      ...run(1, 300).flatMap(({ number }) => [
        ...(number <= 150 ? [{ number, ...minute(number) }] : []),
        { number, ...minute(number), about: { channel: 'Security' } },
      ]),
    ),
    span: spanOf(100, 160),
    state: 'limited',
    notes: [`channel-silent|${SYSMON}||150|0`],
  },
])('$name', ({ stream, span, host = ACTIVE, state, notes }) => {
  const found = completenessOf(stream, host, span);
  expect(found.notes.map(tell)).toEqual(notes);
  expect(found.state).toBe(state);
});
