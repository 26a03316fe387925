/**
 * The life of a KKI card, whose calls are all sent in the manner of one client: it is bound, paid
 * with, asked about, given back and unbound, and what comes back is what was meant.
 */
import assert from 'node:assert/strict'
import {
  bindBody,
  changed,
  channel,
  type KkiMerchant,
  type KkiOptions,
  type KkiService,
  payByTokenBody,
  refundBody,
  rightOtp,
  served,
  unbindBody,
} from '../kki/calls.ts'

export type Manner = {
  /** The text that is sent, and what is hashed of it where that is another. */
  readonly write?: (body: object, service: KkiService) => Written
  readonly options?: KkiOptions
}

export type Written = { readonly sent: string; readonly hashed?: string }

/** Text that one library or another writes with escapes. */
const awkward = `Té "Gayo" <1> & 'co' = 100% \\ https://m.example/?a=1&b=2\n\t+ 🙂`

/** @returns what a test may want to look at: the answer of the binding, and the payment's number */
export async function liveThrough(
  merchant: KkiMerchant,
  { write = compactly, options = {} }: Manner = {},
) {
  const send = (service: KkiService, body: object) => {
    const { sent, hashed } = write(changed(body, 'additionalInfo.remarks', awkward), service)
    const hashing = hashed === undefined ? {} : { hashed }
    return served(merchant, service, sent, { ...options, ...hashing })
  }
  const awkwardNumber = (number: string) => `${number}/é=&'🙂`

  const bind = bindBody(merchant)
  const partnerReferenceNo = awkwardNumber(bind.partnerReferenceNo)
  const binding = await send('bind-card', { ...bind, partnerReferenceNo })
  const { authCode } = binding.additionalInfo
  assert.equal(binding.additionalInfo.custIdMerchant, bind.custIdMerchant)
  const { bankCardToken } = await send('verify-otp', { otp: rightOtp, authCode })

  const pay = payByTokenBody(bankCardToken)
  const number = awkwardNumber(pay.partnerReferenceNo)
  const paid = await send('pay', { ...pay, partnerReferenceNo: number })
  assert.equal(paid.partnerReferenceNo, number)
  await send('refund', { ...refundBody(number, '1000.50'), reason: awkward })
  const status = await send('payment-status', {
    originalPartnerReferenceNo: number,
    serviceCode: '54',
    additionalInfo: { channel },
  })
  assert.equal(status.originalReferenceNo, paid.referenceNo)
  assert.deepEqual(status.transAmount, pay.amount)
  assert.deepEqual(
    [status.refundHistory[0].refundAmount.value, status.refundHistory[0].reason],
    ['1000.50', awkward],
  )
  await send('unbind-card', unbindBody(bankCardToken))
  return { binding, partnerReferenceNo: number }
}

function compactly(body: object): Written {
  return { sent: JSON.stringify(body) }
}
