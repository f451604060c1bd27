/** The plugins that come with the program. */

import type { PluginDefinition } from '../plugin-sdk/index.js';
import credentialLibraries from './credential-libraries/plugin.js';
import hello from './hello/plugin.js';
import integrityRise from './integrity-rise/plugin.js';
import reputation from './reputation/plugin.js';

/** Judge by what a process or chain holds, whatever the order of events: on everywhere, in scans and replays too. */
export const JUDGES: readonly PluginDefinition[] = [credentialLibraries, integrityRise];

/** Off until the configuration names them. */
export const BUNDLED_PLUGINS: readonly PluginDefinition[] = [hello, reputation];
