/**
 * What is no call of any door gets the dialect's envelope, signed for a client that we know, and
 * nothing else is said of it: a path that is not part of the API, whatever its method and body, what
 * HTTP does not allow, and what is no request at all.
 */
import { cardErrorBody, cardErrors } from '@gerbang/wire'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { noteRefusal, pathOf, type UnservableRequest } from '../../../platform/http/server.ts'
import { type SigningDeps, signAnswer } from './sign-answer.ts'

/** Answers a path that is not part of the API. */
export function refuseUnknownPath(
  deps: SigningDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = pathOf(request).slice(0, 200)
  const error = cardErrorBody('not_found', { method: request.method, path })
  // Not the path: a caller may have put anything into it.
  noteRefusal(request, { code: error.code, message: 'No such path' })
  return sendSigned(deps, request, reply.code(cardErrors.not_found.status), { error })
}

/** Answers a request that no route could serve rightly. */
export async function refuseUnservable(
  deps: SigningDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { status, reason }: UnservableRequest,
): Promise<void> {
  noteRefusal(request, { code: cardErrors.malformed_body.code, message: reason })
  await sendSigned(deps, request, reply.code(status), unreadableRequest(reason))
}

/** The envelope of the answer to what cannot be read as a request. */
export function unreadableRequest(reason: string): object {
  return { error: cardErrorBody('malformed_body', { reason }) }
}

async function sendSigned(
  deps: SigningDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  body: object,
): Promise<FastifyReply> {
  const text = JSON.stringify(body)
  await signAnswer(deps, request, reply, text, undefined)
  return reply.type('application/json; charset=utf-8').send(text)
}
