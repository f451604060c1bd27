/** The bundled plugins that judge by what a process or chain holds: the same in a scan, a replay and a live server. */

import type { EnginePlugin } from '../engine/plugin/plugin.js';

export function inProcessPlugins(): readonly EnginePlugin[] {
  return [];
}
