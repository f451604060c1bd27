/** One chain that writes several programs to disk. */

import { definePlugin, escapeHtml, textOf } from 'chainsight/plugin-sdk';

const PATHS_MAX = 100;
const HOSTS_MAX = 1000;

export default definePlugin({
  name: 'dropped-programs',
  version: '1.0.0',
  title: { en: 'Dropped programs', zh: '释放程序' },
  description: { en: 'One chain that writes several programs to disk.', zh: '同一进程链向磁盘写入多个程序。' },
  settings: { atLeast: 3, points: 60, endings: ['.exe', '.dll', '.scr'] },

  init(host) {
    const { atLeast, points, endings } = host.settings;
    if (atLeast < 1) throw new RangeError('The setting atLeast must be at least 1.');
    const byHost = new Map<string, number>();

    return {
      actions: new Set(['filecreate'] as const),

      processAction(call) {
        const path = textOf(call.event, 'TargetFilename') ?? '';
        if (!endings.some((ending) => path.toLowerCase().endsWith(ending))) return;

        let paths = call.chainMemory.get('paths') as Set<string> | undefined;
        if (paths === undefined) call.chainMemory.set('paths', (paths = new Set()));
        if (paths.has(path) || paths.size >= PATHS_MAX) return;
        paths.add(path);

        const { host: name } = call.process;
        if (byHost.has(name) || byHost.size < HOSTS_MAX) byHost.set(name, (byHost.get(name) ?? 0) + 1);

        if (paths.size < atLeast) return;
        call.addEvidence({
          key: 'many',
          points,
          title: { en: 'Writes several programs', zh: '写入多个程序' },
          techniques: ['T1105'],
          matched: [{ field: 'TargetFilename', value: path }],
        });
      },

      menu: () => ({ title: { en: 'Dropped programs', zh: '释放程序' }, icon: 'table' }),

      page() {
        const rows = [...byHost].map(([name, count]) => `<tr><td>${escapeHtml(name)}</td><td>${count}</td></tr>`);
        return `<!doctype html><meta charset="utf-8"><title>Dropped programs</title>
<h1>Programs written, by host</h1><table>${rows.join('')}</table>`;
      },
    };
  },
});
