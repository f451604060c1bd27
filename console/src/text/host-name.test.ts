import { expect, test } from 'vitest';
import { isHostName } from './host-name.js';

test.each([
  ...['fin-03', 'FIN-03.corp.example', '主机一', '_gateway', 'fe80::1', 'a'.repeat(255)].map((name) => [name, true]),
  ...['', 'a b', 'bad/host!', 'fin-*', '-x', 'a'.repeat(256)].map((name) => [name, false]),
] as [string, boolean][])('%s: %s', (name, is) => expect(isHostName(name)).toBe(is));
