import { describe, expect, test } from 'vitest';
import { definePlugin, runPlugin, textOf, type TestEvent } from './index.js';

const probe = definePlugin({
  name: 'probe',
  version: '1',
  title: { en: 'Probe', zh: '探针' },
  description: { en: 'Scores file names.', zh: '' },
  settings: { points: 40, name: 'evil.dll' },
  init(host) {
    host.log(`looks for ${host.settings.name}`);
    return {
      processCreated: (call) => void call.chainMemory.set('created', true),
      processAction(call) {
        if (textOf(call.event, 'TargetFilename') !== host.settings.name) return;
        const evidence = { key: 'file', points: host.settings.points, title: { en: 'File', zh: '文件' } };
        call.addEvidence(evidence);
        const { id, timeMs } = call.eventRef();
        host.giveLater({ host: call.process.host, processId: call.process.id, evidence, eventId: id, timeMs });
      },
      page: () => '<p>page</p>',
    };
  },
});

const GUID = '{0badcafe-0001-6958-0000-000000000001}';
const created: TestEvent = {
  action: 'processcreate',
  atMs: 0,
  fields: { ProcessGuid: GUID, ProcessId: 4321, Image: 'C:\\t\\a.exe' },
};
const wrote = (file: string, atMs = 10): TestEvent => ({
  action: 'filecreate',
  atMs,
  fields: { ProcessGuid: GUID, Image: 'C:\\t\\a.exe', TargetFilename: file },
});

describe('runPlugin', () => {
  test('gives evidence, late evidence, messages and hooks', () => {
    const run = runPlugin(probe, [created, wrote('evil.dll')]);
    expect(run.evidence).toMatchObject([{ kind: 'plugin', key: 'plugin:probe:file', points: 40 }]);
    expect(run.evidence[0]!.process).toMatchObject({ image: 'C:\\t\\a.exe', pid: 4321 });
    expect(run.later).toMatchObject([{ host: 'test-host', evidence: { key: 'file' } }]);
    expect(run.messages).toEqual(['looks for evil.dll']);
    expect(run.hooks.page?.()).toBe('<p>page</p>');
  });

  test('puts settings over the defaults', () => {
    expect(runPlugin(probe, [wrote('x')], { settings: { name: 'x' } }).evidence).toMatchObject([{ points: 40 }]);
  });

  test('shows evidence of zero points', () => {
    expect(runPlugin(probe, [wrote('evil.dll')], { settings: { points: 0 } }).evidence).toMatchObject([{ points: 0 }]);
  });

  test('takes equal events for one record', () => {
    expect(runPlugin(probe, [wrote('evil.dll'), wrote('evil.dll')]).later).toHaveLength(1);
    expect(runPlugin(probe, [wrote('evil.dll', 1), wrote('evil.dll', 2)]).later).toHaveLength(2);
  });

  test('refuses an action that is none', () => {
    const odd = { ...created, action: 'processCreate' } as unknown as TestEvent;
    expect(() => runPlugin(probe, [odd])).toThrow('There is no action "processCreate".');
  });
});
