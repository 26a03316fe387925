/** OpenAPI 3.1 of every route, and the reference page for people; both served from this process. */
import swagger from '@fastify/swagger'
import swaggerUi, { type FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { referenceCss, referenceIcon } from './reference-style.ts'

const introduction = `A faithful, open implementation of DOKU’s Direct API for cards, and of Kartu Kredit Indonesia
over SNAP. A cards request carries four headers (Client-Id, Request-Id, Request-Timestamp, Signature), and its answer is
signed; a SNAP call has an access token and a signature. Gerbang is independent of DOKU.

Read also the [guides](/docs/guides), and the [AsyncAPI document](/docs/asyncapi.json) of the events that go to Kafka. Calls of the merchant’s dialects cannot be tried here, because a page has no
Secret Key to sign them with: paste one of the guides’, or use the SDK.`

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
        { name: 'SNAP', description: 'The SNAP dialect: tokens, and calls signed with them.' },
        { name: 'Sandbox', description: 'The control surface; absent in live mode.' },
      ],
    },
  })
  await server.register(async (scope) => {
    // Swagger UI's own page has none, and a phone would show it as wide as a desk.
    scope.addHook('onSend', async (_request, _reply, payload) =>
      typeof payload === 'string' ? payload.replace('<title>', `${viewport}<title>`) : payload,
    )
    await scope.register(swaggerUi, pageOptions)
  })
}

const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'

/**
 * A plugin of Swagger UI: its hook for "Try it out". The function is sent to the browser as text, so
 * that it may use nothing from outside of it.
 */
const tryOnlyControlCalls = () => ({
  statePlugins: {
    spec: {
      wrapSelectors: {
        allowTryItOutFor: () => (_state: unknown, path: string) => path.startsWith('/sandbox/'),
      },
    },
  },
})

const pageOptions: FastifySwaggerUiOptions = {
  routePrefix: '/docs',
  staticCSP: true,
  // The plugin's policy would fetch everything by https, which a gateway on plain HTTP off loopback
  // does not speak, and names an outside validator that is not used.
  transformStaticCSP: (policy) =>
    policy.replace(' validator.swagger.io', '').replace(/ upgrade-insecure-requests;/, ''),
  uiConfig: {
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: false,
    // Without the bar that explores other documents.
    layout: 'BaseLayout',
    plugins: [tryOnlyControlCalls],
  },
  theme: {
    title: 'Gerbang API reference',
    css: [{ filename: 'gerbang.css', content: referenceCss }],
    favicon: [
      {
        filename: 'gerbang.svg',
        rel: 'icon',
        type: 'image/svg+xml',
        sizes: 'any',
        content: referenceIcon,
      },
    ],
  },
}
