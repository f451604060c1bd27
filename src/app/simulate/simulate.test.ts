import { describe, expect, test } from 'vitest';
import { sampleAttack, SAMPLE_HOST_PREFIX } from './sample.js';
import { attackNames, simulate, type SimulateOptions } from './simulate.js';

const base: SimulateOptions = { hosts: 3, hours: 2, seed: '7', attacks: [], noise: 1 };

interface Line {
  readonly EventID: number;
  readonly Hostname: string;
  readonly UtcTime: string;
  readonly RecordNumber: number;
  readonly ProcessGuid?: string;
  readonly ParentProcessGuid?: string;
  readonly ProcessId?: number;
  readonly Image?: string;
}

const read = (options: SimulateOptions): Line[] => [...simulate(options).lines].map((line) => JSON.parse(line) as Line);

describe('simulate', () => {
  test('gives the same bytes for the same options, and others for another seed', () => {
    const once = [...simulate({ ...base, attacks: ['all'] }).lines].join('\n');
    expect([...simulate({ ...base, attacks: ['all'] }).lines].join('\n')).toBe(once);
    expect([...simulate({ ...base, attacks: ['all'], seed: '8' }).lines].join('\n')).not.toBe(once);
  });

  test('is in the order of time, with record numbers that only grow on each host', () => {
    const lines = read({ ...base, attacks: ['all'] });
    expect(lines.length).toBeGreaterThan(2000);
    const last = new Map<string, number>();
    for (const [index, line] of lines.entries()) {
      if (index > 0) expect(line.UtcTime >= lines[index - 1]!.UtcTime).toBe(true);
      expect(line.RecordNumber).toBeGreaterThan(last.get(line.Hostname) ?? 0);
      last.set(line.Hostname, line.RecordNumber);
    }
    expect(last.size).toBe(3);
  });

  test('gives each process a GUID of its own, and reuses pids only after their process has ended', () => {
    const alive = new Map<string, Set<number>>();
    const guids = new Set<string>();
    for (const line of read({ ...base, hosts: 1, hours: 24 })) {
      const pids = alive.get(line.Hostname) ?? new Set<number>();
      alive.set(line.Hostname, pids);
      if (line.EventID === 1) {
        expect(guids.has(line.ProcessGuid!)).toBe(false);
        expect(pids.has(line.ProcessId!)).toBe(false);
        guids.add(line.ProcessGuid!);
        pids.add(line.ProcessId!);
      } else if (line.EventID === 5) pids.delete(line.ProcessId!);
    }
    expect(guids.size).toBeGreaterThan(200);
  });

  test('holds an office: many kinds of events, creations the lesser part', () => {
    const lines = read(base);
    const kinds = new Set(lines.map((line) => line.EventID));
    for (const id of [1, 3, 5, 7, 10, 11, 13, 17, 22]) expect(kinds).toContain(id);
    const creations = lines.filter((line) => line.EventID === 1).length;
    expect(creations / lines.length).toBeLessThan(0.3);
  });

  test.each(attackNames().map((name) => ({ name })))('plays $name and says which chain it is', ({ name }) => {
    const simulation = simulate({ ...base, attacks: [name] });
    const guids = new Set([...simulation.lines].map((line) => (JSON.parse(line) as Line).ProcessGuid));
    expect(simulation.truth.length).toBeGreaterThan(0);
    for (const truth of simulation.truth) {
      expect(truth.attack).toBe(name);
      expect(guids).toContain(truth.startProcessGuid);
    }
  });

  test('has at least a dozen attacks', () => {
    expect(attackNames().length).toBeGreaterThanOrEqual(12);
  });

  test.each([
    { name: 'no host', options: { ...base, hosts: 0 }, message: 'hosts' },
    { name: 'half a host', options: { ...base, hosts: 1.5 }, message: 'hosts' },
    { name: 'no time', options: { ...base, hours: 0 }, message: 'hours' },
    { name: 'no noise at all', options: { ...base, noise: 0 }, message: 'noise' },
    { name: 'an unknown attack', options: { ...base, attacks: ['nothing'] }, message: 'nothing' },
  ])('refuses $name', ({ options, message }) => {
    expect(() => simulate(options)).toThrow(message);
  });
});

test('the sample ends when asked, on a host that is clearly a sample', () => {
  const endMs = Date.UTC(2026, 4, 1, 12);
  const { lines, truth } = sampleAttack(endMs);
  expect(lines.length).toBeGreaterThan(200);
  expect(lines.length).toBeLessThan(5000);
  expect(truth).toHaveLength(1);
  for (const text of lines) {
    const line = JSON.parse(text) as Line;
    expect(line.Hostname.startsWith(SAMPLE_HOST_PREFIX)).toBe(true);
    expect(line.UtcTime < '2026-05-01 12:00:00.000').toBe(true);
  }
});
