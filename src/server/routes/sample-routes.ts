/** "Load a sample attack": events on hosts whose names say so, taken in like any others, and removed with one request. */

import { SampleAnswer, type SampleAnswer as SampleBody } from '../../contract/index.js';
import { HttpProblem } from '../problem.js';
import type { RouteContext } from './context.js';
import { forgetHost } from './forget-host.js';

const SENSOR = 'sample';
const THREATS_SHOWN = 100;

export function sampleRoutes(context: RouteContext): void {
  const { app, parts, audit } = context;
  const { samples, state, intake, clock } = parts;

  const standing = (events: number): SampleBody => ({
    hosts: samples.hosts.filter((host) => state.host(host) !== undefined),
    events,
    threats: samples.hosts.flatMap((host) =>
      state.threats({ host }, { limit: THREATS_SHOWN, cursor: undefined }).items.map(({ threat }) => threat.id),
    ),
  });

  app.post(
    '/samples',
    {
      schema: {
        summary: 'Load the sample attack; does nothing where it is loaded',
        response: { 200: SampleAnswer, 201: SampleAnswer },
      },
    },
    async (request, reply) => {
      if (samples.hosts.some((host) => state.host(host) !== undefined)) return standing(0);
      const delivery = intake.open({ sensor: SENSOR, hosts: undefined });
      delivery.push(samples.make(clock.nowMs()));
      const answer = await delivery.end();
      if (answer.kind !== 'taken') {
        const retry = answer.kind === 'busy' ? { retryAfterSeconds: answer.retryAfterSeconds } : {};
        throw new HttpProblem(503, 'EVENTS_STOPPED', answer.reason, retry);
      }
      await intake.settled();
      const body = standing(answer.accepted);
      audit(request, { action: 'sample.load', target: body.hosts.join(' '), after: { events: body.events } });
      return reply.code(201).send(body);
    },
  );

  app.delete(
    '/samples',
    { schema: { summary: 'Remove all that the sample attack made', response: { 200: SampleAnswer } } },
    async (request, reply) => {
      const removed: string[] = [];
      for (const host of samples.hosts) if (await forgetHost(context, host)) removed.push(host);
      if (removed.length > 0) audit(request, { action: 'sample.remove', target: removed.join(' ') });
      return reply.send(standing(0));
    },
  );
}
