/**
 * Every setting there is: its name in the file, what it means, what it is without being set, and how a value is read from YAML, from the
 * environment or from a flag. docs/guides/operate.md lists the same.
 */

import { PARTITIONS_MAX } from '../app/partition.js';
import { DEFAULT_ROOT_IMAGES, DEFAULT_THRESHOLD } from '../engine/policy.js';
import { RULE_PROFILES } from '../engine/rule/index.js';
import { shortened } from '../engine/rule/pack/yaml-bounds.js';
import { DEFAULT_SERVER_LIMITS } from '../server/parts.js';
import { isAddressOrNetwork } from '../server/rmeye/address-list.js';

/** A value that was read, or why it could not be, as the end of a sentence that begins with the setting's name. */
export type Reading<Value> =
  | { readonly value: Value }
  | {
      readonly wrong: string;
      /** The part of the value that is wrong is named already. */
      readonly isNamed?: boolean;
    };

export interface Setting<Value> {
  readonly help: string;
  readonly fallback: Value;
  /** `raw`: what YAML gives, or text from the environment or a flag. */
  read(raw: unknown): Reading<Value>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Free-form settings of plugins, by plugin. */
export type PluginSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const MIB = 1024 * 1024;

export const SETTINGS = {
  'listen.http': address('Address and port of the console, the API and the intake of events', {
    host: '127.0.0.1',
    port: 8420,
  }),
  'listen.rmeye': addressOrOff('Address and port of the original’s wire, or off'),
  'rmeye.allow': list(
    'Addresses and networks that the original’s wire hears',
    ['127.0.0.0/8', '::1'],
    isAddressOrNetwork,
    'an address or a network such as 10.0.0.0/8',
  ),
  'tls.cert': text('Certificate file (PEM); with tls.key, the server speaks HTTPS', ''),
  'tls.key': text('Key file (PEM) of the certificate', ''),
  'tls.generate': boolean('Make a certificate of its own where none is given', false),
  insecure: boolean('Listen beyond loopback without TLS', false),
  'rules.bundled': boolean('Load the bundled rules', true),
  'rules.packs': list('Further folders of rules', []),
  'rules.profiles': choices('Which Sigma rules to load, in place of what the packs say', RULE_PROFILES),
  'policy.threshold': integer('Score from which a chain is a threat', DEFAULT_THRESHOLD, 1, 1_000_000),
  'policy.hits': choice(
    'all: every matching rule counts; first: the original’s order',
    ['all', 'first'] as const,
    'all',
  ),
  'policy.rootImages': list('Images that cut the tree', DEFAULT_ROOT_IMAGES),
  'policy.skipImages': list('Images not recorded at all: these blind', []),
  'policy.skipHashes': list('Hashes not recorded at all: these blind', []),
  'plugins.on': list('Plugins to switch on, by name', []),
  'plugins.off': list('Plugins to switch off that are on by themselves, by name', []),
  'plugins.folders': list('Further folders of plugins', []),
  'plugins.settings': pluginSettings('Settings of single plugins, by name'),
  'limits.bodyBytes': integer(
    'Bytes of one request’s events, unpacked',
    DEFAULT_SERVER_LIMITS.bodyBytes,
    MIB,
    1024 * MIB,
  ),
  'limits.recordBytes': integer('Bytes of one event', DEFAULT_SERVER_LIMITS.recordBytes, 4096, 64 * MIB),
  'limits.gzipRatio': integer('Times that a gzip body may grow', DEFAULT_SERVER_LIMITS.gzipRatio, 2, 1024),
  'limits.inFlightBytes': integer(
    'Bytes of events held at one time',
    DEFAULT_SERVER_LIMITS.inFlightBytes,
    MIB,
    8192 * MIB,
  ),
  'detection.threads': integer(
    'Threads that judge events, for a new data folder; 0: by the number of cores',
    0,
    0,
    PARTITIONS_MAX,
  ),
  'retention.days': integer('Days after which events may go; 0: they stay', 0, 0, 36_500),
  'retention.gibibytes': integer('GiB of events beyond which the oldest go; 0: without limit', 0, 0, 1_000_000),
  'log.level': choice('What the server writes to standard error', LOG_LEVELS, 'info'),
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
export type SettingValues = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never;
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** `listen.http` → `CHAINSIGHT_LISTEN_HTTP`, `rmeye.allow` → `CHAINSIGHT_RMEYE_ALLOW`, `policy.rootImages` → `CHAINSIGHT_POLICY_ROOT_IMAGES`. */
export function environmentName(name: string): string {
  return `CHAINSIGHT_${name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

function text(help: string, fallback: string): Setting<string> {
  return { help, fallback, read: (raw) => (typeof raw === 'string' ? { value: raw } : { wrong: 'must be text' }) };
}

function boolean(help: string, fallback: boolean): Setting<boolean> {
  return {
    help,
    fallback,
    read(raw) {
      if (raw === true || raw === 'true' || raw === '1') return { value: true };
      if (raw === false || raw === 'false' || raw === '0') return { value: false };
      return { wrong: 'must be true or false' };
    },
  };
}

function integer(help: string, fallback: number, least: number, most: number): Setting<number> {
  return {
    help,
    fallback,
    read(raw) {
      const value = typeof raw === 'string' && /^\d{1,15}$/.test(raw) ? Number(raw) : raw;
      const fits = typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
      return fits ? { value } : { wrong: `must be a whole number from ${least} to ${most}` };
    },
  };
}

function choice<const Value extends string>(help: string, values: readonly Value[], fallback: Value): Setting<Value> {
  return {
    help,
    fallback,
    read(raw) {
      const value = values.find((known) => known === raw);
      return value === undefined ? { wrong: `must be one of ${values.join(', ')}` } : { value };
    },
  };
}

/** Of known words: in YAML a list or one of them, elsewhere separated by commas. Empty by itself. */
function choices<const Value extends string>(help: string, values: readonly Value[]): Setting<readonly Value[]> {
  const texts = list(help, [], (entry) => values.some((known) => known === entry), `one of ${values.join(', ')}`);
  return {
    help,
    fallback: [],
    read(raw) {
      const read = texts.read(raw);
      return 'wrong' in read ? read : { value: values.filter((known) => read.value.includes(known)) };
    },
  };
}

/** Of text: in YAML a list or one text, elsewhere separated by commas. */
function list(
  help: string,
  fallback: readonly string[],
  fits = (_entry: string): boolean => true,
  what = 'text',
): Setting<readonly string[]> {
  return {
    help,
    fallback,
    read(raw) {
      const entries: unknown[] =
        typeof raw === 'string' ? raw.split(',').map((entry) => entry.trim()) : Array.isArray(raw) ? raw : [undefined];
      const texts = entries.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
      if (texts.length < entries.length && raw !== '') return { wrong: 'must be a list of texts' };
      const odd = texts.find((entry) => !fits(entry));
      return odd === undefined
        ? { value: texts }
        : { wrong: `holds ${JSON.stringify(shortened(odd))}, which is not ${what}`, isNamed: true };
    },
  };
}

function address(help: string, fallback: Address): Setting<Address> {
  return {
    help,
    fallback,
    read(raw) {
      const value = parseAddress(raw);
      return value === undefined ? { wrong: 'must be ADDRESS:PORT, such as 127.0.0.1:8420 or [::1]:8420' } : { value };
    },
  };
}

function addressOrOff(help: string): Setting<Address | undefined> {
  return {
    help,
    fallback: undefined,
    read(raw) {
      // YAML 1.1 writers may turn `off` into false.
      if (raw === 'off' || raw === false || raw === '') return { value: undefined };
      const value = parseAddress(raw);
      return value === undefined ? { wrong: 'must be off or ADDRESS:PORT, such as 0.0.0.0:8421' } : { value };
    },
  };
}

function parseAddress(raw: unknown): Address | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(typeof raw === 'string' ? raw : '');
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

function pluginSettings(help: string): Setting<PluginSettings> {
  return {
    help,
    fallback: {},
    read(raw) {
      const value: unknown = typeof raw === 'string' ? parseJson(raw) : raw;
      if (isMap(value) && Object.values(value).every(isMap)) return { value: value as PluginSettings };
      return { wrong: 'must be a map from a plugin’s name to a map of its settings' };
    },
  };
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as the file would hold it. */
export function showSetting(value: unknown): string {
  if (value === undefined) return 'off';
  if (isMap(value) && 'host' in value && 'port' in value) {
    const host = String(value.host);
    return `${host.includes(':') ? `[${host}]` : host}:${String(value.port)}`;
  }
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
