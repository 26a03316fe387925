/** What an operator's tools ask: health and metrics. */
import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import type { Metrics } from '../platform/metrics/index.ts'

export function registerOperation(
  server: FastifyInstance,
  deps: { isReady: () => Promise<boolean>; metrics: Metrics },
): void {
  const schema: FastifySchema = { hide: true }
  server.get('/health/live', { schema }, async () => ({ status: 'live' }))
  server.get('/health/ready', { schema }, async (_request, reply) => {
    const isReady = await deps.isReady()
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' })
  })
  server.get('/metrics', { schema }, async (_request, reply) =>
    reply.type(deps.metrics.contentType).send(await deps.metrics.text()),
  )
}
