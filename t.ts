import { expect, test } from 'vitest';
import { runPlugin, type TestEvent } from 'chainsight/plugin-sdk';
import droppedPrograms from './plugin.js';

const PARENT = '{5770385f-c22a-695b-0100-000000000100}';
const CHILD = '{5770385f-c22b-695b-0200-000000000100}';

const start: TestEvent = {
  action: 'processcreate',
  atMs: 1000,
  fields: { ProcessGuid: CHILD, ProcessId: 200, Image: 'C:\\Tools\\get.exe', ParentProcessGuid: PARENT },
};

function write(path: string, atMs: number, guid = CHILD): TestEvent {
  return { action: 'filecreate', atMs, fields: { ProcessGuid: guid, TargetFilename: path } };
}

const two = [write('C:\\Temp\\a.exe', 2000), write('C:\\Temp\\B.DLL', 3000)];

test('three programs of one chain score, whichever process writes them', () => {
  const { evidence, hooks } = runPlugin(droppedPrograms, [start, ...two, write('C:\\Temp\\c.scr', 4000, PARENT)]);
  expect(evidence).toMatchObject([{ key: 'plugin:dropped-programs:many', points: 60, techniques: ['T1105'] }]);
  expect(hooks.page?.()).toContain('<td>test-host</td><td>3</td>');
});

test.each([
  { name: 'two programs', third: [] },
  { name: 'one of them twice', third: [write('C:\\Temp\\a.exe', 5000)] },
  { name: 'a text beside them', third: [write('C:\\Temp\\c.txt', 5000)] },
])('$name score nothing', ({ third }) => {
  expect(runPlugin(droppedPrograms, [start, ...two, ...third]).evidence).toEqual([]);
});

test('settings change what counts', () => {
  const settings = { atLeast: 1, points: 5, endings: ['.txt'] };
  const { evidence } = runPlugin(droppedPrograms, [write('C:\\Temp\\c.txt', 5000)], { settings });
  expect(evidence).toMatchObject([{ points: 5 }]);
});
