/**
 * `POST /enrol`: a sensor trades a code for a token bound to its host. The code is what it has to show, so the route is open; guessing is
 * slowed down as at sign-in, by address.
 */

import type { EnrolmentRecord } from '../../app/access-ports.js';
import { EnrolRequest, TokenCreated, type EnrolRequest as EnrolRequestBody } from '../../contract/index.js';
import { hostKey } from '../../engine/event/host-name.js';
import { demandNoWait, LockOut } from '../access/lock-out.js';
import { makeToken } from '../access/make-token.js';
import { hashSecret } from '../access/secret.js';
import { HttpProblem } from '../problem.js';
import { tokenShape } from '../shape/token.js';
import type { RouteContext } from './context.js';

export function enrolRoute({ app, parts, audit }: RouteContext): void {
  const { access, clock } = parts;
  const lockOut = new LockOut();

  app.post<{ Body: EnrolRequestBody }>(
    '/enrol',
    {
      schema: {
        summary: 'Trade an enrolment code for a sensor’s token; the secret is in this answer and nowhere else',
        body: EnrolRequest,
        response: { 201: TokenCreated },
      },
    },
    (request, reply) => {
      const { code, host } = request.body;
      const nowMs = clock.nowMs();
      demandNoWait(lockOut.waitMs('', request.ip, nowMs));
      const enrolment = access.enrolmentByHash(hashSecret(code));
      const wrong = whyNot(enrolment, host, nowMs);
      if (enrolment === undefined || wrong !== undefined || !access.useEnrolment(enrolment.id, nowMs)) {
        lockOut.failed('', request.ip, nowMs);
        const who = enrolment === undefined ? '' : nameOf(enrolment);
        audit(request, { who, action: 'enrol.refused', target: host });
        throw new HttpProblem(403, 'ENROL_REFUSED', wrong ?? USED_UP);
      }
      lockOut.succeeded('', request.ip);
      const who = nameOf(enrolment);
      const { record, secret } = makeToken({ name: host, role: 'sensor', hosts: [host], nowMs, by: who, expiresMs: 0 });
      access.addToken(record);
      const token = tokenShape(record);
      audit(request, { who, action: 'token.enrol', target: record.id, after: token });
      return reply.code(201).send({ token, secret });
    },
  );
}

const USED_UP = 'This code has been used as often as it may be. Ask for another one.';

/** Only whoever has a real code learns more than that it is wrong. */
function whyNot(enrolment: EnrolmentRecord | undefined, host: string, nowMs: number): string | undefined {
  if (enrolment === undefined) return 'There is no such code. Ask for one: chainsight enrol create.';
  if (enrolment.expiresMs <= nowMs) return 'This code has expired. Ask for another one.';
  if (enrolment.usesLeft <= 0) return USED_UP;
  const isForHost = enrolment.hosts.length === 0 || enrolment.hosts.some((one) => hostKey(one) === hostKey(host));
  return isForHost ? undefined : 'This code is for other hosts. Ask for one for this host.';
}

/** As the audit log and the token name it. */
function nameOf({ id }: EnrolmentRecord): string {
  return `enrolment:${id}`;
}
