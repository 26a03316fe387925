import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { test } from 'node:test'
import { makeRsaKeyPair } from '../platform/generated-keys/index.ts'
import { systemClock } from '../primitives/clock.ts'
import { createAccessTokens } from './index.ts'

const keys = await makeRsaKeyPair()
let real = new Date('2026-09-21T03:30:00.500Z')
let offsetMs = 0
const clock = {
  ...systemClock(),
  realNow: () => real,
  now: () => new Date(real.getTime() + offsetMs),
}
const tokens = createAccessTokens({ keys, clock })
const clientId = 'MCH-1'
const at = (text: string, offset = 0) => {
  real = new Date(text)
  offsetMs = offset
}

test('a token names its client and customer, for its use, until it expires', async () => {
  at('2026-09-21T03:30:00.500Z')
  const { token, expiresAt } = await tokens.issue('b2b2c', { clientId, customerId: 'C1' })
  assert.equal(expiresAt.toISOString(), '2026-09-21T03:45:00.000Z')
  const holder = { clientId, customerId: 'C1' }
  assert.deepEqual(tokens.verify('b2b2c', clientId, token), holder)
  assert.equal(tokens.verify('b2b', clientId, token), undefined)
  assert.equal(tokens.verify('b2b2c-refresh', clientId, token), undefined)
  assert.equal(tokens.verify('b2b2c', 'MCH-2', token), undefined)
  at('2026-09-21T03:44:59.999Z')
  assert.deepEqual(tokens.verify('b2b2c', clientId, token), holder)
  at('2026-09-21T03:45:00.000Z')
  assert.equal(tokens.verify('b2b2c', clientId, token), undefined)
})

test('a business clock that moves on ends a token; one that is set back does not prolong it', async () => {
  at('2026-09-21T03:30:00Z', 3_600_000)
  const { token } = await tokens.issue('b2b', { clientId })
  at('2026-09-21T03:31:00Z', 3_600_000 + 830_000)
  assert.ok(tokens.verify('b2b', clientId, token))
  at('2026-09-21T03:31:00Z', 3_600_000 + 840_000)
  assert.equal(tokens.verify('b2b', clientId, token), undefined)
  at('2026-09-21T03:45:00Z')
  assert.equal(tokens.verify('b2b', clientId, token), undefined)
})

test('another process with the same keys takes the token, one with other keys does not', async () => {
  at('2026-09-21T03:30:00Z')
  const { token } = await tokens.issue('b2b', { clientId })
  assert.ok(createAccessTokens({ keys, clock }).verify('b2b', clientId, token))
  const foreign = createAccessTokens({ keys: await makeRsaKeyPair(), clock })
  assert.equal(foreign.verify('b2b', clientId, token), undefined)
})

test('only our own header is a header, even under a right signature', async () => {
  at('2026-09-21T03:30:00Z')
  const { token } = await tokens.issue('b2b', { clientId })
  const [, payload = ''] = token.split('.')
  for (const header of [
    '{"typ":"JWT","alg":"RS256"}',
    '{"alg":"none"}',
    '{"alg":"HS256","typ":"JWT"}',
  ]) {
    const text = `${Buffer.from(header).toString('base64url')}.${payload}`
    const signature = keys.privateKey.reveal((pem) => sign('sha256', Buffer.from(text), pem))
    const forged = `${text}.${signature.toString('base64url')}`
    assert.equal(tokens.verify('b2b', clientId, forged), undefined, header)
  }
})

test('what is no token is refused, and never throws', () => {
  for (const text of ['', '.', '..', '...', 'a.b.c', 'é.é.é', 'x'.repeat(100_000)]) {
    assert.equal(tokens.verify('b2b', clientId, text), undefined, text)
  }
})
