import { beforeEach, describe, expect, test } from 'vitest';
import { addFakeToken, testServer, type TestServer } from '../../test/support/fake-server.js';
import { fakeStored } from '../../test/support/fake-parts.js';
import { RULES_NAMED } from './metrics.js';

let server: TestServer;

beforeEach(async () => {
  server = await testServer({ filled: true });
});

async function metrics(as?: string): Promise<ReadonlyMap<string, number>> {
  const { text } = await server.ask('GET', '/metrics', as === undefined ? {} : { as });
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice('chainsight_'.length, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('/metrics', () => {
  test('is text that Prometheus reads: each family once, with its help and type before its samples', async () => {
    await server.ask('GET', '/health');
    const { text } = await server.ask('GET', '/metrics');
    expect(text.endsWith('\n')).toBe(true);
    const seen = new Set<string>();
    let family = '';
    for (const line of text.trim().split('\n')) {
      const [, kind, name] = /^# (HELP|TYPE) (chainsight_[a-z_]+) /.exec(line) ?? [];
      if (kind === 'HELP') {
        expect(seen.has(name!)).toBe(false);
        seen.add((family = name!));
      } else if (kind === 'TYPE') {
        expect(line).toMatch(new RegExp(`^# TYPE ${family} (?:counter|gauge)$`));
        expect(family.endsWith('_total')).toBe(line.endsWith(' counter'));
      } else expect(line).toMatch(new RegExp(`^${family}(?:\\{[a-z]+="[a-z0-9]+"\\})? \\d+(?:\\.\\d+)?$`));
    }
    expect(seen.size).toBe(20);
  });

  test('a status that was never answered has no line', async () => {
    const names = [...(await metrics()).keys()];
    expect(names.filter((name) => name.startsWith('events_refused') || name.startsWith('requests_total'))).toEqual([]);
  });

  test('every line is what its help says', async () => {
    const as = addFakeToken(server.parts, 'sensor');
    const post = async (body: string, duplicates = 0): Promise<number> => {
      server.parts.intake.answer = duplicates === 0 ? undefined : { kind: 'taken', duplicates };
      return (await server.ask('POST', '/api/v1/events', { as, body })).status;
    };
    const line = '{"host":"fin-03"}';
    expect(await post(`${line}\n${line}`)).toBe(202);
    expect(await post(`${line}\n${line}\n${line}`, 2)).toBe(202);
    expect(await post(`${line}\nno JSON\nneither`)).toBe(202);
    expect(await post('no JSON\nneither')).toBe(400);
    const bound = addFakeToken(server.parts, 'sensor', ['fin-03']);
    const foreign = await server.ask('POST', '/api/v1/events', { as: bound, body: `${line}\n{"host":"fin-04"}` });
    expect(foreign.status).toBe(202);
    server.parts.intake.answer = { kind: 'stopped', reason: 'the disk is full' };
    expect((await server.ask('POST', '/api/v1/events', { as, body: line })).status).toBe(503);
    expect((await server.ask('POST', '/api/v1/events', { body: line })).status).toBe(401);
    expect((await server.ask('GET', '/health')).status).toBe(200);
    expect((await server.ask('GET', '/api/v1/threats')).status).toBe(401);
    const stored = fakeStored();
    server.parts.state.stored.set('x', { ...stored, decision: { ...stored.decision, verdict: 'ignored' } });
    server.parts.intake.refusal = 'the disk is full';
    server.parts.clock.timeMs += 90_000;

    const found = await metrics();
    const bytes = ['memory_resident_bytes', 'memory_heap_bytes'];
    for (const name of bytes) expect(found.get(name)).toBeGreaterThan(1024 * 1024);
    expect(Object.fromEntries([...found].filter(([name]) => !bytes.includes(name)))).toEqual({
      up_seconds: 90,
      detection_restarts_total: 2,
      'detection_seconds_total{part="read"}': 1,
      'detection_seconds_total{part="disk"}': 2,
      'detection_seconds_total{part="judge"}': 3.5,
      'detection_seconds_total{part="store"}': 0,
      detection_disk_wait_seconds_total: 0.5,
      takes_events: 0,
      events_accepted_total: 7,
      events_duplicate_total: 2,
      'events_rejected_total{reason="foreign"}': 1,
      'events_rejected_total{reason="not-json"}': 2,
      'events_refused_requests_total{status="400"}': 1,
      'events_refused_requests_total{status="401"}': 1,
      'events_refused_requests_total{status="503"}': 1,
      'requests_total{status="200"}': 1,
      'requests_total{status="401"}': 1,
      events_stored: 3,
      events_waiting: 7,
      detection_lag_seconds: 1.5,
      correlation_events_forgotten_total: 3,
      processes: 41,
      processes_forgotten_total: 5,
      'threats{verdict="open"}': 1,
      'threats{verdict="confirmed"}': 0,
      'threats{verdict="ignored"}': 1,
      streams: 0,
    });
  });

  describe('of rules', () => {
    beforeEach(() => {
      server.parts.policy.costs = [
        { rule: 'quiet', hits: 0, ms: 0 },
        { rule: 'say "hi"\\\n', hits: 1, ms: 0.2 },
        ...Array.from({ length: 2 * RULES_NAMED }, (_, at) => ({
          rule: `r${at}`,
          hits: 100 + at,
          ms: 1000 * (100 - at),
        })),
      ];
    });

    const named = async (as?: string): Promise<string[]> =>
      [...(await metrics(as))].flatMap(([name, value]) => (name.startsWith('rule_') ? [`${name} ${value}`] : []));

    test.each(['viewer', 'analyst', 'admin'] as const)('those with most are named to a token of a %s', async (role) => {
      const lines = await named(addFakeToken(server.parts, role));
      expect(lines).toHaveLength(2 * RULES_NAMED);
      expect(lines[0]).toBe('rule_hits_total{rule="r39"} 139');
      expect(lines[RULES_NAMED]).toBe('rule_seconds_total{rule="r0"} 100');
      expect(lines.some((line) => line.includes('quiet'))).toBe(false);
    });

    test.each([
      ['nobody', () => undefined],
      ['a token of a sensor', () => addFakeToken(server.parts, 'sensor')],
      ['a wrong token', () => 'Bearer wrong'],
    ])('none is named to %s', async (_who, as) => {
      expect(await named(as())).toEqual([]);
      expect((await metrics(as())).get('takes_events')).toBe(1);
    });

    test('a name cannot end its line or its label', async () => {
      server.parts.policy.costs = [{ rule: 'a"} 1\nup 0\\', hits: 2, ms: 0 }];
      expect(await named(addFakeToken(server.parts, 'viewer'))).toEqual([
        String.raw`rule_hits_total{rule="a\"} 1\nup 0\\"} 2`,
      ]);
    });
  });
});
