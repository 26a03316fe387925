/** What stands at the root of a sandbox: a browser is led to the reference, a script told the ways in. */
import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { wantsPage } from './pages/page-routes.ts'

export function registerHome(server: FastifyInstance): void {
  server.get('/', { schema: { hide: true } }, (request, reply) => {
    // Relative: a proxy may have put the gateway below a path.
    if (wantsPage(request)) return reply.redirect('docs')
    return reply.send({
      name: 'Gerbang',
      mode: 'sandbox',
      reference: '/docs',
      guides: '/docs/guides',
      events: '/docs/asyncapi.json',
      credentials: '/sandbox/credentials',
      issuerApp: '/issuer-app',
      ready: '/health/ready',
    })
  })
}
