/** The smallest plugin that shows every hook: counts what it sees, and has a page. */

import { definePlugin, escapeHtml } from '../../plugin-sdk/index.js';

const HOSTS_MAX = 1000;

export default definePlugin({
  name: 'hello',
  version: '1.0.0',
  title: { en: 'Hello', zh: '你好' },
  description: {
    en: 'Counts the processes and events of each host, and shows them on a page. A plugin to start from.',
    zh: '统计每台主机的进程与事件，并在页面上显示。可作为编写插件的起点。',
  },
  settings: { greeting: 'Hello' },

  init(host) {
    const counts = new Map<string, { processes: number; actions: number; ended: number }>();
    let rules = 0;
    const countsOf = (name: string): { processes: number; actions: number; ended: number } => {
      let known = counts.get(name);
      if (known === undefined) {
        known = { processes: 0, actions: 0, ended: 0 };
        if (counts.size < HOSTS_MAX) counts.set(name, known);
      }
      return known;
    };
    host.log('started');
    return {
      rulesLoaded: (loaded) => void (rules = loaded.length),
      processCreated: (call) => void countsOf(call.process.host).processes++,
      processAction: (call) => void countsOf(call.process.host).actions++,
      processEnded: (call) => void countsOf(call.process.host).ended++,
      menu: () => ({ title: { en: 'Hello', zh: '你好' }, icon: 'plugins' }),
      page: () => page(host.settings.greeting, rules, counts),
    };
  },
});

function page(
  greeting: string,
  rules: number,
  counts: ReadonlyMap<string, { processes: number; actions: number; ended: number }>,
): string {
  const rows = [...counts].map(
    ([name, count]) =>
      `<tr><td>${escapeHtml(name)}</td><td>${count.processes}</td><td>${count.actions}</td><td>${count.ended}</td></tr>`,
  );
  return `<!doctype html><html><head><meta charset="utf-8"><title>Hello</title><style>
body{font:14px/20px system-ui,sans-serif;margin:16px;color:#16191f;background:#fff}
@media (prefers-color-scheme:dark){body{color:#e8ebf0;background:#12151b}}
table{border-collapse:collapse}td,th{padding:4px 16px 4px 0;text-align:left;font-variant-numeric:tabular-nums}</style></head><body>
<h1>${escapeHtml(greeting)}</h1><p>${rules} rules are loaded · 已加载 ${rules} 条规则</p>
<table><thead><tr><th>host · 主机</th><th>started · 启动</th><th>actions · 动作</th><th>ended · 结束</th></tr></thead><tbody>${rows.join('')}</tbody></table>
</body></html>`;
}
