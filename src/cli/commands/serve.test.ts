/** The built program itself: how it starts, what it says when it cannot, how it stops, and the commands beside it. */

import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TEST_CERT, TEST_KEY } from '../../../test/support/certificate.js';
import { attack } from '../../../test/support/live-kit.js';
import { killServers, PROGRAM, startServer, type StartedServer } from '../../../test/support/server-program.js';

const root = mkdtempSync(join(tmpdir(), 'chainsight-cli-'));
let folders = 0;

beforeAll(() => {
  // Builds where the sources are newer, so that no case pays for it.
  run('config');
});
afterEach(() => killServers());
afterAll(() => rmSync(root, { recursive: true, force: true }));

const newFolder = (): string => join(root, `data-${folders++}`);

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(...args: string[]): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    env: cleanEnvironment(),
  });
  return { code: status, out: stdout, err: stderr };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CHAINSIGHT_'));
  // The rules are not the question here, and compiling them takes longer than all the rest.
  return { ...Object.fromEntries(inherited), CHAINSIGHT_RULES_BUNDLED: 'false' };
}

const serve = (...args: string[]): Promise<StartedServer> => startServer(args, cleanEnvironment());

describe('chainsight serve', () => {
  test('starts on an empty folder, prints one link, and stops with 0', async () => {
    const data = newFolder();
    const server = await serve('--data', data);
    expect(server.setupLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup#token=[\w-]{43}$/);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    expect(JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))).toMatchObject({
      url: server.url,
      pid: server.child.pid,
    });
    const token = server.setupLink?.split('token=')[1];
    const setUp = await fetch(`${server.url}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, name: 'li', password: 'correct horse battery' }),
    });
    expect(setUp.status).toBe(201);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(existsSync(join(data, 'server.json'))).toBe(false);
    const again = await serve('--data', data);
    expect(again.setupLink).toBeUndefined();
  });

  test('an open stream and idle connections do not hold up its end', async () => {
    const data = newFolder();
    const server = await serve('--data', data);
    const { out } = run('token', 'create', '--data', data, '--role', 'viewer', '--name', 'watch');
    const stream = await fetch(`${server.url}/api/v1/stream`, { headers: { authorization: `Bearer ${out.trim()}` } });
    expect(stream.status).toBe(200);
    const before = Date.now();
    server.child.kill('SIGINT');
    expect(await server.ended).toBe(0);
    expect(Date.now() - before).toBeLessThan(5000);
    await stream.body?.cancel().catch(() => undefined);
  });

  test.skipIf(process.platform === 'win32')(
    'stops as well when its terminal goes, and ends by that signal',
    async () => {
      const data = newFolder();
      const server = await serve('--data', data);
      server.child.kill('SIGHUP');
      expect(await server.ended).toBeNull();
      expect(server.child.signalCode).toBe('SIGHUP');
      expect(server.output()).toContain('"signal":"SIGHUP","msg":"stopping"');
      expect(existsSync(join(data, 'server.json'))).toBe(false);
    },
  );

  test('stops with 0 although nobody reads its log any more', async () => {
    const server = await serve('--data', newFolder());
    server.child.stdout?.destroy();
    server.child.stderr?.destroy();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  test('makes a certificate of its own when told to, and keeps it', async () => {
    const data = newFolder();
    const server = await serve('--data', data, '--tls-generate');
    expect(server.url).toMatch(/^https:/);
    const ca = readFileSync(join(data, 'tls', 'cert.pem'), 'utf8');
    const [port] = /\d+$/.exec(server.url) ?? [];
    const status = await new Promise<number | undefined>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/ready', ca }, (answer) => resolve(answer.statusCode)).on('error', reject);
    });
    expect(status).toBe(200);
    expect(run('host', 'forget', 'nobody', '--data', data).err).not.toContain('certificate');
    server.child.kill('SIGTERM');
    await server.ended;
    const again = await serve('--data', data, '--tls-generate');
    expect(readFileSync(join(data, 'tls', 'cert.pem'), 'utf8')).toBe(ca);
    expect(JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))).toMatchObject({
      url: again.url,
      fingerprint: new X509Certificate(ca).fingerprint256,
    });
  });

  test('speaks TLS, and its commands know it by its certificate', async () => {
    const data = newFolder();
    mkdirSync(data);
    writeFileSync(join(data, 'cert.pem'), TEST_CERT);
    writeFileSync(join(data, 'key.pem'), TEST_KEY);
    writeFileSync(
      join(data, 'chainsight.yml'),
      `tls:\n  cert: ${join(data, 'cert.pem')}\n  key: ${join(data, 'key.pem')}\n`,
    );
    const server = await serve('--data', data, '--listen', '0.0.0.0:0');
    expect(server.url).toMatch(/^https:/);
    const added = run('exception', 'add', 'path', 'c:\\ours.exe', '--reason', 'ours', '--data', data);
    expect(added, added.err).toMatchObject({ code: 0 });
    const listed = run('exception', 'list', '--data', data, '--format', 'json');
    expect(JSON.parse(listed.out)).toMatchObject([
      { id: added.out.trim(), value: 'c:\\ours.exe', author: 'token:command line' },
    ]);
    const tokens = run('token', 'list', '--data', data, '--format', 'json');
    expect(JSON.parse(tokens.out)).toEqual([]);
  });

  test('hears the original’s wire where it is switched on', async () => {
    const data = newFolder();
    const free = await freePort();
    await serve('--data', data, '--rmeye', `127.0.0.1:${free}`);
    const event = {
      Action: 'processcreate',
      Data: { Image: 'C:\\a.exe', ProcessId: 7, UtcTime: '2026-01-02 03:04:05.678' },
    };
    const answer = await fetch(`http://127.0.0.1:${free}/api/v1/process`, {
      method: 'POST',
      body: JSON.stringify(event),
    });
    expect(await answer.json()).toEqual({ status: 'success' });
    const exported = run('export', 'events', '--data', data);
    expect(JSON.parse(exported.out)).toMatchObject({ host: '127.0.0.1' });
  });

  describe('says why it cannot start, with exit 2', () => {
    test('port taken', async () => {
      const blocker = createServer().listen(0, '127.0.0.1');
      await once(blocker, 'listening');
      const { port } = blocker.address() as { port: number };
      const result = run('serve', '--data', newFolder(), '--listen', `127.0.0.1:${port}`);
      blocker.close();
      expect(result.code, result.err).toBe(2);
      expect(result.err).toContain(`Port ${port} of 127.0.0.1 is taken`);
    });

    test('another instance running', async () => {
      const data = newFolder();
      const server = await serve('--data', data);
      const result = run('serve', '--data', data, '--listen', '127.0.0.1:0');
      expect(result.code, result.err).toBe(2);
      expect(result.err).toContain(String(server.child.pid));
      expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    });

    test('a lock that a killed server left behind does not count', async () => {
      const data = newFolder();
      const server = await serve('--data', data);
      server.child.kill('SIGKILL');
      await server.ended;
      const next = await serve('--data', data);
      expect((await fetch(`${next.url}/ready`)).status).toBe(200);
    });

    test('folder not writable', () => {
      const file = join(root, 'a-file');
      writeFileSync(file, '');
      const inFile = run('serve', '--data', join(file, 'data'));
      expect(inFile.code).toBe(2);
      expect(inFile.err).toContain('cannot be written');
      if (process.getuid?.() === 0) return;
      const closed = newFolder();
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      const denied = run('serve', '--data', closed);
      expect([denied.code, denied.err.includes('permission denied')]).toEqual([2, true]);
    });

    test.each([
      {
        name: 'a misspelt setting',
        text: 'listen:\n  htpp: 127.0.0.1:1\n',
        says: 'chainsight.yml:2:3  CONFIG_UNKNOWN',
      },
      { name: 'broken YAML', text: 'listen: [\n', says: 'CONFIG_NOT_YAML' },
      {
        name: 'a folder of rules that is not there',
        text: 'rules:\n  packs: [/nowhere]\n',
        says: 'chainsight.yml:2) names /nowhere',
      },
      {
        name: 'a threshold that is none',
        text: '\npolicy:\n  threshold: 0\n',
        says: 'chainsight.yml:3  CONFIG_INVALID',
      },
    ])('bad configuration: $name', ({ text, says }) => {
      const data = newFolder();
      mkdirSync(data);
      writeFileSync(join(data, 'chainsight.yml'), text);
      const result = run('serve', '--data', data);
      expect(result.code).toBe(2);
      expect(result.err).toContain(says);
      expect(result.err).not.toContain('    at ');
    });

    test.each([
      { name: 'an open address without TLS', args: ['--listen', '0.0.0.0:0'], says: 'is not loopback' },
      { name: 'half a certificate', args: ['--tls-cert', 'x.pem'], says: 'tls.key is missing' },
      {
        name: 'a certificate that is not there',
        args: ['--tls-cert', 'x.pem', '--tls-key', 'y.pem'],
        says: 'x.pem cannot be read',
      },
      {
        name: 'a folder of rules that is not there',
        args: ['--rules', '/nowhere'],
        says: 'rules.packs (--rules) names /nowhere',
      },
      { name: 'an address that is none', args: ['--listen', 'nowhere'], says: '--listen' },
      { name: 'an unknown flag', args: ['--lisen', 'x'], says: 'unknown option' },
    ])('$name', ({ args, says }) => {
      const result = run('serve', '--data', newFolder(), ...args);
      expect(result.code, result.err).toBe(2);
      expect(result.err).toContain(says);
    });

    test('a key that is none: before the folder is made', () => {
      const data = newFolder();
      const cert = join(root, 'lone-cert.pem');
      writeFileSync(cert, TEST_CERT);
      const result = run('serve', '--data', data, '--tls-cert', cert, '--tls-key', cert);
      expect(result).toMatchObject({ code: 2, err: expect.stringMatching(/^.*holds no key in PEM form[^\n]*\n$/) });
      expect(existsSync(data)).toBe(false);
    });
  });
});

test('what a hunt found is there after a restart', async () => {
  const data = newFolder();
  const secret = run('token', 'create', '--data', data, '--role', 'admin', '--name', 'script').out.trim();
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  const ask = async ({ url }: StartedServer, path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      headers,
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    expect(answer.ok, `${path}: ${answer.status}`).toBe(true);
    return (await answer.json()) as Record<string, unknown>;
  };
  const server = await serve('--data', data);
  await ask(server, '/events', attack()[0]!);
  const { id } = await ask(server, '/hunts', { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' });
  await expect.poll(async () => (await ask(server, `/hunts/${String(id)}`)).state, { timeout: 10_000 }).toBe('done');
  // The log is hunted in; whether the chain is in the state as well is told as it is when somebody asks.
  await expect
    .poll(() => ask(server, `/hunts/${String(id)}/chains`), { timeout: 10_000 })
    .toMatchObject({ items: [{ start: { commandLine: 'shell.exe' }, stored: true }] });
  const before = [await ask(server, '/hunts'), await ask(server, `/hunts/${String(id)}/chains`)];
  expect(before[0]).toMatchObject({ items: [{ id, chains: 1 }] });
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  const again = await serve('--data', data);
  expect([await ask(again, '/hunts'), await ask(again, `/hunts/${String(id)}/chains`)]).toEqual(before);
});

describe('commands on a folder', () => {
  test('token create prints the secret alone, and the running server takes it at once', async () => {
    const data = newFolder();
    const early = run('token', 'create', '--data', data, '--role', 'sensor', '--name', 'early');
    expect(early.out).toMatch(/^[\w-]{43}\n$/);
    const server = await serve('--data', data);
    const late = run('token', 'create', '--data', data, '--role', 'sensor', '--name', 'late', '--host', 'FIN-03');
    const post = async (secret: string, host: string): Promise<number> => {
      const event = {
        EventID: 1,
        SourceName: 'Microsoft-Windows-Sysmon',
        Hostname: host,
        UtcTime: '2026-01-02 03:04:05.678',
        ProcessId: 7,
        Image: 'C:\\a.exe',
      };
      const answer = await fetch(`${server.url}/api/v1/events`, {
        method: 'POST',
        body: JSON.stringify(event),
        headers: { authorization: `Bearer ${secret.trim()}` },
      });
      return answer.status;
    };
    expect(await post(early.out, 'fin-04')).toBe(202);
    expect(await post(late.out, 'fin-03')).toBe(202);
    expect(await post(late.out, 'fin-04')).toBe(403);

    expect(run('export', 'events', '--data', data).out.trim().split('\n').length).toBe(2);
    expect(run('export', 'events', '--data', data, '--host', 'fin-03').out.trim().split('\n').length).toBe(1);
    expect(run('export', 'events', '--data', data, '--to', '2026-01-01').out).toBe('');
    const replayed = JSON.parse(run('replay', '--data', data, '--format', 'json').out) as {
      version: number;
      summary: object;
    };
    expect(replayed).toMatchObject({ version: 1, summary: { events: 2, hosts: 2, processes: 2 } });
    const hunted = JSON.parse(
      run('hunt', '--data', data, "image == 'c:\\\\a.exe'", '--host', 'fin-03', '--format', 'json').out,
    ) as object;
    expect(hunted).toMatchObject({ events: 1, cut: null, chains: [{ host: 'fin-03', processes: 1 }] });
    expect(run('hunt', '--data', data, '(((').code).toBe(2);
    expect(JSON.parse(run('host', 'list', '--data', data, '--format', 'json').out)).toMatchObject([
      { name: 'fin-03', state: 'active', missing: 0 },
      { name: 'fin-04', state: 'active', missing: 0 },
    ]);
    expect(run('host', 'forget', 'FIN-04', '--data', data).code).toBe(0);
    expect(JSON.parse(run('host', 'list', '--data', data, '--format', 'json').out)).toHaveLength(1);

    expect(run('token', 'remove', 'late', '--data', data).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await post(late.out, 'fin-03')).toBe(401);
  });

  test('people are added from a pipe, and the last administrator stays', () => {
    const data = newFolder();
    const add = (name: string, role: string, password: string) =>
      spawnSync(process.execPath, [PROGRAM, 'user', 'add', name, '--role', role, '--data', data], {
        input: `${password}\n`,
        encoding: 'utf8',
        env: cleanEnvironment(),
      });
    expect(add('li', 'administrator', 'correct horse battery').status).toBe(0);
    expect(add('li', 'viewer', 'correct horse battery').status).toBe(2);
    expect(add('wu', 'viewer', 'short').stderr).toContain('10 to 1024');
    const listed = run('user', 'list', '--data', data, '--format', 'json');
    expect(listed.out).not.toContain('scrypt');
    expect(JSON.parse(listed.out)).toMatchObject([{ name: 'li', role: 'administrator' }]);
    expect(run('user', 'remove', 'li', '--data', data)).toMatchObject({
      code: 2,
      err: expect.stringContaining('only administrator'),
    });
  });

  test('config says what is in force and where it came from', () => {
    const data = newFolder();
    mkdirSync(data);
    writeFileSync(
      join(data, 'chainsight.yml'),
      'policy:\n  threshold: 120\nplugins:\n  settings:\n    reputation: {key: secret-key}\n',
    );
    const { code, out } = run('config', '--data', data, '--format', 'json');
    expect(code).toBe(0);
    const lines = JSON.parse(out) as { name: string; value: unknown; origin: string }[];
    expect(lines.find(({ name }) => name === 'policy.threshold')).toMatchObject({
      value: 120,
      origin: `${join(data, 'chainsight.yml')}:2`,
    });
    expect(lines.find(({ name }) => name === 'rules.bundled')).toMatchObject({
      value: false,
      origin: 'CHAINSIGHT_RULES_BUNDLED',
    });
    expect(out).not.toContain('secret-key');
  });

  test('exceptions without a server', () => {
    const data = newFolder();
    run('token', 'create', '--data', data, '--role', 'sensor', '--name', 'x');
    const added = run('exception', 'add', 'hash', 'A'.repeat(32), '--reason', 'ours', '--data', data);
    expect(added.code, added.err).toBe(0);
    const [exception] = JSON.parse(run('exception', 'list', '--data', data, '--format', 'json').out) as {
      value: string;
      author: string;
    }[];
    expect(exception).toMatchObject({ value: 'a'.repeat(32), author: 'command line' });
    expect(run('exception', 'remove', added.out.trim(), '--data', data).code).toBe(0);
    expect(run('exception', 'remove', added.out.trim(), '--data', data).code).toBe(2);
  });

  test.each([
    { args: ['token', 'list'], says: 'There is no data' },
    { args: ['export', 'events'], says: 'There are no events' },
    { args: ['replay'], says: 'There are no events' },
  ])('$args on a folder that is not there', ({ args, says }) => {
    const result = run(...args, '--data', join(root, 'none'));
    expect(result.code).toBe(2);
    expect(result.err).toContain(says);
  });

  test.each([
    ['token', 'create', '--role', 'sensor'],
    ['token', 'create', '--role', 'root', '--name', 'x'],
    ['token', 'create', '--role', 'admin', '--name', 'x', '--host', 'a'],
    ['export', 'events', '--from', 'yesterday'],
    ['exception', 'add', 'hash', 'zz', '--reason', 'x'],
  ])('wrong use ends with 2: %s %s', (...args) => {
    expect(run(...args, '--data', newFolder()).code).toBe(2);
  });

  test.each(['serve', 'token', 'user', 'host', 'exception', 'export', 'replay', 'hunt', 'config'])(
    '%s --help shows an example',
    (name) => {
      const { code, out } = run(name, '--help');
      expect(code).toBe(0);
      const sub = /Commands:\n {2}(\w+)/.exec(out)?.[1];
      expect(sub === undefined ? out : run(name, sub, '--help').out).toMatch(/Examples?:/);
    },
  );
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
