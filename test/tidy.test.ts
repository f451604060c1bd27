/** What the compiler cannot say about the tree: who imports whom, what pure folders must not name, links that lead somewhere. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LONGEST } from './support/longest-first.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const ADAPTERS = ['files', 'log', 'store', 'plugin-host', 'server'];
const PURE = ['engine', 'sources', 'contract', 'plugin-sdk', 'plugins', 'app'];

/** Folder of `src` → folders it may import from, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  sources: ['engine'],
  contract: ['engine'],
  'plugin-sdk': ['engine'],
  plugins: ['plugin-sdk'],
  app: ['engine', 'sources', 'contract', 'plugin-sdk'],
  ...Object.fromEntries(ADAPTERS.map((name) => [name, ['engine', 'sources', 'contract', 'plugin-sdk', 'app']])),
  cli: [...PURE, 'plugins', ...ADAPTERS],
};

function filesBelow(folder: string, wanted: (name: string) => boolean): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

const isSource = (name: string): boolean => /\.(ts|vue)$/.test(name) && !name.endsWith('.test.ts');
const sources = filesBelow('src', isSource);
const consoleSources = filesBelow('console/src', isSource);
/** Lists, as long as what they list. */
const isTable = (path: string): boolean => path.endsWith('-table.ts') || path.startsWith('console/src/i18n/');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Specifiers of static and dynamic imports and of re-exports. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm)].map((match) => match[1]!);
}

const folderOf = (path: string): string => path.split('/')[1]!;

describe('imports', () => {
  test('there is something to look at', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  test('go along the arrows of docs/architecture.md', () => {
    const wrong: string[] = [];
    for (const path of sources) {
      const own = folderOf(path);
      for (const specifier of importsOf(read(path))) {
        if (!specifier.startsWith('.')) continue;
        const target = relative(ROOT, resolve(ROOT, dirname(path), specifier));
        if (!target.startsWith('src/')) {
          if (
            !(own === 'cli' && target.startsWith('plugins/')) &&
            !(own === 'plugin-host' && target.startsWith('plugins/'))
          )
            wrong.push(`${path} → ${target}`);
        } else if (folderOf(target) !== own && !MAY_IMPORT[own]?.includes(folderOf(target)))
          wrong.push(`${path} → ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('of the console reach nothing of the server but its contract', () => {
    const wrong = consoleSources.flatMap((path) =>
      importsOf(read(path))
        .map((specifier) => relative(ROOT, resolve(ROOT, dirname(path), specifier)))
        .filter((target) => target.startsWith('src/') && !target.startsWith('src/contract'))
        .map((target) => `${path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('pure folders', () => {
  const forbidden = [
    /\bDate\.now\b/,
    /\bnew Date\(\s*\)/,
    /\bMath\.random\b/,
    /\bprocess\.(?:env|cwd|hrtime)/,
    /from 'node:/,
    /\bperformance\.now\b/,
    /\bsetTimeout\b/,
  ];

  test('read no clock, no randomness, no environment', () => {
    const wrong: string[] = [];
    for (const path of sources.filter((each) => PURE.includes(folderOf(each)))) {
      for (const [index, line] of read(path).split('\n').entries()) {
        if (/^\s*(?:\/?\*|\/\/)/.test(line)) continue;
        if (forbidden.some((pattern) => pattern.test(line))) wrong.push(`${path}:${index + 1} ${line.trim()}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('everywhere', () => {
  test('the server of the examples listens where a server does', () => {
    const pages = ['README.md', ...filesBelow('docs', (name) => name.endsWith('.md'))];
    const wrong = pages.flatMap((path) =>
      [...read(path).matchAll(/127\.0\.0\.1:(\d+)\/(?:api|ready|setup)/g)].flatMap(([, port]) =>
        // The original's wire is beside it.
        port === '8420' || port === '8421' ? [] : [`${path}: ${port}`],
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('nothing makes code or markup out of data', () => {
    const forbidden = [
      /\beval\s*\(/,
      /\bnew Function\b/,
      /v-html/,
      /\.innerHTML\b/,
      /\.outerHTML\b/,
      /insertAdjacentHTML/,
      /document\.write\b/,
    ];
    const wrong = [...sources, ...consoleSources].filter((path) => {
      const code = read(path)
        .split('\n')
        .filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line))
        .join('\n');
      return forbidden.some((pattern) => pattern.test(code));
    });
    expect(wrong).toEqual([]);
  });

  test('no file grew past its purpose', () => {
    const long = [...sources, ...consoleSources].filter(
      (path) => !isTable(path) && read(path).split('\n').length > 600,
    );
    expect(long).toEqual([]);
  });

  test('nobody leaves a note to do it later', () => {
    const marks = new RegExp(`\\b(?:${['TODO', 'FIXME', 'XXX'].join('|')})\\b`);
    expect(
      [...sources, ...consoleSources, ...filesBelow('test', isSource)].filter(
        (path) => path !== 'test/tidy.test.ts' && !isTable(path) && marks.test(read(path)),
      ),
    ).toEqual([]);
  });

  test('no source lies about in the root', () => {
    expect(readdirSync(ROOT).filter(isSource)).toEqual(['vitest.config.ts']);
  });

  test('every file says what it is for', () => {
    const silent = sources.filter((path) => !/^\s*(?:#!.*\n)?\/\*\*|^\s*\/\//.test(read(path)));
    expect(silent).toEqual([]);
  });
});

describe('documentation', () => {
  const pages = [
    ...filesBelow('docs', (name) => name.endsWith('.md')),
    ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ];

  test('has no link that leads nowhere', () => {
    const broken: string[] = [];
    for (const page of pages) {
      const text = read(page);
      for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
        const [path, anchor] = target!.split('#') as [string, string | undefined];
        const file = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), path));
        if (!existsSync(join(ROOT, file))) broken.push(`${page} → ${target}`);
        else if (anchor !== undefined && file.endsWith('.md') && !anchorsOf(read(file)).includes(anchor))
          broken.push(`${page} → ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  test('shows every picture', () => {
    const shown = new Set(
      pages.flatMap((page) =>
        [...read(page).matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) =>
          relative(ROOT, resolve(ROOT, dirname(page), path!)),
        ),
      ),
    );
    const pictures = filesBelow('docs', (name) => name.endsWith('.png'));
    expect(pictures.filter((path) => !shown.has(path))).toEqual([]);
  });

  test('names every production dependency and why it is there', () => {
    const page = read('docs/dependencies.md');
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const missing = Object.keys(dependencies).filter((name) => !page.includes(name.replace(/^@fastify\//, '')));
    expect(missing).toEqual([]);
  });
});

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+\s+(.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

test('`npm test` runs every project of vitest', () => {
  const named = (text: string): string[] => [...text.matchAll(/'([a-z0-9-]+)'/g)].map((match) => match[1]!);
  const projects = [...read('vitest.config.ts').matchAll(/\bname: ('[^']+')/g)].flatMap((match) => named(match[1]!));
  const lists = [...read('scripts/test.js').matchAll(/^const (?:COVERING|OTHERS) = \[(.*)\];$/gm)];
  expect(lists.flatMap((match) => named(match[1]!)).sort()).toEqual(projects.sort());
});

test('the files that begin first are there', () => {
  expect(LONGEST.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
