/** Third-party plugins that behave well and badly, each in a real process. Whatever they do, this one goes on. */

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { act, actor, create, end, EXPLORER } from '../../test/support/events.js';
import { PluginKit, pluginCode, SDK, until } from '../../test/support/plugin-kit.js';
import { policy, ruleSet } from '../../test/support/rules.js';
import { Engine } from '../engine/engine.js';
import type { LateEvidence } from '../plugin-sdk/index.js';
import { checkedLateEvidence } from './checked-evidence.js';
import { compilePlugin, stopCompiler } from './compile.js';
import { DEFAULT_WORKER_LIMITS, WorkerPlugin, type WorkerLimits } from './worker-plugin.js';

let kit: PluginKit;
beforeAll(async () => {
  kit = await PluginKit.create();
});
afterAll(async () => {
  await stopCompiler();
  kit.remove();
});

interface Run {
  readonly plugin: WorkerPlugin;
  readonly engine: Engine;
  readonly evidence: LateEvidence[];
  readonly told: string[];
  replaying: boolean;
}

const runs: Run[] = [];
afterEach(async () => {
  await Promise.all(runs.splice(0).map(({ plugin }) => plugin.close()));
});

async function start(
  code: string,
  limits: Partial<WorkerLimits> = {},
  settings: Record<string, unknown> = {},
): Promise<Run> {
  const evidence: LateEvidence[] = [];
  const told: string[] = [];
  const module = await compilePlugin(kit.write('probe', code), SDK, kit.cacheFolder);
  const plugin = new WorkerPlugin({
    name: 'probe',
    module,
    program: kit.workerProgram,
    settings,
    isReplaying: () => run.replaying,
    onEvidence(stated) {
      const checked = checkedLateEvidence(stated);
      if (checked !== undefined) evidence.push(checked);
      return checked !== undefined;
    },
    tell: (message) => void told.push(message),
    limits: { ...DEFAULT_WORKER_LIMITS, ...limits },
  });
  const engine = new Engine(policy(ruleSet([])), { recordEvents: false, plugins: [plugin.enginePlugin] });
  const run: Run = { plugin, engine, evidence, told, replaying: false };
  runs.push(run);
  await plugin.started;
  return run;
}

const word = actor('word', 1000);
const wrote = (file: string, atMs = 2000) => act('filecreate', word, atMs, { TargetFilename: file });
const GIVE = `const give = (call: PluginCall, key: string, points = 5) => call.addEvidence({ key, points, title: { en: key, zh: key } });`;
/** Gives evidence for each file, under its name. */
const ECHO = `${GIVE} return { processAction: (call) => give(call, textOf(call.event, 'TargetFilename') ?? '') };`;
const keys = ({ evidence }: Run) => evidence.map(({ evidence: { key } }) => key);
/** The plugin still does its work: what is written comes back. */
async function expectAlive(run: Run, file = 'alive'): Promise<void> {
  run.engine.apply(wrote(file, 900_000));
  await until(() => keys(run).includes(file));
}

describe('a plugin in TypeScript', () => {
  test('gets events, settings and rules, and gives evidence, a menu entry, a page and messages', async () => {
    const run = await start(
      pluginCode(
        'probe',
        `let rules = 0; let seen: string[] = [];
        host.log('greets ' + host.settings.greeting);
        return {
          actions: new Set(['filecreate'] as const),
          rulesLoaded: (loaded) => { rules = loaded.length; },
          processCreated(call) {
            call.processMemory.set('image', call.process.image);
            call.chainMemory.set('host', call.process.host);
            seen.push('created');
          },
          processAction(call) {
            seen.push(call.event.action ?? '');
            const key = String(call.processMemory.get('image')) + ' on ' + String(call.chainMemory.get('host'));
            call.addEvidence({ key, points: 40, title: { en: 'E', zh: '证' }, techniques: ['T1036'],
              matched: [{ field: 'TargetFilename', value: textOf(call.event, 'TargetFilename') ?? '' }] });
          },
          processEnded(call) { seen.push(call.parentMemory === undefined ? 'ended' : 'ended below another'); },
          menu: () => ({ title: { en: 'Menu', zh: '菜单' }, icon: 'chart' }),
          page: () => '<p>' + rules + ' ' + seen.join(' ') + '</p>',
        };`,
        "{ greeting: 'Hello' }",
      ),
      {},
      { greeting: 'Ciao' },
    );
    run.plugin.rulesLoaded([{ id: 'r', title: { en: 'R', zh: '则' }, techniques: [] }]);
    const created = create(word, EXPLORER);
    const written = wrote('x.txt');
    for (const event of [created, act('dnsquery', word, 1500), written, end(word, 3000)]) run.engine.apply(event);
    await until(() => run.evidence.length > 0);
    expect(run.evidence).toEqual([
      {
        host: 'ws1.corp.example',
        processId: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventId: expect.stringMatching(/^[0-9a-f]{16}$/),
        timeMs: written.timeMs,
        evidence: {
          key: `${word.image} on ws1.corp.example`,
          points: 40,
          title: { en: 'E', zh: '证' },
          techniques: ['T1036'],
          matched: [{ field: 'TargetFilename', value: 'x.txt' }],
        },
      },
    ]);
    expect(await run.plugin.page()).toBe('<p>1 created filecreate ended below another</p>');
    expect(run.plugin.status).toEqual({
      name: 'probe',
      version: '1.2.3',
      titles: { en: 'Title of probe', zh: '标题' },
      state: 'on',
      error: undefined,
      faults: 0,
      menu: { titles: { en: 'Menu', zh: '菜单' }, icon: 'chart' },
      hasPage: true,
    });
    expect(run.told).toEqual(['greets Ciao']);
    run.engine.applyFinding({ plugin: 'probe', ...run.evidence[0]! });
    expect(run.engine.threats(1)).toMatchObject([{ score: 40 }]);
  });

  test('may give evidence later, of its own accord and after waiting', async () => {
    const run = await start(
      pluginCode(
        'probe',
        `${GIVE} return { async processAction(call) {
          const { id: eventId, timeMs } = call.eventRef();
          setTimeout(() => host.giveLater({ host: call.process.host, processId: call.process.id, eventId, timeMs,
            evidence: { key: 'timer', points: 1, title: { en: '', zh: '' } } }), 20);
          await Promise.resolve();
          give(call, 'waited');
        } };`,
      ),
    );
    run.engine.apply(wrote('x'));
    await until(() => run.evidence.length === 2);
    expect(keys(run).toSorted()).toEqual(['timer', 'waited']);
  });

  test('sees nothing of the server’s environment', async () => {
    process.env['CHAINSIGHT_SECRET'] = 'x';
    const run = await start(pluginCode('probe', "host.log(Object.keys(process.env).join() + '.'); return {};"));
    delete process.env['CHAINSIGHT_SECRET'];
    expect(run.told).toEqual(['.']);
  });

  test('gets no events while the log is read again, and none when closed', async () => {
    const run = await start(pluginCode('probe', ECHO));
    run.replaying = true;
    run.engine.apply(wrote('replayed'));
    run.replaying = false;
    await expectAlive(run);
    await run.plugin.close();
    run.engine.apply(wrote('closed'));
    expect(await run.plugin.page()).toBeUndefined();
    await wait(50);
    expect(keys(run)).toEqual(['alive']);
  });
});

describe('a plugin that fails', () => {
  test.each([
    {
      name: 'throws',
      code: "throw new Error('no ' + call.event.action);",
      fault: 'failed: processAction: no filecreate',
    },
    { name: 'throws nothing', code: 'throw undefined;', fault: 'failed: processAction: undefined' },
    { name: 'rejects', code: "return Promise.reject(new Error('later'));", fault: 'failed: processAction: later' },
    {
      name: 'gives evidence that is none',
      code: "give(call, '');",
      fault: 'failed: evidence: it is not whole: key, points, title in en and zh, process, event and time are needed',
    },
    {
      name: 'gives points below zero',
      code: "give(call, 'k', -5);",
      fault: 'failed: evidence: it is not whole: key, points, title in en and zh, process, event and time are needed',
    },
  ])('is counted, told and called again: it $name', async ({ code, fault }) => {
    const hook = `processAction(call: PluginCall): any { if (textOf(call.event, 'TargetFilename') === 'alive') give(call, 'alive'); else { ${code} } }`;
    const run = await start(pluginCode('probe', `${GIVE} return { ${hook} };`));
    for (let index = 0; index < 5; index++) {
      run.engine.apply(wrote(`bad ${index}`, 1000 * index));
      await expectAlive(run);
      run.evidence.length = 0;
    }
    // A rejection is heard of with the next answer.
    await until(() => run.plugin.status.faults >= 4);
    expect(run.told).toEqual([fault, fault, fault]);
    expect(run.plugin.status).toMatchObject({ state: 'on', error: undefined });
  });

  test.each<{ name: string; code: string; reason: RegExp | string; limits?: Partial<WorkerLimits> }>([
    {
      name: 'without a default export',
      code: 'export const plugin = 1;',
      reason: 'it has no default export made by definePlugin',
    },
    {
      name: 'with one that is none',
      code: 'export default 5;',
      reason: 'it has no default export made by definePlugin',
    },
    { name: 'that throws when loaded', code: "throw new Error('at once');", reason: 'at once' },
    { name: 'whose init throws', code: pluginCode('probe', "throw new Error('no init');"), reason: 'no init' },
    {
      name: 'whose init gives nothing',
      code: pluginCode('probe', ''),
      reason: 'its init gives no hooks; it must not be async',
    },
    {
      name: 'whose init is async',
      code: pluginCode('probe', 'return {};').replace('init(', 'async init('),
      reason: 'its init gives no hooks; it must not be async',
    },
    {
      name: 'of another name',
      code: pluginCode('other', 'return {};'),
      reason: 'it calls itself "other", but its folder is probe',
    },
    {
      name: 'with an odd title',
      code: pluginCode('probe', 'return {};').replace("{ en: 'Title of probe', zh: '标题' }", '{} as any'),
      reason: 'its title must have',
    },
    { name: 'that ends the process when loaded', code: 'process.exit(3);', reason: 'it ended by itself with code 3' },
    {
      name: 'that never loads',
      code: 'for (;;);',
      reason: 'it did not start within 1500 ms',
      limits: { startMs: 1500 },
    },
    {
      name: 'that waits for ever',
      code: 'await new Promise(() => setInterval(() => {}, 1000));',
      reason: 'it did not start within 1500 ms',
      limits: { startMs: 1500 },
    },
  ])('$name is off, with the reason', async ({ code, reason, limits }) => {
    const run = await start(code, limits);
    expect(run.plugin.status).toMatchObject({ state: 'failed', error: expect.stringMatching(reason) });
    expect(run.told).toEqual([`is switched off: ${run.plugin.status.error}`]);
    run.engine.apply(wrote('x'));
    expect(await run.plugin.page()).toBeUndefined();
  });

  test('with settings that it has not is off, with the reason', async () => {
    const run = await start(pluginCode('probe', 'return {};', '{ points: 5 }'), {}, { point: 5 });
    expect(run.plugin.status.error).toBe('there is no setting "point"; there are points');
  });
});

/** Does the harm where the file is named so; once, unless it has no end. */
const harmful = (code: string) =>
  pluginCode(
    'probe',
    `${GIVE} return { processAction(call) {
      const file = textOf(call.event, 'TargetFilename') ?? '';
      if (file !== 'harm') { give(call, file); return; }
      ${code}
    }, page: () => '<p>page</p>' };`,
  );

describe('a plugin that does harm', () => {
  test.each<{ name: string; code: string; reason: string }>([
    { name: 'hangs', code: 'for (;;);', reason: 'it hung: no answer within 800 ms' },
    {
      name: 'fills the heap with objects',
      code: 'const all = []; for (;;) all.push({ all: [1, 2, 3] });',
      reason: 'it took too much memory',
    },
    {
      name: 'fills the heap with one array',
      code: 'const all = []; for (;;) all.push(1.5);',
      reason: 'it took too much memory',
    },
    {
      name: 'fills the memory beside the heap',
      code: 'const all = []; for (;;) all.push(Buffer.alloc(2e7, 1));',
      reason: 'it took too much memory',
    },
    { name: 'ends its process', code: 'process.exit(7);', reason: 'it ended by itself with code 7' },
    { name: 'kills its process', code: "process.kill(process.pid, 'SIGTERM');", reason: 'it was ended by SIGTERM' },
    { name: 'throws where nobody catches', code: "setTimeout(() => { throw new Error('late'); }, 0);", reason: 'late' },
    { name: 'rejects where nobody catches', code: "void Promise.reject(new Error('unheard'));", reason: 'unheard' },
    {
      name: 'hangs after its answer',
      code: 'setTimeout(() => { for (;;); }, 0);',
      reason: 'it hung: no answer within 800 ms',
    },
  ])('is started again: it $name', async ({ code, reason }) => {
    // What eats memory is slow where others are at work: the end by memory must come first.
    const answerMs = reason.includes('memory') ? 30_000 : 800;
    const run = await start(harmful(code), { answerMs });
    const before = process.memoryUsage.rss();
    run.engine.apply(wrote('harm'));
    let atMs = 3000;
    await until(() => {
      // Some harm shows with the next call only.
      if (run.told.length === 0) run.engine.apply(wrote('next', (atMs += 10)));
      return run.told.length > 0;
    }, 40_000);
    expect(run.told).toEqual([`${reason}; it is started again`]);
    await expectAlive(run);
    expect(run.plugin.status).toMatchObject({ state: 'on', faults: 1 });
    expect(await run.plugin.page()).toBe('<p>page</p>');
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1024 * 1024);
  });

  test('again and again is off in the end, with the reason', async () => {
    const run = await start(harmful('process.exit(7);'), { restartsMax: 2 });
    for (let time = 1; time <= 3; time++) {
      run.engine.apply(wrote('harm', 1000 * time));
      await until(() => run.told.length === time);
    }
    expect(run.told.at(-1)).toBe('is switched off: it ended by itself with code 7; it was started again 2 times');
    expect(run.plugin.status).toMatchObject({ state: 'failed', faults: 3 });
    expect(await run.plugin.page()).toBeUndefined();
  });

  test('by a flood of evidence is held to its limit for a batch', async () => {
    const run = await start(harmful("for (let index = 0; index < 200_000; index++) give(call, 'k' + index);"));
    run.engine.apply(wrote('harm'));
    await until(() => run.told.length > 0);
    await expectAlive(run);
    expect(run.evidence).toHaveLength(401);
    expect(run.told).toEqual(['gives more than may be taken at once; what is too much is dropped']);
    expect(run.plugin.status).toMatchObject({ state: 'on', faults: 0 });
  });

  test('by evidence of endless text is cut to length in its own process', async () => {
    const run = await start(
      harmful(
        "call.addEvidence({ key: 'k', points: 1, title: { en: 'x'.repeat(2e7), zh: '' }, matched: [{ field: 'f', value: 'x'.repeat(2e7) }] });",
      ),
    );
    run.engine.apply(wrote('harm'));
    await until(() => run.evidence.length > 0);
    expect(run.evidence[0]!.evidence.title.en).toHaveLength(500);
    expect(run.evidence[0]!.evidence.matched![0]!.value).toHaveLength(4000);
  });

  test('by floods of late evidence and of messages is held to so many a second', async () => {
    const run = await start(
      pluginCode(
        'probe',
        `const give = (index: number) => host.giveLater({ host: 'h', processId: 'p', eventId: '0123456789abcdef', timeMs: 5,
          evidence: { key: 'k' + index, points: 1, title: { en: '', zh: '' } } });
        setTimeout(() => { for (let index = 0; index < 100_000; index++) { give(index); host.log('line ' + index); } }, 0);
        return { processAction: () => undefined };`,
      ),
    );
    run.engine.apply(wrote('x'));
    await until(() => run.told.some((line) => line.includes('dropped')));
    // The flood may fall on two seconds.
    expect(run.evidence.length).toBeLessThanOrEqual(200);
    expect(run.told.length).toBeLessThanOrEqual(11);
  });

  test('by being slow loses what it has no time for, which is counted', async () => {
    const queue = { ...DEFAULT_WORKER_LIMITS.queue, calls: 50, batchCalls: 5 };
    const run = await start(
      pluginCode(
        'probe',
        `${GIVE} return { processAction(call) {
      const endMs = Date.now() + 20; while (Date.now() < endMs);
      give(call, textOf(call.event, 'TargetFilename') ?? '');
    } };`,
      ),
      { queue },
    );
    for (let index = 0; index < 200; index++) run.engine.apply(wrote(`f${index}`, index));
    expect(run.told).toEqual(['is slower than the events; calls dropped so far: 1']);
    // Fifty waited, and a batch may have been on its way.
    await until(() => run.evidence.length >= 50);
    await wait(300);
    await expectAlive(run);
    expect(run.evidence.length).toBeLessThanOrEqual(56);
    expect(run.plugin.status).toMatchObject({ state: 'on', faults: 0 });
  });
});

describe('a page', () => {
  test.each<{ name: string; code: string; html: string | undefined }>([
    { name: 'that is there', code: "() => '<p>'", html: '<p>' },
    { name: 'that throws', code: "() => { throw new Error('no'); }", html: undefined },
    { name: 'that is no text', code: '() => 5 as any', html: undefined },
    { name: 'that comes later', code: "async () => '<p>'", html: undefined },
    { name: 'that is too long', code: "() => 'x'.repeat(2e6)", html: undefined },
    { name: 'that hangs', code: '() => { for (;;); }', html: undefined },
  ])('$name: $html', async ({ code, html }) => {
    const run = await start(
      pluginCode(
        'probe',
        `${GIVE} return { page: ${code.startsWith('async') ? `(${code}) as any` : code}, processAction: (call) => give(call, 'alive') };`,
      ),
      { answerMs: 800 },
    );
    expect(await Promise.all([run.plugin.page(), run.plugin.page()])).toEqual([html, html]);
    await expectAlive(run);
  });

  test('is answered between batches, however many events wait', async () => {
    const run = await start(pluginCode('probe', `${ECHO.replace('return {', "return { page: () => '<p>',")}`));
    for (let index = 0; index < 5000; index++) run.engine.apply(wrote(`f${index}`, index));
    expect(await run.plugin.page()).toBe('<p>');
    expect(run.evidence.length).toBeLessThan(5000);
    await until(() => run.evidence.length === 5000);
  });
});

test('a plugin’s process ends with the server, though that is killed and the plugin hangs', async () => {
  const program = await PluginKit.program(kit.folder, 'plugin-host/worker-process.ts');
  const module = await compilePlugin(
    kit.write('hanging', pluginCode('hanging', 'host.log(String(process.pid)); return { page: () => { for (;;); } };')),
    SDK,
    kit.cacheFolder,
  );
  const pidFile = join(kit.folder, 'pid');
  const server = join(kit.folder, 'server.mjs');
  writeFileSync(
    server,
    `import { WorkerProcess } from ${JSON.stringify(program.href)};
import { writeFileSync } from 'node:fs';
const worker = new WorkerProcess({
  program: new URL(${JSON.stringify(kit.workerProgram.href)}),
  heapMb: 64,
  onMessage(message) {
    if (message.kind === 'log') writeFileSync(${JSON.stringify(pidFile)}, message.message);
    if (message.kind === 'started') {
      worker.give({ kind: 'page' }, 60000, '');
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);
    }
  },
  onEnd: () => undefined,
});
const limits = { evidencePerBatch: 1, latePerSecond: 1, logLinesPerSecond: 9 };
worker.give({ kind: 'start', module: ${JSON.stringify(module)}, settings: {}, limits, residentMbMax: 256 }, 60000, '');`,
  );
  const [, signal] = (await once(spawn(process.execPath, [server], { stdio: 'inherit' }), 'exit')) as [number, string];
  expect(signal).toBe('SIGKILL');
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await until(() => !isRunning(pid));
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
