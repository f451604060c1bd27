/**
 * Asks a reputation service about the hashes of started programs and the public addresses they connect to. Answers come later and are kept in
 * the event log, so a replay sees the same; scans and replays ask nobody. Nothing leaves this server but a hash or an address, to the one
 * address that the configuration names.
 */

import { definePlugin, escapeHtml, textOf, type Event, type PluginCall, type Title } from '../../plugin-sdk/index.js';
import { publicAddress } from './address.js';
import type { Verdict } from './answer.js';
import { Inquirer, type InquirerSettings, type Question } from './inquirer.js';

const BAD_POINTS = 666;
const UNKNOWN_POINTS = 10;

const TITLES: Readonly<Record<`${'bad' | 'unknown'}-${Question['kind']}`, Title>> = {
  'bad-hash': { en: 'Program known to be malicious', zh: '已知恶意程序' },
  'unknown-hash': { en: 'Program that the reputation service does not know', zh: '信誉服务未收录的程序' },
  'bad-ip': { en: 'Connects to an address known to be malicious', zh: '连接到已知恶意地址' },
  'unknown-ip': {
    en: 'Connects to an address that the reputation service does not know',
    zh: '连接到信誉服务未收录的地址',
  },
};
const TITLE: Title = { en: 'Reputation', zh: '信誉查询' };

export default definePlugin({
  name: 'reputation',
  version: '1.0.0',
  title: TITLE,
  description: {
    en: 'Looks up program hashes and remote addresses with a service of MetaDefender’s v4 shape. Sends them to that service.',
    zh: '向 MetaDefender v4 形式的服务查询程序哈希与远程地址；查询内容会发送到该服务。',
  },
  settings: { address: '', key: '', timeoutMs: 10_000, cacheDays: 10, concurrency: 4 },
  secrets: ['key'],
  asksOthers: true,

  init(host) {
    const { outside } = host;
    if (outside === undefined) return {};
    const inquirer = new Inquirer(checked(host.settings), outside, host.log);

    const ask = (call: PluginCall, question: Question, field: string, value: string): void => {
      const { host: name, id: processId } = call.process;
      const { id: eventId, timeMs } = call.eventRef();
      inquirer.ask(question, (verdict: Verdict) => {
        if (verdict === 'good') return;
        const evidence = {
          // One of each sort for a process: a browser meets many addresses that nobody knows.
          key: `${verdict}-${question.kind}`,
          points: verdict === 'bad' ? BAD_POINTS : UNKNOWN_POINTS,
          title: TITLES[`${verdict}-${question.kind}`],
          matched: [{ field, value }],
        };
        host.giveLater({ host: name, processId, eventId, timeMs, evidence });
      });
    };

    return {
      actions: new Set(['networkconnect'] as const),
      processCreated(call) {
        const stated = textOf(call.event, 'Hashes') ?? '';
        const best = bestHash(stated);
        if (best === undefined) return;
        const hashes = allHashes(stated);
        const mayLeave = (): boolean => !hashes.some((each) => outside.isAllowedHash(each));
        if (mayLeave()) ask(call, { kind: 'hash', value: best.hash, mayLeave }, 'Hashes', best.stated);
      },
      processAction(call) {
        const field = remoteField(call.event);
        const ip = textOf(call.event, field) ?? '';
        const known = publicAddress(ip);
        if (known !== undefined) ask(call, { kind: 'ip', value: known, mayLeave: () => true }, field, ip);
      },
      menu: () => ({ title: TITLE, icon: 'search' }),
      page: () => page(inquirer),
    };
  },
});

/** @throws RangeError that names the setting and never its value: one of them is secret */
function checked(settings: InquirerSettings): InquirerSettings {
  const address = /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/.exec(settings.address)?.[0].replace(/\/+$/, '');
  if (address === undefined)
    throw new RangeError('The setting address must be an http or https address without user name and query.');
  if (!/^[\x21-\x7e]{1,500}$/.test(settings.key))
    throw new RangeError('The setting key must be the service’s key: 1 to 500 visible ASCII characters.');
  inRange('timeoutMs', settings.timeoutMs, 100, 120_000);
  inRange('cacheDays', settings.cacheDays, 1, 365);
  inRange('concurrency', settings.concurrency, 1, 32);
  return { ...settings, address };
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`The setting ${name} must be a whole number from ${least} to ${most}.`);
}

/** Where the other side stands. Source: Sysmon event 3, `Initiated`: of a connection that came in, the source is the other machine. */
function remoteField(event: Event): 'DestinationIp' | 'SourceIp' {
  return textOf(event, 'Initiated')?.toLowerCase() === 'false' ? 'SourceIp' : 'DestinationIp';
}

/** Strongest first; only hex of the right length is a hash. */
const HASHES: readonly RegExp[] = [
  /(?:^|,)\s*(SHA256=([0-9a-f]{64}))(?=,|\s|$)/i,
  /(?:^|,)\s*(SHA1=([0-9a-f]{40}))(?=,|\s|$)/i,
  /(?:^|,)\s*(MD5=([0-9a-f]{32}))(?=,|\s|$)/i,
];
/** Longer than any list of hashes that a sensor writes. */
const HASHES_LENGTH_MAX = 1000;

/** @param hashes  `SHA1=…,MD5=…` @returns the strongest, as stated and in lower-case hex */
function bestHash(hashes: string): { readonly stated: string; readonly hash: string } | undefined {
  if (hashes.length > HASHES_LENGTH_MAX) return undefined;
  for (const pattern of HASHES) {
    const found = pattern.exec(hashes);
    if (found !== null) return { stated: found[1]!, hash: found[2]!.toLowerCase() };
  }
  return undefined;
}

function allHashes(hashes: string): string[] {
  return [...hashes.matchAll(/=([0-9a-f]{32,64})(?![0-9a-f])/gi)].map((match) => match[1]!.toLowerCase());
}

function page({ counts, waiting, underWay }: Inquirer): string {
  const rows: readonly (readonly [label: string, count: number])[] = [
    ['asked · 已查询', counts.asked],
    ['answered from memory · 缓存命中', counts.fromCache],
    ['failed · 失败', counts.failed],
    ['waiting · 等待中', waiting],
    ['under way · 查询中', underWay],
    ['let go, too many waited · 因等待过多而放弃', counts.dropped],
  ];
  return `<!doctype html><html><head><meta charset="utf-8"><title>${escapeHtml(TITLE.en)}</title><style>
body{font:14px/20px system-ui,sans-serif;margin:16px;color:#16191f;background:#fff}
@media (prefers-color-scheme:dark){body{color:#e8ebf0;background:#12151b}}
td{padding:4px 16px 4px 0;font-variant-numeric:tabular-nums}</style></head><body>
<h1>${escapeHtml(`${TITLE.en} · ${TITLE.zh}`)}</h1><p>Since the server started · 自服务器启动以来</p>
<table>${rows.map(([label, count]) => `<tr><td>${escapeHtml(label)}</td><td>${count}</td></tr>`).join('')}</table>
</body></html>`;
}
