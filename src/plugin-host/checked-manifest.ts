/** What a third-party plugin says of itself, checked: it goes to the console and into evidence keys. */

import type { MenuEntry, Title } from '../plugin-sdk/index.js';
import { HOOK_NAMES, type WorkerManifest } from './worker/protocol.js';

const TEXT_MAX = 500;
const VERSION_MAX = 40;
const ACTIONS_MAX = 100;

export type CheckedManifest =
  { readonly ok: true; readonly manifest: WorkerManifest } | { readonly ok: false; readonly reason: string };

/** @param name  of the plugin's folder, which is the plugin's */
export function checkedManifest(value: unknown, name: string): CheckedManifest {
  const { name: stated, version, title, description, hooks, actions, menu, hasPage } = recordOf(value);
  if (stated !== name)
    return { ok: false, reason: `it calls itself ${JSON.stringify(stated)}, but its folder is ${name}` };
  const titled = titleOf(title);
  if (titled === undefined) return { ok: false, reason: 'its title must have a text in en and one in zh' };
  return {
    ok: true,
    manifest: {
      name,
      version: typeof version === 'string' ? version.slice(0, VERSION_MAX) : '',
      title: titled,
      description: titleOf(description) ?? { en: '', zh: '' },
      hooks: Array.isArray(hooks) ? HOOK_NAMES.filter((hook) => hooks.includes(hook)) : [],
      actions: Array.isArray(actions)
        ? actions.slice(0, ACTIONS_MAX).filter((each) => typeof each === 'string')
        : undefined,
      menu: menuOf(menu),
      hasPage: hasPage === true,
    },
  };
}

function menuOf(value: unknown): MenuEntry | undefined {
  const { title, icon } = recordOf(value);
  const titled = titleOf(title);
  return titled === undefined
    ? undefined
    : { title: titled, icon: typeof icon === 'string' ? icon.slice(0, TEXT_MAX) : '' };
}

function titleOf(value: unknown): Title | undefined {
  const { en, zh } = recordOf(value);
  if (typeof en !== 'string' || typeof zh !== 'string') return undefined;
  return { en: en.slice(0, TEXT_MAX), zh: zh.slice(0, TEXT_MAX) };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
