/** Text stands out by at least 4.5:1 and marks by 3:1, on both grounds of both themes (WCAG 2.2, 1.4.3 and 1.4.11). */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const tokens = readFileSync(new URL('../../console/src/styles/tokens.css', import.meta.url), 'utf8');

const COLOURS = new Map(
  [...tokens.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map((match) => [
    match[1] ?? '',
    { light: match[2] ?? '', dark: match[3] ?? '' },
  ]),
);

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const TEXTS = ['text', 'muted', 'accent', 'ok', 'critical', 'high', 'medium', 'low', 'danger'];
const MARKS = ['line', ...Array.from({ length: 9 }, (_, index) => `series-${index + 1}`)];

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  const colour = (name: string): string => COLOURS.get(name)?.[theme] ?? '';
  const grounds = ['bg', 'panel', 'raised', 'hover', 'chosen'];

  test.each(TEXTS.flatMap((text) => grounds.map((ground) => ({ text, ground }))))(
    '$text on $ground',
    ({ text, ground }) => {
      expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );
  test.each(MARKS)('%s on the page', (mark) => {
    expect(contrast(colour(mark), colour('bg'))).toBeGreaterThanOrEqual(3);
  });
  test('text on a mark and on the accent', () => {
    expect(contrast(colour('text'), colour('hit'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('on-accent'), colour('accent'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('on-accent'), colour('danger'))).toBeGreaterThanOrEqual(4.5);
  });
});
