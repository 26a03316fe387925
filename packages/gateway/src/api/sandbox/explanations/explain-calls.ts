/** `GET /sandbox/explain/{requestId}` (sandbox.md, Looking inside): why a request was refused. */
import type { FastifyInstance } from 'fastify'
import { about } from '../call.ts'
import { SandboxError } from '../sandbox-error.ts'
import type { Explanations } from './index.ts'

export type ExplainCallDeps = { readonly explanations: Explanations }

const listed = 20

export function registerExplainCalls(
  scope: FastifyInstance,
  { explanations }: ExplainCallDeps,
): void {
  scope.get(
    '/explain',
    { schema: about('The last refusals at the door, newest first', {}) },
    async () => ({ explanations: await explanations.latest(listed) }),
  )
  scope.get<{ Params: { requestId: string } }>(
    '/explain/:requestId',
    { schema: about('Why a request was refused at the door', {}) },
    async ({ params: { requestId } }) => {
      const explanation = await explanations.find(requestId)
      if (explanation) return explanation
      const [last] = await explanations.latest(1)
      const hint = last ? `the last refusal is ${last.id}` : 'none was refused yet'
      throw new SandboxError(
        404,
        'NOT_FOUND',
        `No request with this Request-Id or X-EXTERNAL-ID was refused at the door; ${hint}. ` +
          'GET /sandbox/explain lists the last ones.',
      )
    },
  )
}
