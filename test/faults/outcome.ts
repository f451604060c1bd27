/** What a live service holds in the end, to be compared with what one holds that nobody disturbed. */

import { exportEvents } from '../../src/app/export/export.js';
import type { Threat } from '../../src/engine/score/threat.js';
import { createJsonDecoder } from '../../src/sources/json/json.js';
import type { Live } from '../support/live-kit.js';

export interface Outcome {
  /** As the engine holds them. */
  readonly threats: readonly Threat[];
  readonly storedThreats: unknown;
  /** Identities of the events in the log, in its order. */
  readonly events: readonly string[];
  readonly hosts: readonly (readonly [string, number])[];
  readonly processes: readonly (readonly [string, number])[];
  readonly damage: number;
  readonly troubles: readonly unknown[];
}

export async function outcomeOf(live: Live): Promise<Outcome> {
  const all = { limit: 1_000, cursor: undefined };
  const { queries } = live.state;
  const events: string[] = [];
  for await (const event of exportEvents(live.log, {}, createJsonDecoder)) events.push(event.id);
  const storedThreats = queries.threats({}, all).items;
  return {
    threats: live.service.threats(),
    storedThreats,
    events,
    hosts: queries.hosts(undefined, all).items.map(({ name, events: count }) => [name, count]),
    processes: storedThreats.flatMap(({ threat }) =>
      queries.treeRows(threat.id, 1_000).rows.map(({ id, events: count }) => [id, count] as const),
    ),
    damage: live.log.damage.length,
    troubles: live.troubles,
  };
}
