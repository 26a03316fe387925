import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatSnapTimestamp, signSnapToken } from '@gerbang/wire'
import type { Merchant } from '../../../merchants/index.ts'
import { makeRsaKeyPair } from '../../../platform/generated-keys/index.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { authenticateTokenRequest } from './authenticate-token-request.ts'

const ours = await makeRsaKeyPair()
const gateway = await makeRsaKeyPair()
const merchant = { clientId: 'MCH-1', publicKey: ours.publicKey } as Merchant
const deps = {
  merchants: { findByClientId: async (id: string) => (id === 'MCH-1' ? merchant : undefined) },
  clock: systemClock(),
  timestampWindowSeconds: 300,
  gatewayPublicKey: gateway.publicKey,
}
const timestamp = formatSnapTimestamp(new Date())
const headersOf = (clientId: string, keys = ours) => ({
  'x-client-key': clientId,
  'x-timestamp': timestamp,
  'x-signature': keys.privateKey.reveal((pem) => signSnapToken({ clientId, timestamp }, pem)),
})

test('the merchant of a right signature is found', async () => {
  assert.equal(await authenticateTokenRequest(deps, headersOf('MCH-1')), merchant)
})

test('an unknown client is refused like a wrong signature, even if the gateway itself signed', async () => {
  for (const headers of [
    headersOf('MCH-1', gateway),
    headersOf('MCH-2'),
    headersOf('MCH-2', gateway),
  ]) {
    await assert.rejects(authenticateTokenRequest(deps, headers), {
      row: 'unauthorized',
      values: { reason: 'Invalid Signature' },
    })
  }
})

test('for an unknown client a signature is verified too, so that time tells nothing', async () => {
  let verified = 0
  const counting = {
    ...deps,
    get gatewayPublicKey() {
      verified += 1
      return gateway.publicKey
    },
  }
  await assert.rejects(authenticateTokenRequest(counting, headersOf('MCH-2')))
  assert.equal(verified, 1)
  await authenticateTokenRequest(counting, headersOf('MCH-1'))
  assert.equal(verified, 1, 'a merchant has a key of his own')
})
