/** The KKI calls of the control surface (sandbox.md): the issuer's app, and what the switch received. */
import { JsonNumber } from '@gerbang/wire'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Merchants } from '../../merchants/index.ts'
import type { KkiSimulator } from '../../networks/kki-switch/simulator/index.ts'
import { money, rupiahDigits } from '../../primitives/money.ts'
import { Secret } from '../../primitives/secret.ts'
import { about, instructionMembers, merchantOf, ofMerchant } from './call.ts'
import { SandboxError } from './sandbox-error.ts'

export type KkiCallDeps = {
  readonly merchants: Merchants
  readonly kkiSimulator: KkiSimulator
}

// 20 digits at most: wire.md 7.1.
const card = Type.Object(
  { cpan: Type.String({ pattern: '^[0-9]{1,20}$', title: '1 to 20 digits' }) },
  { additionalProperties: false },
)
const decision = Type.Object({ approve: Type.Boolean() }, { additionalProperties: false })
const instruction = Type.Object(
  {
    ...instructionMembers,
    waits: Type.Optional(
      Type.Boolean({ description: 'A payment then waits for its cardholder in the issuer’s app.' }),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
)

const some = Type.String({ minLength: 1 })
const ofNumberOrCustomer = Type.Object(
  {
    ...ofMerchant.properties,
    partnerReferenceNo: Type.Optional(some),
    custIdMerchant: Type.Optional(some),
  },
  { additionalProperties: false },
)

export function registerKkiCalls(scope: FastifyInstance, deps: KkiCallDeps): void {
  const { kkiSimulator } = deps
  scope.post<{ Body: Static<typeof card> }>(
    '/kki/otts',
    { schema: about('A single-use OTT from the issuer’s app', { body: card }) },
    async ({ body }) => {
      const issued = await kkiSimulator.issueOtt(new Secret(body.cpan))
      if (issued) return { ott: issued.ott, expiresAt: issued.expiresAt.toISOString() }
      throw new SandboxError(404, 'NOT_FOUND', 'No issuer of the sandbox knows this CPAN')
    },
  )
  // The cardholder decides, not a merchant: our reference is enough.
  scope.post<{ Params: { referenceNo: string }; Body: Static<typeof decision> }>(
    '/kki/confirmations/:referenceNo',
    { schema: about('Decide a pending payment in the issuer’s app', { body: decision }) },
    async ({ params: { referenceNo }, body: { approve } }) => {
      const outcome = await kkiSimulator.confirm(referenceNo, approve)
      if (outcome === 'confirmed') return { referenceNo, approved: approve }
      throw outcome === 'not_found'
        ? new SandboxError(404, 'NOT_FOUND', 'No payment has this referenceNo')
        : new SandboxError(409, 'ALREADY_DECIDED', 'The payment does not wait for its cardholder')
    },
  )
  scope.post<{ Querystring: Static<typeof ofMerchant>; Body: Static<typeof instruction> }>(
    '/kki/next',
    {
      schema: about('Steer the next message of a merchant at the KKI switch', {
        querystring: ofMerchant,
        body: instruction,
      }),
    },
    async ({ query, body }) => {
      const { clientId } = await merchantOf(deps, query.clientId)
      await kkiSimulator.steerNext(clientId, body)
      return { next: body }
    },
  )
  scope.get<{ Querystring: Static<typeof ofNumberOrCustomer> }>(
    '/kki/messages',
    {
      schema: about('What the simulated KKI switch received', { querystring: ofNumberOrCustomer }),
    },
    async ({ query }) => {
      const { clientId } = await merchantOf(deps, query.clientId)
      const messages = await kkiSimulator.messages(clientId, filterOf(query))
      return {
        messages: messages.map(({ kind, amountMinor, ...message }) => ({
          kind,
          amount:
            amountMinor === null ? null : new JsonNumber(rupiahDigits(money(amountMinor, 'IDR'))),
          ...message,
        })),
      }
    },
  )
}

function filterOf({ partnerReferenceNo, custIdMerchant }: Static<typeof ofNumberOrCustomer>) {
  if (partnerReferenceNo !== undefined && custIdMerchant === undefined) {
    return { partnerReferenceNo }
  }
  if (custIdMerchant !== undefined && partnerReferenceNo === undefined) return { custIdMerchant }
  throw new SandboxError(
    400,
    'INVALID_PARAMETER',
    'Name either partnerReferenceNo or custIdMerchant, and not both',
  )
}
