import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import {
  HOUR,
  MINUTE,
  run,
  show,
  STREAM_START_MS as START_MS,
  SYSMON,
  type NumberedRecord,
} from '../../../test/support/host-streams.js';
import { HostStream } from './host-stream.js';

const told = (stream: HostStream): string =>
  [
    ...stream.channels.flatMap((channel) => channel.gaps().map(({ first, last }) => `missing ${first}-${last}`)),
    ...stream.marks().map(({ kind, amount }) => (kind === 'cleared' ? kind : `${kind} ${amount}`)),
  ].join(', ');

/** The log began again an hour later. */
const later = (number: number): Partial<NumberedRecord> => ({ atMs: HOUR + number * 1000 });
const clearing = (eventId: number, channel: string, fields: object = {}): Partial<Event> => ({
  eventId,
  channel,
  provider: 'Microsoft-Windows-Eventlog',
  fields: fields as Event['fields'],
});

describe('record numbers', () => {
  test.each<{ name: string; records: readonly NumberedRecord[]; told: string }>([
    { name: 'all there', records: run(100, 200), told: '' },
    { name: 'a jump', records: [...run(100, 150), ...run(161, 200)], told: 'missing 151-160' },
    { name: 'a jump that late records close', records: [...run(1, 9), ...run(15, 20), ...run(10, 14)], told: '' },
    { name: 'records from before the first', records: [...run(100, 110), ...run(90, 99)], told: '' },
    {
      name: 'the log began again at 1, which is no gap',
      records: [...run(5000, 5400, (number) => ({ atMs: (number - 5000) * 1000 })), ...run(1, 20, later)],
      told: 'restarted 5400',
    },
    {
      name: 'the log began again below numbers that were seen',
      records: [...run(1, 400), ...run(1, 300, later)],
      told: 'restarted 400',
    },
    {
      name: 'a late record of the numbering before',
      records: [
        ...run(1000, 1400).filter(({ number }) => number !== 1200),
        ...run(1, 20, (n) => ({ atMs: 2 * HOUR + n })),
        { number: 1200 },
      ],
      told: 'restarted 1400',
    },
    { name: 'a repetition long after', records: [...run(1, 400), { number: 7, cameMs: 5 * HOUR }], told: '' },
    {
      name: 'Security was cleared and goes on counting',
      records: [
        ...run(1, 9, () => ({ about: { channel: 'Security' } })),
        { number: 10, about: clearing(1102, 'Security') },
        ...run(11, 20, () => ({ about: { channel: 'Security' } })),
      ],
      told: 'cleared',
    },
    {
      name: 'Security was cleared and counts from 1',
      records: [
        ...run(1, 90, () => ({ about: { channel: 'Security' } })),
        { number: 1, atMs: 91_000, about: clearing(1102, 'Security') },
        ...run(2, 9, (n) => ({ atMs: 91_000 + n, about: { channel: 'Security' } })),
      ],
      told: 'cleared, restarted 90',
    },
    {
      name: 'the log began again at once, far below its first record',
      records: [...run(5000, 5200, (number) => ({ atMs: (number - 5000) * 1000 })), { number: 1, atMs: 201_000 }],
      told: 'restarted 5200',
    },
    {
      name: 'a record that was overtaken, a little below the first',
      records: [...run(100, 400), { number: 60, atMs: 390_000 }],
      told: 'missing 61-99, set-back 290000',
    },
    {
      name: 'a time of the next decade hides no restart',
      records: [
        ...run(1, 400, (number) => (number === 200 ? { atMs: 1e11, cameMs: 200_000 } : {})),
        ...run(1, 9, later),
      ].map((record) => ({ ...record, about: { timeSource: 'local' as const } })),
      told: 'restarted 400',
    },
    {
      name: 'a late record of the new numbering that the one before lacks as well',
      records: [
        ...run(1, 100).filter(({ number }) => number !== 11 && number !== 12),
        { number: 1, atMs: 101_000, about: { eventId: 1102 } },
        ...run(2, 20, (number) => ({ atMs: (100 + number) * 1000 })).filter(({ number }) => number !== 11),
        { number: 11, atMs: 111_000 },
      ].map((record) => ({ ...record, about: { ...record.about, channel: 'Security' } })),
      told: 'missing 11-12, cleared, restarted 100',
    },
    {
      name: 'a record of a cleared log, twice',
      records: [1, 2, 2].map((number) => ({ number, about: clearing(1102, 'Security') })),
      told: 'cleared, cleared',
    },
    {
      name: 'an event 104 of somebody else',
      records: [{ number: 1, about: { eventId: 104, provider: 'Backup' } }],
      told: '',
    },
  ])('$name', ({ records, told: expected }) => expect(told(show(new HostStream(), ...records))).toBe(expected));

  test('104 names the log that was cleared', () => {
    const stream = show(new HostStream(), { number: 1, about: clearing(104, 'System', { Channel: SYSMON }) });
    expect(stream.marks()).toMatchObject([{ kind: 'cleared', channel: SYSMON }]);
  });

  test('a log that is sent by choice has no gaps, and says so', () => {
    const stream = show(new HostStream(), ...run(1, 60).map(({ number }) => ({ number: number * 3 })));
    expect(stream.channels[0]).toMatchObject({ kind: 'part', seen: 60 });
    expect(stream.missing).toBe(0);
  });

  test('its clock is seen all the same', () => {
    const back = (number: number): number => number * 3000 - (number > 30 ? HOUR : 0);
    const records = run(1, 60).map(({ number }) => ({ number: number * 3, atMs: back(number) }));
    expect(show(new HostStream(), ...records).marks()).toMatchObject([{ kind: 'set-back', amount: HOUR - 3000 }]);
  });

  test('of many numberings, what the oldest saw and missed is kept as a sum', () => {
    const stream = new HostStream();
    for (let time = 0; time < 8; time++) {
      const records = run(1, 400, (number) => ({ atMs: time * HOUR + number * 1000 }));
      show(stream, ...records.filter(({ number }) => number <= 100 || number > 105 + time));
    }
    expect(stream.channels[0]).toMatchObject({ restarts: 7, seen: 8 * 395 - 28, missing: 8 * 5 + 28 });
    expect(stream.channels[0]?.gaps().length).toBe(4);
    expect(stream.channels[0]?.olderGaps()).toEqual([
      { gaps: 4, missing: 26, fromMs: START_MS + 100_000, toMs: START_MS + 3 * HOUR + 109_000 },
    ]);
  });

  test('two machines under one name end as unclear', () => {
    const stream = new HostStream();
    for (let at = 1; at < 60; at++) {
      show(stream, { number: 100_000 + at, atMs: at * HOUR }, { number: at, atMs: at * HOUR + 5 * MINUTE });
    }
    expect(stream.channels[0]?.kind).toBe('unclear');
  });

  test('channels are told apart whatever their spelling, and bounded', () => {
    const stream = new HostStream();
    for (let at = 1; at <= 100; at++)
      show(stream, { number: at, about: { channel: at % 2 === 0 ? 'security' : 'Security' } });
    expect(stream.channels.map(({ name, seen }) => [name, seen])).toEqual([['Security', 100]]);
    for (let at = 1; at <= 100; at++) show(stream, { number: 1, about: { channel: `made-up-${at}`.repeat(40) } });
    expect(stream.channels.length).toBe(32);
    expect(stream.otherChannels).toBe(69);
    expect(stream.toText().length).toBeLessThan(20_000);
  });

  test('records without number or channel are counted', () => {
    const stream = show(new HostStream(), { number: 0 }, { number: 5, about: { channel: '' } }, { number: 6 });
    expect([stream.unnumbered, stream.channels[0]?.seen]).toEqual([2, 1]);
  });
});

describe('any order within reason', () => {
  const records = [
    ...run(1000, 1300).filter(({ number }) => number < 1100 || number > 1120),
    ...run(1301, 1400, (number) => ({ atMs: number * 1000 - HOUR })),
  ];

  test('shuffled by up to fifty places, the same gaps and the same step of the clock are told', () => {
    const inOrder = told(show(new HostStream(), ...records));
    expect(inOrder).toBe(`missing 1100-1120, set-back ${HOUR - 1000}`);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { minLength: records.length, maxLength: records.length }), (moves) => {
        // All come at one time, so that only their order differs.
        const shuffled = records
          .map((record, index) => ({ record: { ...record, cameMs: 2 * HOUR }, place: index + moves[index]! }))
          .sort((left, right) => left.place - right.place)
          .map(({ record }) => record);
        expect(told(show(new HostStream(), ...shuffled))).toBe(inOrder);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the clock', () => {
  test('set back by an hour is told once, though two logs saw it', () => {
    const both = (number: number): NumberedRecord[] => {
      const atMs = number * 1000 - (number > 50 ? HOUR : 0);
      const cameMs = number * 1000;
      return [
        { number, atMs, cameMs },
        { number: number + 7000, atMs: atMs + 20, cameMs, about: { channel: 'Security' } },
      ];
    };
    const stream = show(new HostStream(), ...run(1, 100).flatMap(({ number }) => both(number)));
    expect(stream.marks().map(({ kind, channel, amount }) => [kind, channel, amount])).toEqual([
      ['set-back', '', HOUR - 1000],
    ]);
    expect(stream.lagMs).toBe(HOUR - 20);
    // Behind is not late.
    expect(stream.bursts.all).toEqual([]);
  });

  test('local times, which go back once a year, tell nothing of it', () => {
    const local = (number: number): NumberedRecord => ({
      number,
      atMs: number * 1000 - (number > 50 ? HOUR : 0),
      about: { timeSource: 'local' },
    });
    expect(told(show(new HostStream(), ...run(1, 100).map(({ number }) => local(number))))).toBe('');
  });

  test('its distance from ours is the median over deliveries, whatever a few that were held up say', () => {
    const stream = show(
      new HostStream(),
      ...run(1, 40, (number) => ({ cameMs: number * 1000 + (number % 10 === 0 ? 90_000 : 2000) })),
    );
    expect(stream.lagMs).toBe(2000);
  });

  test('ahead of ours is the future', () => {
    const stream = show(
      new HostStream(),
      ...run(1, 20, (number) => ({ atMs: number * 1000 + 2 * HOUR, cameMs: number * 1000 })),
    );
    expect(stream.lagMs).toBe(-2 * HOUR);
    expect(stream.future).toEqual({
      events: 20,
      aheadMs: 2 * HOUR,
      firstMs: START_MS + 1000,
      lastMs: START_MS + 20_000,
    });
  });
});

describe('a burst from the past', () => {
  const current = run(1, 60, (number) => ({ atMs: number * MINUTE }));
  const held = run(61, 160, (number) => ({ atMs: number * MINUTE, cameMs: 200 * MINUTE }));

  test('is what an agent held back, after the host was current', () => {
    const stream = show(new HostStream(), ...current, ...held, { number: 161, atMs: 200 * MINUTE });
    expect(stream.bursts.all).toMatchObject([
      {
        events: 100,
        fromMs: START_MS + 61 * MINUTE,
        toMs: START_MS + 160 * MINUTE,
        receivedMs: START_MS + 200 * MINUTE,
      },
    ]);
    expect(told(stream)).toBe('');
  });

  test('is none where the host was never current: an old log that is handed in', () => {
    expect(show(new HostStream(), ...run(1, 100, () => ({ cameMs: 48 * HOUR }))).bursts.all).toEqual([]);
  });

  test('is none where the host always sends once an hour', () => {
    const hourly = run(1, 600, (number) => ({ atMs: number * MINUTE, cameMs: Math.ceil(number / 60) * HOUR }));
    const stream = show(new HostStream(), ...hourly);
    const first = stream.bursts.all.filter(({ receivedMs }) => receivedMs > START_MS + 3 * HOUR);
    expect(first).toEqual([]);
  });

  test('is none where a shipper gives one log in another time zone', () => {
    const stream = new HostStream();
    for (let number = 1; number <= 100; number++) {
      const cameMs = number * MINUTE;
      show(stream, { number, atMs: cameMs, cameMs });
      show(stream, { number, atMs: cameMs - 4 * HOUR, cameMs, about: { channel: 'Security' } });
    }
    expect(stream.bursts.all).toEqual([]);
    expect(stream.lagMs).toBe(0);
  });

  test('that does not end is how the log is sent now', () => {
    const behind = run(61, 1000, (number) => ({ atMs: (number - 60) * MINUTE, cameMs: number * MINUTE }));
    const stream = show(new HostStream(), ...current, ...behind.map((record) => ({ ...record, number: 0 })));
    expect(stream.bursts.all).toMatchObject([{ events: 361, receivedMs: START_MS + 61 * MINUTE }]);
    expect(stream.lagMs).toBe(HOUR);
  });

  test('the latest sixteen are kept', () => {
    const stream = show(new HostStream(), ...current);
    for (let at = 0; at < 40; at++) {
      const cameMs = (10 + 8 * at) * HOUR;
      const first = 1000 + at * 100;
      const rest = run(first + 1, first + 20, (number) => ({ atMs: cameMs + (number - first) * MINUTE }));
      show(stream, { number: first, atMs: cameMs - 5 * HOUR, cameMs }, ...rest);
    }
    expect(stream.bursts.all.length).toBe(16);
  });
});

describe('a log that falls silent while its host goes on', () => {
  const security = (number: number): NumberedRecord => ({
    number,
    atMs: number * MINUTE,
    about: { channel: 'Security' },
  });
  const withSysmon = (until: number): HostStream =>
    show(
      new HostStream(),
      ...run(1, 300).flatMap(({ number }) =>
        number <= until ? [{ number, atMs: number * MINUTE }, security(number)] : [security(number)],
      ),
    );
  const silent = (stream: HostStream): string[] =>
    stream.channels.filter((channel) => stream.isSilentChannel(channel)).map(({ name }) => name);

  test('is told', () => expect(silent(withSysmon(200))).toEqual([SYSMON]));
  test('is not told while it sends', () => expect(silent(withSysmon(300))).toEqual([]));
  test('is not told after a night: only minutes in which the host was heard count', () => {
    const stream = withSysmon(300);
    show(stream, { ...security(301), atMs: 900 * MINUTE });
    expect(silent(stream)).toEqual([]);
  });
  test('is not told where it is used to pause so long', () => {
    const stream = new HostStream();
    for (let number = 1; number <= 1500; number++) {
      if (number % 20 === 0) show(stream, { number, atMs: number * MINUTE });
      show(stream, security(number));
    }
    const goOn = (from: number, to: number): void => void show(stream, ...run(from, to, security));
    goOn(1501, 1575);
    expect(silent(stream)).toEqual([]);
    goOn(1576, 1590);
    expect(silent(stream)).toEqual([SYSMON]);
  });
  test('is not told of a log whose rhythm nobody knows', () => expect(silent(withSysmon(30))).toEqual([]));
});

test('what is stored and read again goes on as if it had never been', () => {
  const records = [
    ...run(1, 60, (number) => ({ atMs: number * MINUTE })),
    ...run(70, 160, (number) => ({ atMs: number * MINUTE, cameMs: 200 * MINUTE })),
    ...run(1, 90, (number) => ({ atMs: 300 * MINUTE + number * 1000, about: { channel: 'Security' } })),
    ...run(161, 200, (number) => ({ atMs: (number - 30) * MINUTE, cameMs: (number + 200) * MINUTE })),
  ];
  const whole = show(new HostStream(), ...records).toText();
  for (const cut of [0, 1, 59, 60, 100, 151, 200, 250]) {
    const first = show(new HostStream(), ...records.slice(0, cut)).toText();
    expect(show(HostStream.fromText(first), ...records.slice(cut)).toText()).toBe(whole);
  }
});

test('a stored form of another time gives a host that begins anew', () => {
  expect(HostStream.fromText('[0,"x"]').toText()).toBe(new HostStream().toText());
});
