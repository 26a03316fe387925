/**
 * What the signatures of SNAP cost by themselves, on one core and without a gateway: so that the
 * figures beside say what else a call costs.
 */
import { createHmac, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { canonicalBodies, signSnapCall, verifySnapCall } from '@gerbang/wire'
import { makeRsaKeyPair } from '../packages/gateway/src/platform/generated-keys/index.ts'

const body = Buffer.from(
  JSON.stringify({
    partnerReferenceNo: 'INV-0001',
    bankCardToken: 'de52e5820f4c381db88a1cf91d57b73e',
    amount: { value: '90000.00', currency: 'IDR' },
    additionalInfo: { channel: 'KARTU_KREDIT_INDONESIA' },
  }),
)

/** Microseconds of each, over about half a second. */
export async function measureCryptography(): Promise<readonly (readonly [string, number])[]> {
  const pair = await makeRsaKeyPair()
  const privateKey = pair.privateKey.reveal((pem) => createPrivateKey(pem))
  const publicKey = createPublicKey(pair.publicKey)
  const text = Buffer.from('MCH-0001-10791114622547|2026-09-21T10:30:00+07:00')
  const signed = sign('sha256', text, privateKey)
  const secretKey = 'SK-GerbangSandbox0001'
  const parts = {
    method: 'POST',
    path: '/direct-debit/core/v1/debit/payment-host-to-host',
    accessToken: 'e'.repeat(600),
    timestamp: '2026-09-21T10:30:00+07:00',
  }
  const signature = signSnapCall(parts, body, secretKey)
  return [
    ['RSA-2048 sign (the token that is issued)', each(() => sign('sha256', text, privateKey))],
    [
      'RSA-2048 verify (a token request; the token of a call)',
      each(() => verify('sha256', text, publicKey, signed)),
    ],
    [
      'HMAC-SHA512 of a string to sign',
      each(() => createHmac('sha512', secretKey).update(text).digest()),
    ],
    ['the canonical bodies of a payment', each(() => canonicalBodies(body))],
    [
      'the whole check of a call’s signature',
      each(() => verifySnapCall(parts, body, signature, secretKey)),
    ],
  ]
}

function each(work: () => unknown): number {
  const until = performance.now() + 500
  const started = performance.now()
  let count = 0
  while (performance.now() < until) {
    work()
    count += 1
  }
  return ((performance.now() - started) * 1_000) / count
}
