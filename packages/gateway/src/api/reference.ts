/** OpenAPI 3.1 of every route, and the reference page for people; both served from this process. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

const introduction = `A faithful, open implementation of DOKU’s Direct API for cards. Every request carries four
headers (Client-Id, Request-Id, Request-Timestamp, Signature), and every answer is signed. Gerbang is
independent of DOKU. The guides are in the project’s docs folder.`

/** To be called before the routes are registered. */
export async function registerReference(
  server: FastifyInstance,
  options: { readonly publicUrl: () => string; readonly version: string },
): Promise<void> {
  await server.register(swagger, {
    transform: ({ schema, url }) => ({ schema, url: url.replace('*', ':identifier') }),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gerbang',
        version: options.version,
        description: introduction,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'Cards', description: 'The cards dialect, signed with HMAC-SHA256.' },
        { name: 'Sandbox', description: 'The control surface; absent in live mode.' },
      ],
    },
  })
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // The plugin's policy would fetch everything by https, which a gateway on plain HTTP off loopback
    // does not speak, and names an outside validator that is not used.
    transformStaticCSP: (policy) =>
      policy.replace(' validator.swagger.io', '').replace(/ upgrade-insecure-requests;/, ''),
    uiConfig: { docExpansion: 'list', defaultModelsExpandDepth: 0, tryItOutEnabled: false },
    theme: { title: 'Gerbang API reference' },
  })
}
