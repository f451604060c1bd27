import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PluginKit, pluginCode, SDK } from '../../test/support/plugin-kit.js';
import type { PluginDefinition } from '../plugin-sdk/index.js';
import { compilePlugin, findPlugins, stopCompiler } from './compile.js';

let kit: PluginKit;
beforeAll(async () => {
  kit = await PluginKit.create();
});
afterAll(async () => {
  await stopCompiler();
  kit.remove();
});

test('finds folders with a plugin file, by name, links to folders too', () => {
  const folder = join(kit.folder, 'found');
  const put = (name: string, file: string): void => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, file), '');
  };
  put('zebra', 'plugin.ts');
  put('apple', 'plugin.js');
  put('both', 'plugin.js');
  put('both', 'plugin.ts');
  put('empty', 'other.ts');
  put('Upper', 'plugin.ts');
  put('node_modules', 'plugin.js');
  put('../elsewhere', 'plugin.ts');
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(kit.folder, 'elsewhere'), join(folder, 'linked'));
  symlinkSync(join(kit.folder, 'nowhere'), join(folder, 'dangling'));
  expect(findPlugins(folder)).toEqual(
    [
      ['apple', 'plugin.js'],
      ['both', 'plugin.ts'],
      ['linked', 'plugin.ts'],
      ['zebra', 'plugin.ts'],
    ].map(([name, file]) => ({ name, source: join(folder, name!, file!) })),
  );
});

describe('compiling', () => {
  const compile = (name: string, code: string) => compilePlugin(kit.write(name, code), SDK, kit.cacheFolder);

  test('gives a module with the SDK, other files and other packages in it', async () => {
    kit.write('whole', 'export const points: number = 7;', 'points.ts');
    const packageFolder = join(kit.plugins, 'whole', 'node_modules', 'old-package');
    mkdirSync(packageFolder, { recursive: true });
    writeFileSync(join(packageFolder, 'index.js'), "module.exports = require('node:os').EOL.length > 0;");
    const url = await compile(
      'whole',
      `import { points } from './points.js'; import isThere from 'old-package';\n${pluginCode('whole', 'return {};', '{ points, isThere }')}`,
    );
    const { default: definition } = (await import(url)) as { default: PluginDefinition };
    expect(definition).toMatchObject({ name: 'whole', settings: { points: 7, isThere: true } });
  });

  test('again replaces what an earlier version left', async () => {
    await compile('twice', pluginCode('twice', 'return {};'));
    await compile('twice-more', pluginCode('twice-more', 'return {};'));
    const url = await compile('twice', pluginCode('twice', 'return { page: () => "" };'));
    const files = readdirSync(kit.cacheFolder).filter((file) => file.startsWith('twice'));
    expect(files).toHaveLength(2);
    expect(files.some((file) => url.endsWith(file))).toBe(true);
  });

  test.each([
    {
      name: 'what is no TypeScript',
      code: 'export default {\n  name: ;\n}',
      reason: /^plugin\.ts:2:9 {2}Unexpected ";"$/,
    },
    {
      name: 'a file that is not there',
      code: "import './other.js';",
      reason: /^plugin\.ts:1:8 {2}Could not resolve "\.\/other\.js"$/,
    },
    {
      name: 'a package that is not there',
      code: "\nimport x from 'no-such-package'; x();",
      reason: /^plugin\.ts:2:15 {2}Could not resolve "no-such-package"/,
    },
  ])('says where: $name', async ({ code, reason }) => {
    await expect(compile('broken', code)).rejects.toThrow(reason);
  });
});
