/** The pages and their addresses. Pages beyond the overview and the inbox are fetched when first opened. */

import {
  createRouter,
  createWebHistory,
  stringifyQuery,
  type RouteLocationNormalized,
  type RouteLocationRaw,
} from 'vue-router';
import type { Role } from '../../src/contract/index.js';
import { getSetup } from './api/calls.js';
import { i18n, wholeLanguage } from './i18n/index.js';
import { useNotices } from './stores/notices.js';
import { useSession } from './stores/session.js';
import { wellFormed } from './text/escape.js';

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. */
    title: string;
    /** Open to everybody, without the shell. */
    open?: boolean;
    /** Least role. */
    needs?: Role;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  // A host's name may hold half a letter: the address that leads to its threats cannot, and a link that throws takes its page with it.
  stringifyQuery: (query = {}) =>
    stringifyQuery(
      Object.fromEntries(
        Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? wellFormed(value) : value]),
      ),
    ),
  scrollBehavior: (_to, _from, saved) => saved ?? false,
  routes: [
    { path: '/setup', component: () => import('./views/SetupView.vue'), meta: { title: 'setup.title', open: true } },
    {
      path: '/sign-in',
      component: () => import('./views/SignInView.vue'),
      meta: { title: 'signIn.title', open: true },
    },
    { path: '/', component: () => import('./views/OverviewView.vue'), meta: { title: 'overview.title' } },
    { path: '/threats', component: () => import('./views/ThreatsView.vue'), meta: { title: 'threats.title' } },
    { path: '/threats/:id', component: () => import('./views/ThreatView.vue'), meta: { title: 'threat.title' } },
    { path: '/hosts', component: () => import('./views/HostsView.vue'), meta: { title: 'hosts.title' } },
    { path: '/hosts/:name', component: () => import('./views/HostView.vue'), meta: { title: 'host.title' } },
    { path: '/hunts', component: () => import('./views/HuntsView.vue'), meta: { title: 'hunts.title' } },
    { path: '/hunts/:id', component: () => import('./views/HuntView.vue'), meta: { title: 'hunts.title' } },
    {
      path: '/hunts/:hunt/chains/:id',
      component: () => import('./views/ThreatView.vue'),
      meta: { title: 'hunts.title' },
    },
    { path: '/exceptions', component: () => import('./views/ExceptionsView.vue'), meta: { title: 'exceptions.title' } },
    { path: '/rules', component: () => import('./views/RulesView.vue'), meta: { title: 'rules.title' } },
    { path: '/plugins/:name', component: () => import('./views/PluginView.vue'), meta: { title: 'plugins.title' } },
    {
      path: '/admin/users',
      component: () => import('./views/UsersView.vue'),
      meta: { title: 'users.title', needs: 'administrator' },
    },
    {
      path: '/admin/tokens',
      component: () => import('./views/TokensView.vue'),
      meta: { title: 'tokens.title', needs: 'administrator' },
    },
    {
      path: '/admin/audit',
      component: () => import('./views/AuditView.vue'),
      meta: { title: 'audit.title', needs: 'administrator' },
    },
    { path: '/:rest(.*)*', component: () => import('./views/MissingView.vue'), meta: { title: 'missing.title' } },
  ],
});

router.beforeEach(async (to) => {
  if (to.meta.open === true) return true;
  const session = useSession();
  if (session.session) return true;
  try {
    await session.load();
  } catch {
    // The page itself says what does not answer, and tries again.
    return true;
  }
  return session.session ? true : await entrance(to);
});

/** The inbox and the entrance say nothing that the shell does not know. */
const SHELL_ONLY: ReadonlySet<string> = new Set(['/threats', '/sign-in']);
router.beforeResolve(async (to) => {
  if (!SHELL_ONLY.has(to.path)) await wholeLanguage();
});

router.onError(async (error, to) => {
  // Fetching a page's own script failed: the server is gone, or newer than what this tab has loaded.
  try {
    await getSetup();
  } catch {
    useNotices().failed(i18n.global.t('error.unreachable'));
    return;
  }
  if (router.currentRoute.value.matched.length > 0) location.assign(to.fullPath);
  else throw error;
});

/** Fetches the other pages' scripts once the first page stands: they open at once then, and stay within reach if the server goes. */
export function fetchPagesAhead(): void {
  void wholeLanguage().catch(() => undefined);
  for (const { components } of router.getRoutes()) {
    const page: unknown = components?.default;
    if (typeof page === 'function') void Promise.resolve((page as () => unknown)()).catch(() => undefined);
  }
}

/** Where somebody goes who is not signed in: to the set-up while it is open, else to the sign-in and back. */
async function entrance(to: RouteLocationNormalized): Promise<RouteLocationRaw> {
  const setup = await getSetup().catch(() => ({ open: false }));
  if (setup.open) return { path: '/setup' };
  return { path: '/sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } };
}
