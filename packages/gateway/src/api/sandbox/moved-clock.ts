/**
 * What a moved clock makes of cards, tokens and holds looks like a fault to who does not know of it: the
 * documented texts of the refusals say nothing of a clock. So each answer says when it is by it.
 */
import { formatSnapTimestamp } from '@gerbang/wire'
import type { FastifyInstance } from 'fastify'
import type { SandboxClock } from '../../platform/clock/sandbox-clock.ts'

/** Only where the clock is moved, and in Jakarta's time, by whose months cards expire. */
const clockHeader = 'Gerbang-Clock'

/** To be called before the routes are registered. */
export function tellMovedClock(
  server: FastifyInstance,
  clock: Pick<SandboxClock, 'now' | 'offsetMs'>,
): void {
  server.addHook('onSend', async (_request, reply, payload) => {
    if (clock.offsetMs() > 0) reply.header(clockHeader, formatSnapTimestamp(clock.now()))
    return payload
  })
}
