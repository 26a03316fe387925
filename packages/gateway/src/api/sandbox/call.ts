/** What the calls of the control surface share. */
import type { FastifySchema } from 'fastify'
import { Type } from 'typebox'
import type { Merchant, Merchants } from '../../merchants/index.ts'
import { SandboxError } from './sandbox-error.ts'
import { sandboxClientId } from './sandbox-merchants.ts'

// A misspelt member of a query would mean the default merchant.
const onlyThese = { additionalProperties: false } as const

export const ofMerchant = Type.Object(
  {
    clientId: Type.Optional(Type.String({ description: 'Another merchant than the sandbox’s.' })),
  },
  onlyThese,
)

/** The body of a call that takes none: a member of it, or a null, means a wish that is not understood. */
export const noWishes = Type.Object({}, onlyThese)

/** The schema of a call; query members that it does not name are refused. */
export function about(summary: string, parts: FastifySchema): FastifySchema {
  return { querystring: Type.Object({}, onlyThese), ...parts, summary, tags: ['Sandbox'] }
}

export async function merchantOf(
  deps: { readonly merchants: Merchants },
  clientId = sandboxClientId,
): Promise<Merchant> {
  const merchant = await deps.merchants.findByClientId(clientId)
  if (merchant) return merchant
  throw new SandboxError(404, 'NOT_FOUND', 'No merchant has this clientId')
}

/** What shall happen to the next message of a merchant at a simulated network. */
export const instructionMembers = {
  responseCode: Type.Optional(
    Type.String({ pattern: '^[0-9A-Z]{2}$', title: 'two digits or capital letters' }),
  ),
  lose: Type.Optional(Type.Enum(['answer', 'request'])),
  delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
}
