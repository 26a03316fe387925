/** POST /direct-debit/core/v1/otp-verification (wire.md 7.6): the end of a merchant's own binding. */
import { kkiOtpRequest, kkiOtpResponse } from '@gerbang/wire/schemas'
import type {
  BindingName,
  Bindings,
  VerifyOtpCommand,
  VerifyOtpResult,
} from '../../../bindings/index.ts'
import type { SnapAnswer, SnapBody, TransactRoute } from '../door/door.ts'
import { missing, textAt } from '../fields.ts'
import { isChannelGiven, onceAt, referenceRule } from '../kki-fields.ts'
import { refuse } from '../kki-responses.ts'

type Input = Pick<VerifyOtpCommand, 'name' | 'otp'>

/** Where the sources name the binding, in the order in which they count. */
const names = {
  authCode: 'authCode',
  'additionalInfo.authCode': 'authCode',
  originalReferenceNo: 'referenceNo',
  originalPartnerReferenceNo: 'partnerReferenceNo',
  'additionalInfo.bankCardToken': 'bankCardToken',
} as const satisfies Record<string, BindingName['by']>

export function verifyOtpRoute(deps: {
  readonly bindings: Pick<Bindings, 'verifyOtp'>
}): TransactRoute<Input> {
  return {
    service: 'verify-otp',
    summary: 'Verify the one-time password of a binding',
    description: `Kartu Kredit Indonesia: ends a binding that was begun with CHANNEL-ID H2H; the
answer is the bankCardToken to pay with. The third wrong one-time password fails the binding.`,
    request: kkiOtpRequest,
    response: kkiOtpResponse,
    parse: (body) => {
      const otp = onceAt(body, 'otp', /^[0-9]{1,8}$/) ?? missing('otp')
      isChannelGiven(body)
      return { otp, name: nameOf(body) ?? missing('authCode') }
    },
    handle: async (input, { merchant, externalId }, claim) =>
      answerOf(await deps.bindings.verifyOtp({ ...input, merchant, externalId, claim })),
  }
}

function nameOf(body: SnapBody): BindingName | undefined {
  return Object.entries(names)
    .map(([path, by]) => ({ by, value: textAt(body, path, referenceRule) }))
    .find((name): name is BindingName => name.value !== undefined)
}

function answerOf(result: VerifyOtpResult): SnapAnswer | undefined {
  if (result.kind === 'duplicate') return undefined
  if (result.kind === 'refused') return refuse(result.responseCode)
  const { referenceNo, custIdMerchant } = result.binding
  if (result.kind === 'in_progress') {
    const additionalInfo = { custIdMerchant, status: 'PENDING' }
    return { row: 'in_progress', members: { referenceNo, additionalInfo } }
  }
  const { bankCardToken } = result
  const additionalInfo = { custIdMerchant, status: 'SUCCESS' }
  return { row: 'successful', members: { referenceNo, bankCardToken, additionalInfo } }
}
