/** Plugins as the console sees them. Their texts are hostile like any other; their pages run in a sandboxed frame. */

import { Type, type Static } from '@sinclair/typebox';
import { Nullable, OneOf, Titles } from './scalar.js';

export const PLUGIN_STATES = ['on', 'off', 'failed'] as const;

export const PluginInfo = Type.Object(
  {
    /** `[a-z0-9-]+`; the console's page is `/plugins/NAME`. */
    name: Type.String(),
    version: Type.String(),
    titles: Titles,
    state: OneOf(PLUGIN_STATES),
    /** Last thing that went wrong in it, or `null`. */
    error: Nullable(Type.String()),
    /** Calls that failed or overran their time since the server started. */
    faults: Type.Integer(),
    /** Entry of the console's menu, `null` where it wants none. */
    menu: Nullable(Type.Object({ titles: Titles, icon: Type.String() })),
    /** Address for `<iframe sandbox="allow-scripts">`, `null` where it has no page. */
    page: Nullable(Type.String()),
  },
  { $id: 'PluginInfo' },
);
export type PluginInfo = Static<typeof PluginInfo>;

export const PluginList = Type.Object({ items: Type.Array(PluginInfo), next: Type.Null() }, { $id: 'PluginList' });
export type PluginList = Static<typeof PluginList>;
