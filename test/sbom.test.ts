/** The bill of materials names every package of the lock file, with its hash and a licence that we accept. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ALLOWED_LICENCES, billOfMaterials, readPackages, table } from '../scripts/sbom.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly integrity?: string; readonly dev?: boolean }>
  >;
}

const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as Lock;
const found = readPackages(ROOT);
const bill = billOfMaterials(found);

describe('the bill of materials', () => {
  test('has the fields that CycloneDX 1.5 wants, and is the same each time', () => {
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      serialNumber: expect.stringMatching(
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      metadata: {
        component: { type: 'application', name: 'chainsight', purl: expect.stringMatching(/^pkg:npm\/chainsight@/) },
      },
    });
    expect(billOfMaterials(readPackages(ROOT))).toEqual(bill);
  });

  test('names every package of the lock file once, with the hash that it has there', () => {
    const components = new Map(bill.components.map((each) => [each['bom-ref'], each]));
    expect(components.size).toBe(bill.components.length);
    const places = Object.entries(lock.packages).filter(([place]) => place !== '');
    expect(places.length).toBeGreaterThan(300);
    for (const [place, entry] of places) {
      const name = place.slice(place.lastIndexOf('node_modules/') + 13);
      const component = components.get(`pkg:npm/${name.replace('@', '%40')}@${entry.version}`);
      expect(component, place).toMatchObject({ type: 'library', version: entry.version, purl: component?.['bom-ref'] });
      const hex = Buffer.from(entry.integrity!.replace('sha512-', ''), 'base64').toString('hex');
      expect(component!.hashes, place).toEqual([{ alg: 'SHA-512', content: hex }]);
      expect(hex).toMatch(/^[0-9a-f]{128}$/);
    }
  });

  test('every licence is one that we accept', () => {
    const odd = found.packages.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence));
    expect(odd.map(({ name, licence }) => `${name}: ${licence}`)).toEqual([]);
    expect(bill.components.every(({ licenses }) => licenses.length === 1)).toBe(true);
  });

  test('says what needs what, in packages that it names', () => {
    const refs = new Set([bill.metadata.component['bom-ref'], ...bill.components.map((each) => each['bom-ref'])]);
    expect(bill.dependencies.map(({ ref }) => ref).sort()).toEqual([...refs].sort());
    for (const { dependsOn } of bill.dependencies) for (const ref of dependsOn) expect(refs.has(ref)).toBe(true);
    const own = bill.dependencies.find(({ ref }) => ref === bill.metadata.component['bom-ref'])!;
    expect(own.dependsOn.map((ref) => /^pkg:npm\/(.*)@/.exec(ref)![1])).toEqual(
      expect.arrayContaining(['fastify', 'libsql', '%40fastify/cookie', 'vitest']),
    );
    // From the program, everything can be reached: nothing is installed that nobody asked for.
    const uses = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    const reached = new Set<string>();
    for (const open = [own.ref]; open.length > 0;) {
      const ref = open.pop()!;
      if (reached.has(ref)) continue;
      reached.add(ref);
      open.push(...uses.get(ref)!);
    }
    expect([...refs].filter((ref) => !reached.has(ref))).toEqual([]);
  });

  test('tells what runs in production from what is for development', () => {
    const scopeOf = (name: string): string => bill.components.find((each) => each.name === name)!.scope;
    expect([scopeOf('fastify'), scopeOf('vitest')]).toEqual(['required', 'excluded']);
    for (const [place, entry] of Object.entries(lock.packages))
      if (entry.dev === true)
        expect(found.packages.find((each) => each.place === place)?.scope, place).toBe('excluded');
  });
});

test('the table gives licence and age, and says what cannot be known', () => {
  const packages = found.packages.filter(({ name }) => ['fastify', 'pino'].includes(name));
  const lines = table(
    [...packages, { ...packages[0]!, name: 'odd', licence: 'GPL-3.0-only' }],
    (name) => (name === 'fastify' ? '2026-01-01T00:00:00.000Z' : undefined),
    Date.UTC(2026, 0, 11),
  );
  expect(lines[0]).toMatch(/^package +version +licence +for +released +age$/);
  expect(lines.find((line) => line.startsWith('fastify'))).toMatch(/MIT +required +2026-01-01 +10 days$/);
  expect(lines.find((line) => line.startsWith('pino'))).toMatch(/MIT +required +unknown +unknown$/);
  expect(lines.find((line) => line.startsWith('odd'))).toContain('GPL-3.0-only (not on the list)');
});
