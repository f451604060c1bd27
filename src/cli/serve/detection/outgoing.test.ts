import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ToDetection } from './messages.js';
import { Outgoing } from './outgoing.js';

type Pieces = ToDetection & { readonly kind: 'pieces' };

interface Sent {
  readonly message: Pieces;
  readonly transfer: readonly ArrayBuffer[];
}

function outgoing(): { readonly sent: Sent[]; readonly out: Outgoing } {
  const sent: Sent[] = [];
  const out = new Outgoing((message, transfer) => {
    if (message.kind === 'pieces')
      sent.push({ message: structuredClone(message, { transfer: [...transfer] }), transfer });
  });
  return { sent, out };
}

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
const more = (delivery: number) => ({ delivery, sender: undefined, next: 'more' }) as const;

function contents({ message }: Sent): [delivery: number, length: number, byte: number | undefined][] {
  return message.pieces.map(({ delivery, block, start, end }) => {
    const bytes = message.blocks[block]!.subarray(start, end);
    expect(new Set(bytes).size).toBeLessThanOrEqual(1);
    return [delivery, bytes.length, bytes[0]];
  });
}

test('what one turn has read leaves together, each piece with its own bytes', async () => {
  const { sent, out } = outgoing();
  out.add(more(1), filled(50_000, 1));
  out.add(more(2), filled(100, 2));
  out.add({ ...more(2), next: 'last' }, undefined);
  out.add(more(3), filled(20_000, 3));
  out.add(more(1), filled(300, 4));
  expect(sent).toHaveLength(0);
  await turn();
  expect(sent.map(contents)).toEqual([
    [
      [1, 50_000, 1],
      [2, 100, 2],
      [2, 0, undefined],
      [3, 20_000, 3],
      [1, 300, 4],
    ],
  ]);
});

test('large pieces leave with their buffers, a view of a part of one does not', async () => {
  const { sent, out } = outgoing();
  const [own, shared] = [filled(50_000, 1), filled(60_000, 2)];
  out.add(more(1), own);
  out.add(more(1), shared.subarray(0, 40_000));
  await turn();
  expect(own.length).toBe(0);
  expect(shared.length).toBe(60_000);
  expect(sent[0]?.transfer).toHaveLength(2);
  expect(sent.map(contents)).toEqual([
    [
      [1, 50_000, 1],
      [1, 40_000, 2],
    ],
  ]);
});

test('much leaves at once, and what was cleared does not leave', async () => {
  const { sent, out } = outgoing();
  for (let at = 0; at < 4; at++) out.add(more(1), filled(65_536, at));
  expect(sent).toHaveLength(1);
  out.add(more(2), filled(10, 9));
  out.clear();
  await turn();
  expect(sent).toHaveLength(1);
});
