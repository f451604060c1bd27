import { expect, test } from 'vitest';
import { hostKey } from '../../../src/engine/event/host-name.js';
import { isHostName, machineOf } from './host-name.js';

test.each([
  ...['fin-03', 'FIN-03.corp.example', '主机一', '_gateway', 'fe80::1', 'a'.repeat(255)].map((name) => [name, true]),
  ...['', 'a b', 'bad/host!', 'fin-*', '-x', 'a'.repeat(256)].map((name) => [name, false]),
] as [string, boolean][])('%s: %s', (name, is) => expect(isHostName(name)).toBe(is));

test.each(['FIN-03', 'fin-03.corp.example', '10.1.2.3', 'FE80::1', '.x', '', '主机一.内网'])(
  'the machine of "%s" is the engine’s',
  (name) => expect(machineOf(name)).toBe(hostKey(name)),
);
