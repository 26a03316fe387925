/** What the calls of the control surface share. */
import type { FastifySchema } from 'fastify'
import { Type } from 'typebox'
import type { Merchant, Merchants } from '../../merchants/index.ts'
import { SandboxError } from './sandbox-error.ts'
import { sandboxClientId } from './sandbox-merchants.ts'

export const ofMerchant = Type.Object({
  clientId: Type.Optional(Type.String({ description: 'Another merchant than the sandbox’s.' })),
})

export function about(summary: string, parts: FastifySchema): FastifySchema {
  return { ...parts, summary, tags: ['Sandbox'] }
}

export async function merchantOf(
  deps: { readonly merchants: Merchants },
  clientId = sandboxClientId,
): Promise<Merchant> {
  const merchant = await deps.merchants.findByClientId(clientId)
  if (merchant) return merchant
  throw new SandboxError(404, 'NOT_FOUND', 'No merchant has this clientId')
}
