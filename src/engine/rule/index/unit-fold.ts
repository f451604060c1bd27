/**
 * One UTF-16 unit without regard to letter case, as coarsely as any rule language compares: whatever some language takes for equal folds to
 * the same unit here, so a text that is not found folded is not there at all. What is found still has to be evaluated.
 */

/** All surrogates fold to this one: the case of letters beyond the first plane cannot be told from one unit. */
const ANY_SURROGATE = 0xd800;

/** Beyond `toLowerCase`: what patterns with `(?i)` take for the letter on the right. Source: Python's `re`, "ignorecase" fixes. */
const SPECIAL: ReadonlyMap<number, number> = new Map([
  [0x130, 0x69], // İ
  [0x131, 0x69], // ı
  [0x17f, 0x73], // ſ
  [0xb5, 0x3bc], // micro sign
  [0x3c2, 0x3c3], // final sigma
  [0x3d0, 0x3b2],
  [0x3d1, 0x3b8],
  [0x3d5, 0x3c6],
  [0x3d6, 0x3c0],
  [0x3f0, 0x3ba],
  [0x3f1, 0x3c1],
  [0x3f5, 0x3b5],
  [0x345, 0x3b9],
  [0x1fbe, 0x3b9],
  [0x1fd3, 0x390],
  [0x1fe3, 0x3b0],
  [0x1e9b, 0x1e61],
  [0x1e9e, 0xdf],
  [0x1c80, 0x432],
  [0x1c81, 0x434],
  [0x1c82, 0x43e],
  [0x1c83, 0x441],
  [0x1c84, 0x442],
  [0x1c85, 0x442],
  [0x1c86, 0x44a],
  [0x1c87, 0x463],
  [0x1c88, 0xa64b],
  [0xfb05, 0xfb06],
]);

export function foldUnit(unit: number): number {
  if (unit < 0x80) return unit >= 0x41 && unit <= 0x5a ? unit | 0x20 : unit;
  if (unit >= 0xd800 && unit <= 0xdfff) return ANY_SURROGATE;
  const special = SPECIAL.get(unit);
  if (special !== undefined) return special;
  const lower = String.fromCharCode(unit).toLowerCase();
  return lower.length === 1 ? (SPECIAL.get(lower.charCodeAt(0)) ?? lower.charCodeAt(0)) : unit;
}
