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

test('an unknown client costs as much time as a wrong signature', async () => {
  const wrong = { ...headersOf('MCH-1', gateway) }
  const unknown = { ...wrong, 'x-client-key': 'MCH-2' }
  const times: Record<'wrong' | 'unknown', number[]> = { wrong: [], unknown: [] }
  for (let i = 0; i < 600; i++) {
    for (const [name, headers] of Object.entries({ wrong, unknown })) {
      const begun = process.hrtime.bigint()
      await authenticateTokenRequest(deps, headers).catch(() => {})
      times[name as keyof typeof times].push(Number(process.hrtime.bigint() - begun))
    }
  }
  const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0
  const ratio = median(times.unknown) / median(times.wrong)
  // Without the work on another key it is about 0.5.
  assert.ok(ratio > 0.7 && ratio < 1.5, `${ratio}`)
})
