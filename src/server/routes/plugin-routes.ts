/** Plugins and their pages. A page is hostile text: it runs in a sandboxed frame, may fetch nothing and is framed by the console alone. */

import { API_PREFIX, PluginList, type PluginInfo } from '../../contract/index.js';
import type { PluginStatus } from '../../app/live-ports.js';
import { notFound } from '../problem.js';
import type { RouteContext } from './context.js';

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-scripts',
].join('; ');

export function pluginRoutes({ app, parts }: RouteContext): void {
  app.get(
    '/plugins',
    { schema: { summary: 'Plugins, their state and menu entries', response: { 200: PluginList } } },
    async () => ({
      items: (await parts.plugins.plugins()).map(pluginShape),
      next: null,
    }),
  );

  app.get<{ Params: { readonly name: string } }>(
    '/plugins/:name/page',
    { schema: { summary: 'A plugin’s page, for a sandboxed frame', produces: ['text/html'] } },
    async ({ params }, reply) => {
      const html = await parts.plugins.page(params.name);
      if (html === undefined) throw notFound('This page');
      return reply
        .header('content-security-policy', PAGE_POLICY)
        .header('x-frame-options', 'SAMEORIGIN')
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(html);
    },
  );
}

function pluginShape(plugin: PluginStatus): PluginInfo {
  const { name, version, titles, state, error, faults, menu, hasPage } = plugin;
  return {
    name,
    version,
    titles: { ...titles },
    state,
    error: error ?? null,
    faults,
    menu: menu === undefined ? null : { titles: { ...menu.titles }, icon: menu.icon },
    page: hasPage && state === 'on' ? `${API_PREFIX}/plugins/${encodeURIComponent(name)}/page` : null,
  };
}
