/** Numbers that look like chance and come again with their seed, which tests print (mulberry32, Tommy Ettinger, public domain). Near seeds give far rows. */

/** From 0 up to, not with, 1. */
export function unitsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Whole numbers from 0 up to, not with, `below`. */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random {
  const unit = unitsFrom(seed);
  return (below) => Math.floor(unit() * below);
}
