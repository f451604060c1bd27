import { describe, expect, test } from 'vitest';
import { shareOf } from '../../app/partition.js';
import { HostGuess } from '../host-guess.js';
import { LineBatchWriter, linesOf } from './line-batch.js';

describe('shareOf', () => {
  test.each([
    ['FIN-03', 'fin-03.example.com'],
    ['srv', 'SRV.a.b'],
  ])('%s and %s are one machine', (one, other) => {
    for (const count of [2, 3, 4, 7]) expect(shareOf(one, count)).toBe(shareOf(other, count));
  });

  test('many machines are dealt out evenly', () => {
    const counts = [0, 0, 0, 0];
    for (let at = 0; at < 4_000; at++) counts[shareOf(`host-${at}.example.com`, 4)]!++;
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

describe('HostGuess', () => {
  test.each([
    ['{"EventID":1,"Hostname":"FIN-03","x":1}', 'FIN-03'],
    ['{"winlog":{"computer_name":"srv.example.com"}}', 'srv.example.com'],
    ['{"Event":{"System":{"Computer": "A"}}}', 'A'],
    ['{"note":"\\"Computer\\":\\"no\\""}', undefined],
    ['{"Computer":""}', undefined],
    [`{"Computer":"${'x'.repeat(300)}"}`, undefined],
    ['{"Image":"a.exe"}', undefined],
  ])('%s', (line, host) => {
    const guess = new HostGuess();
    expect(guess.of(Buffer.from(line))).toBe(host);
    expect(guess.of(Buffer.from(line))).toBe(host);
  });
});

describe('LineBatchWriter', () => {
  test('gives back each line with its number and file, across batches', () => {
    const writer = new LineBatchWriter();
    const given: [string, number, string][] = [];
    const got: [string, number, string][] = [];
    const take = (): void => {
      for (const { bytes, number, file } of linesOf(writer.take()))
        got.push([Buffer.from(bytes).toString(), number, file]);
    };
    for (let at = 0; at < 3_000; at++) {
      const text = `${at} ${'é'.repeat(at % 700)}`;
      const line = Buffer.from(text);
      if (!writer.hasRoomFor(line)) take();
      writer.add(line, `file-${at % 3}`, at);
      given.push([text, at, `file-${at % 3}`]);
    }
    take();
    expect(writer.isEmpty).toBe(true);
    expect(got).toEqual(given);
  });

  test('a line longer than a batch is a batch', () => {
    const writer = new LineBatchWriter();
    const line = Buffer.alloc(3_000_000, 65);
    expect(writer.hasRoomFor(line)).toBe(true);
    writer.add(line, 'f', 1);
    expect([...linesOf(writer.take())][0]!.bytes.length).toBe(3_000_000);
  });
});
