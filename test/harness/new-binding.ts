/** A binding for the tests of the stores, with numbers of its own. */
import { randomBytes } from 'node:crypto'
import type { Binding, NewBinding } from '../../packages/gateway/src/bindings/index.ts'
import { systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { createIds, type MerchantId } from '../../packages/gateway/src/primitives/id.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'

const ids = createIds(systemClock(), systemRandom)

let last = 0

/** About to begin. */
export function newBinding(
  merchantId: MerchantId,
  wish: Partial<Pick<Binding, 'cardFingerprint' | 'custIdMerchant' | 'byPayment'>> = {},
): NewBinding {
  last += 1
  const { byPayment = false } = wish
  const binding: Binding = {
    merchantId,
    bindingId: ids.next('binding'),
    state: 'pending',
    referenceNo: ids.next('reference'),
    partnerReferenceNo: `BIND-${last}`,
    externalId: `EXT-${last}`,
    custIdMerchant: `CUST${last}`,
    cardFingerprint: randomBytes(32),
    maskedCpan: '936000******0000',
    issuer: 'Bank Rakyat Indonesia',
    acquirerId: 'ALTO',
    mid: '000360012345',
    tid: '36001234',
    byPayment,
    pageId: byPayment ? undefined : randomBytes(16).toString('hex'),
    successUrl: undefined,
    failedUrl: undefined,
    otpTries: 0,
    otpExpiresAt: undefined,
    responseCode: undefined,
    notificationUrl: undefined,
    createdAt: new Date(),
    settledAt: undefined,
    ...wish,
  }
  return {
    binding,
    tokenFingerprint: randomBytes(32),
    sealedToken: randomBytes(60),
    authCodeFingerprint: byPayment ? undefined : randomBytes(32),
  }
}
