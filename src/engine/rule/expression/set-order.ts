/**
 * The order in which CPython 3.11 walks a set. It is not to be relied upon, and random for texts; but for numbers it follows from the hash
 * table alone, and a rule that turns a small set of numbers into an array expects what it got there.
 */

import { Decimal } from './number.js';
import type { Value } from './value.js';

/** Hashes of numbers are residues of this prime. */
const MODULUS = (1n << 61n) - 1n;
const INFINITE_HASH = 314_159n;
const MASK_64 = (1n << 64n) - 1n;
const LINEAR_PROBES = 9n;

/** @returns the members as they came unless all are numbers or booleans */
export function setOrder(members: readonly Value[]): readonly Value[] {
  if (members.length < 2) return members;
  const hashes: bigint[] = [];
  for (const member of members) {
    const hash = hashOf(member);
    if (hash === undefined) return members;
    hashes.push(hash & MASK_64);
  }
  let table = new Table(8);
  members.forEach((member, index) => {
    table.insert(member, hashes[index] ?? 0n);
    if (table.filled * 5 >= (table.size - 1) * 3) table = table.grown();
  });
  return table.inOrder();
}

function hashOf(value: Value): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return residue(BigInt(Math.abs(value)), value < 0);
  if (!(value instanceof Decimal)) return undefined;
  if (value.shape === 'infinite') return value.negative ? -INFINITE_HASH : INFINITE_HASH;
  if (value.shape === 'nan') return undefined;
  const base = value.exponent >= 0 ? 10n : modularPower(10n, MODULUS - 2n);
  const scale = modularPower(base, BigInt(Math.abs(value.exponent)));
  return residue((value.coefficient % MODULUS) * scale, value.negative);
}

function residue(magnitude: bigint, negative: boolean): bigint {
  const hash = magnitude % MODULUS;
  const signed = negative ? -hash : hash;
  return signed === -1n ? -2n : signed;
}

function modularPower(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base % MODULUS;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factor) % MODULUS;
    factor = (factor * factor) % MODULUS;
  }
  return result;
}

interface Slot {
  readonly value: Value;
  readonly hash: bigint;
}

class Table {
  readonly #slots: (Slot | undefined)[];
  filled = 0;

  constructor(readonly size: number) {
    this.#slots = Array.from({ length: size }, () => undefined);
  }

  insert(value: Value, hash: bigint): void {
    const mask = BigInt(this.size - 1);
    let perturbation = hash;
    let place = hash & mask;
    for (;;) {
      const probes = place + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0n;
      for (let step = 0n; step <= probes; step++) {
        const index = Number(place + step);
        if (this.#slots[index] === undefined) {
          this.#slots[index] = { value, hash };
          this.filled++;
          return;
        }
      }
      perturbation >>= 5n;
      place = (place * 5n + 1n + perturbation) & mask;
    }
  }

  grown(): Table {
    const minimum = this.filled > 50_000 ? this.filled * 2 : this.filled * 4;
    let size = 8;
    while (size <= minimum) size *= 2;
    const table = new Table(size);
    for (const slot of this.#slots) if (slot !== undefined) table.insert(slot.value, slot.hash);
    return table;
  }

  inOrder(): Value[] {
    return this.#slots.flatMap((slot) => (slot === undefined ? [] : [slot.value]));
  }
}
