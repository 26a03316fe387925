/** POST /direct-debit/core/v1/registration-card-unbind (seed; wire.md 7.7). */
import { kkiUnbindRequest, kkiUnbindResponse } from '@gerbang/wire/schemas'
import type { Bindings } from '../../../bindings/index.ts'
import type { TransactRoute } from '../door/door.ts'
import { mandatoryText } from '../fields.ts'
import { checkChannel, referenceRule } from '../kki-fields.ts'

export function unbindCardRoute(deps: {
  readonly bindings: Pick<Bindings, 'unbind'>
}): TransactRoute<{ readonly bankCardToken: string }> {
  return {
    service: 'unbind-card',
    summary: 'Unbind a card',
    description: `Kartu Kredit Indonesia: ends all tokens of the card at this merchant. None of them
pays any more when this is answered; the network finishes by itself.`,
    request: kkiUnbindRequest,
    response: kkiUnbindResponse,
    parse: (body) => {
      const bankCardToken = mandatoryText(body, 'tokenId', referenceRule)
      checkChannel(body)
      return { bankCardToken }
    },
    handle: async (input, { merchant, externalId }, claim) => {
      const result = await deps.bindings.unbind({ ...input, merchant, externalId, claim })
      if (result.kind === 'duplicate') return undefined
      const { referenceNo, custIdMerchant } = result
      return {
        row: 'successful',
        members: { referenceNo, additionalInfo: { custIdMerchant, status: 'PENDING' } },
      }
    },
  }
}
