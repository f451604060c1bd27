import { expect, test } from 'vitest';
import { spacedCjk } from './cjk-spacing.js';

test.each([
  ['8分钟20秒', '8 分钟 20 秒'],
  ['2分钟前', '2 分钟前'],
  ['120.4万', '120.4 万'],
  ['昨天', '昨天'],
  ['5 天', '5 天'],
  ['8 min, 20 sec', '8 min, 20 sec'],
])('%s', (text, spaced) => expect(spacedCjk(text)).toBe(spaced));
