/** The log of events on the control surface (sandbox.md, Looking inside). */
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Events } from '../../events/index.ts'
import { about } from './call.ts'
import { SandboxError } from './sandbox-error.ts'

export type EventCallDeps = { readonly events: Events }

const usualLimit = 100

// Texts, as all that comes after a path; 1000 keep an answer below a megabyte.
const page = Type.Object(
  {
    after: Type.Optional(Type.String({ description: 'The cursor of the answer before.' })),
    limit: Type.Optional(
      Type.String({
        pattern: '^([1-9][0-9]{0,2}|1000)$',
        title: '1 to 1000',
        description: `How many events at most; ${usualLimit} where it is absent.`,
      }),
    ),
  },
  { additionalProperties: false },
)

export function registerEventCalls(scope: FastifyInstance, { events }: EventCallDeps): void {
  scope.get<{ Querystring: Static<typeof page> }>(
    '/events',
    { schema: about('What happened, in publishing order', { querystring: page }) },
    async ({ query: { after, limit = usualLimit } }) => {
      const read = await events.read({ after, limit: Number(limit) })
      if (read) return read
      throw new SandboxError(
        400,
        'INVALID_PARAMETER',
        'after is no cursor of this log; leave it out to read from the beginning',
      )
    },
  )
}
