/** Chains, their trees and processes, and the events of a process. */

import type { EventRecord, ProcessRecord } from '../../engine/effects.js';
import type { TreeRow } from '../../app/query-ports.js';
import {
  Chain,
  ChainTree,
  PAGE_LIMIT_DEFAULT,
  PROCESS_IDS_MAX,
  Process,
  ProcessPage,
  ProcessQuery,
  StoredEventPage,
  StoredEventQuery,
} from '../../contract/index.js';
import { notFound } from '../problem.js';
import { eventShape } from '../shape/event.js';
import { pageShape } from '../shape/page.js';
import { chainShape, processShape } from '../shape/process.js';
import { TREE_ROWS_MAX, treeShape } from '../shape/tree.js';
import type { IdParams, RouteContext } from './context.js';

interface PageValues {
  readonly limit?: number;
  readonly cursor?: string;
}

export function chainRoutes({ app, parts }: RouteContext): void {
  const { state, events } = parts;

  const chainOf = (id: string) => {
    const chain = state.chain(id);
    if (chain === undefined) throw notFound('This chain');
    return chain;
  };

  const processOf = (id: string): ProcessRecord => {
    const [process] = state.processes([id]);
    if (process === undefined) throw notFound('This process');
    return process;
  };

  app.get<{ Params: IdParams }>(
    '/chains/:id',
    { schema: { summary: 'One chain; follows aliases', response: { 200: Chain } } },
    ({ params }) => {
      const chain = chainOf(params.id);
      const [start] = state.processes([chain.startProcessId]);
      return chainShape(chain, start, state.threat(chain.id) !== undefined);
    },
  );

  app.get<{ Params: IdParams }>(
    '/chains/:id/tree',
    { schema: { summary: 'The chain’s processes as columns, parents before children', response: { 200: ChainTree } } },
    ({ params }) => {
      const chain = chainOf(params.id);
      const { rows, total } = state.treeRows(chain.id, TREE_ROWS_MAX);
      const evidence = state.threat(chain.id)?.threat.evidence ?? [];
      const start = rows.find(({ id }) => id === chain.startProcessId);
      const isInside = rows.some(({ id }) => id === start?.parentId);
      const [outside] =
        start === undefined || start.parentId === '' || isInside ? [] : state.processes([start.parentId]);
      return treeShape({
        chainId: chain.id,
        host: chain.host,
        total,
        rows,
        outside: outside === undefined ? undefined : outsideRow(outside),
        evidence,
      });
    },
  );

  app.get<{ Params: IdParams; Querystring: PageValues & { readonly ids?: string } }>(
    '/chains/:id/processes',
    {
      schema: {
        summary: 'Processes of a chain: by page, or those of `ids`',
        querystring: ProcessQuery,
        response: { 200: ProcessPage },
      },
    },
    ({ params, query }) => {
      const chain = chainOf(params.id);
      const { limit = PAGE_LIMIT_DEFAULT, cursor, ids } = query;
      if (ids === undefined) return pageShape(state.chainProcesses(chain.id, { limit, cursor }), processShape);
      const wanted = ids.split(',').filter(Boolean).slice(0, PROCESS_IDS_MAX);
      const found = state.processes(wanted).filter(({ host }) => host === chain.host);
      return { items: found.map(processShape), next: null };
    },
  );

  app.get<{ Params: IdParams }>(
    '/processes/:id',
    { schema: { summary: 'One process', response: { 200: Process } } },
    ({ params }) => processShape(processOf(params.id)),
  );

  app.get<{ Params: IdParams; Querystring: PageValues & { readonly action?: string } }>(
    '/processes/:id/events',
    {
      schema: {
        summary: 'Stored events of a process, oldest first, with their own fields',
        querystring: StoredEventQuery,
        response: { 200: StoredEventPage },
      },
    },
    async ({ params, query }) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, action } = query;
      const page = state.processEvents(processOf(params.id).id, { action }, { limit, cursor });
      const read = await events.readEvents(page.items.map(({ position }) => position));
      return pageShape(page, (record: EventRecord) => eventShape(record, read.get(record.position)));
    },
  );
}

function outsideRow(process: ProcessRecord): TreeRow {
  const { id, image, pid, startMs, endMs, isRoot, isPlaceholder } = process;
  return { id, parentId: '', image, pid, startMs, endMs, points: 0, events: 0, isRoot, isPlaceholder };
}
