/**
 * `GET /sandbox/explain/{requestId}` (sandbox.md, Looking inside): why a request was refused; a browser
 * gets it as a page.
 */
import type { FastifyInstance } from 'fastify'
import { sendAnswer, wantsPage } from '../../pages/page-routes.ts'
import { about } from '../call.ts'
import { SandboxError } from '../sandbox-error.ts'
import {
  explainPageHeaders,
  explanationPage,
  refusalsPage,
  unknownRefusalPage,
} from './explain-page.ts'
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
    async (request, reply) => {
      const latest = await explanations.latest(listed)
      return wantsPage(request)
        ? sendAnswer(reply, { page: refusalsPage(latest) }, explainPageHeaders)
        : { explanations: latest }
    },
  )
  scope.get<{ Params: { requestId: string } }>(
    '/explain/:requestId',
    { schema: about('Why a request was refused at the door', {}) },
    async (request, reply) => {
      const { requestId } = request.params
      const explanation = await explanations.find(requestId)
      if (!wantsPage(request)) {
        if (explanation) return explanation
        throw new SandboxError(404, 'NOT_FOUND', await nothingOf(explanations))
      }
      const answer = explanation
        ? { page: explanationPage(requestId, explanation) }
        : { status: 404, page: unknownRefusalPage(await nothingOf(explanations)) }
      return sendAnswer(reply, answer, explainPageHeaders)
    },
  )
}

async function nothingOf(explanations: Explanations): Promise<string> {
  const [last] = await explanations.latest(1)
  const hint = last ? `the last refusal is ${last.id}` : 'none was refused yet'
  return (
    `No request with this Request-Id or X-EXTERNAL-ID was refused at the door; ${hint}. ` +
    'GET /sandbox/explain lists the last ones.'
  )
}
