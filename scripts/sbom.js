// Lists what the program is made of: `npm run sbom` prints a CycloneDX bill of materials, `node scripts/sbom.js --table` a table with licences and ages.
// Reads package-lock.json and the installed package.json files; asks the registry for dates of release only where --online says so.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Licences under which a package may be used here; MPL-2.0 asks for the source of its own files alone, which are used unchanged. */
export const ALLOWED_LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'PSF-2.0',
];

/**
 * @param {string} folder  holds package.json, package-lock.json and, where installed, node_modules
 * @returns what sbom.d.ts says
 */
export function readPackages(folder) {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const app = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { '': own, ...entries } = lock.packages;
  const direct = new Set(Object.keys({ ...own.dependencies, ...own.devDependencies, ...own.optionalDependencies }));
  const packages = Object.entries(entries)
    .filter(([, entry]) => entry.link !== true)
    .map(([place, entry]) => ({
      place,
      name: entry.name ?? nameOf(place),
      version: entry.version,
      licence: entry.license ?? installedLicence(folder, place),
      integrity: entry.integrity ?? '',
      scope:
        entry.dev === true
          ? 'excluded'
          : entry.optional === true || entry.devOptional === true
            ? 'optional'
            : 'required',
      isDirect: place === `node_modules/${nameOf(place)}` && direct.has(nameOf(place)),
      needs: needsOf(place, entry, entries),
    }));
  return { app, needs: needsOf('', own, entries), packages };
}

function nameOf(place) {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function installedLicence(folder, place) {
  const path = join(folder, place, 'package.json');
  if (!existsSync(path)) return '';
  const { license } = JSON.parse(readFileSync(path, 'utf8'));
  return typeof license === 'string' ? license : (license?.type ?? '');
}

/** As Node finds them: in the folder's own node_modules first, then in those above. Optional and peer packages may be absent. */
function needsOf(place, entry, entries) {
  const names = Object.keys({
    ...entry.dependencies,
    ...entry.optionalDependencies,
    ...entry.peerDependencies,
    ...(place === '' ? entry.devDependencies : {}),
  });
  return names.flatMap((name) => placeOf(name, place, entries) ?? []);
}

function placeOf(name, from, entries) {
  for (let above = from; above !== ''; above = above.slice(0, Math.max(0, above.lastIndexOf('/node_modules/')))) {
    const place = `${above}/node_modules/${name}`;
    if (Object.hasOwn(entries, place)) return place;
  }
  const top = `node_modules/${name}`;
  return Object.hasOwn(entries, top) ? top : undefined;
}

/**
 * A bill of materials after CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/). The same lock file gives the same bytes: it has no time of its own.
 */
export function billOfMaterials({ app, needs, packages }) {
  const refs = new Map(packages.map((each) => [each.place, purl(each.name, each.version)]));
  const appRef = purl(app.name, app.version);
  /** One package may lie in several places. */
  const components = new Map();
  const dependencies = new Map([[appRef, new Set(needs.map((place) => refs.get(place)))]]);
  for (const each of packages) {
    const ref = refs.get(each.place);
    const known = components.get(ref);
    if (known === undefined) components.set(ref, component(each, ref));
    else known.scope = nearest(known.scope, each.scope);
    const uses = dependencies.get(ref) ?? new Set();
    for (const place of each.needs) uses.add(refs.get(place));
    dependencies.set(ref, uses);
  }
  const body = {
    metadata: {
      tools: { components: [{ type: 'application', name: `${app.name} sbom`, version: app.version }] },
      component: {
        type: 'application',
        'bom-ref': appRef,
        name: app.name,
        version: app.version,
        licenses: licences(app.license),
        purl: appRef,
      },
    },
    components: [...components.values()].sort(byRef),
    dependencies: [...dependencies]
      .map(([ref, uses]) => ({ ref, dependsOn: [...uses].sort() }))
      .sort((one, other) => (one.ref < other.ref ? -1 : 1)),
  };
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  return { bomFormat: 'CycloneDX', specVersion: '1.5', serialNumber: `urn:uuid:${uuid(digest)}`, version: 1, ...body };
}

function component({ name, version, licence, integrity, scope }, ref) {
  const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: 'library',
    'bom-ref': ref,
    ...(group === undefined ? {} : { group }),
    name: short,
    version,
    scope,
    hashes: integrity
      .split(' ')
      .filter((each) => /^sha(?:1|256|384|512)-/.test(each))
      .map((each) => ({
        alg: each.slice(0, each.indexOf('-')).toUpperCase().replace('SHA', 'SHA-'),
        content: Buffer.from(each.slice(each.indexOf('-') + 1), 'base64').toString('hex'),
      })),
    licenses: licences(licence),
    purl: ref,
  };
}

function licences(licence) {
  if (!licence) return [];
  return / (?:OR|AND|WITH) /.test(licence) ? [{ expression: licence }] : [{ license: { id: licence } }];
}

/** https://github.com/package-url/purl-spec, type npm. */
function purl(name, version) {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${encodeURIComponent(version)}`;
}

function nearest(one, other) {
  const order = ['required', 'optional', 'excluded'];
  return order[Math.min(order.indexOf(one), order.indexOf(other))];
}

function byRef(one, other) {
  return one['bom-ref'] < other['bom-ref'] ? -1 : 1;
}

/** RFC 9562, version 8: of one's own making, here of a hash. */
function uuid(digest) {
  const variant = '89ab'[Number.parseInt(digest[16], 16) % 4];
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

/** Lines with licence and age of each package. `releaseDate` gives ISO 8601, or `undefined` where it cannot be known. */
export function table(packages, releaseDate, nowMs) {
  const rows = packages.map(({ name, version, licence, scope }) => {
    const date = releaseDate(name, version);
    const days = date === undefined ? NaN : Math.floor((nowMs - Date.parse(date)) / 86_400_000);
    const age = Number.isNaN(days) ? 'unknown' : `${days} days`;
    const allowed = ALLOWED_LICENCES.includes(licence) ? licence : `${licence || 'none'} (not on the list)`;
    return [name, version, allowed, scope === 'excluded' ? 'development' : scope, date?.slice(0, 10) ?? 'unknown', age];
  });
  const all = [['package', 'version', 'licence', 'for', 'released', 'age'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

/** By npm itself, so that its registry, proxy and cache are used. */
function askRegistry(name, version) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, stdout } = spawnSync(npm, ['view', `${name}@${version}`, 'time', '--json'], { encoding: 'utf8' });
  try {
    return status === 0 ? JSON.parse(stdout)[version] : undefined;
  } catch {
    return undefined;
  }
}

function main() {
  const { values } = parseArgs({
    options: {
      table: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      online: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  // `| head` is no failure.
  process.stdout.on('error', () => process.exit());
  const found = readPackages(root);
  const text = values.table
    ? tableText(found.packages, values)
    : `${JSON.stringify(billOfMaterials(found), undefined, 2)}\n`;
  if (values.out === undefined) process.stdout.write(text);
  else writeFileSync(values.out, text);
}

function tableText(packages, { all, online }) {
  const shown = packages
    .filter(({ isDirect }) => all || isDirect)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const lines = table(shown, online ? askRegistry : () => undefined, Date.now());
  if (!all) lines.push('', `These ${shown.length} are asked for by package.json; --all lists all ${packages.length}.`);
  if (!online)
    lines.push(
      'Packages carry no date of release (npm sets all dates in them to 1985): --online asks the registry for it.',
    );
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
