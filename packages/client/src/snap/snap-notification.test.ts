/** Which SNAP notifications a merchant's endpoint believes, and what it answers. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { formatSnapTimestamp, type KkiNotification, signSnapCall } from '@gerbang/wire'
import { kkiNotificationAnswer } from '@gerbang/wire/schemas'
import { Value } from 'typebox/value'
import {
  createMerchantTokens,
  type SnapNotificationToVerify,
  signSnapNotificationForTest,
  verifySnapNotification,
} from '../index.ts'

const clientId = 'MCH-0001-10791114622547'
const secretKey = 'SK-exampleSecretKey00001'
const path = '/v1.0/debit/notify'
const keys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const settings = { clientId, gatewayPublicKey: keys().publicKey, privateKey: keys().privateKey }
const tokens = createMerchantTokens(settings)

const notification: KkiNotification = {
  originalPartnerReferenceNo: 'INV-0001',
  originalReferenceNo: 'ref_1',
  originalExternalId: '1',
  latestTransactionStatus: '00',
  transactionStatusDesc: 'Success',
  amount: { value: '11500.00', currency: 'IDR' },
  additionalInfo: {
    channel: 'KARTU_KREDIT_INDONESIA',
    channelId: 'KARTU_KREDIT_INDONESIA',
    acquirerId: 'ALTO',
    accountType: 'DIRECT_DEBIT',
  },
}
const toSign = { notification, path, clientId, secretKey, tokens }

function verify(change: Partial<SnapNotificationToVerify> = {}) {
  return verifySnapNotification({
    ...signSnapNotificationForTest({ ...toSign, externalId: 'told-1' }),
    path,
    secretKey,
    tokens,
    clientId,
    ...change,
  })
}

test('the gateway’s notification is believed, and answered 2005600', () => {
  const verified = verify()
  assert.ok(verified.ok)
  assert.deepEqual(verified.notification, notification)
  assert.equal(verified.externalId, 'told-1')
  assert.equal(verified.answer.status, 200)
  assert.deepEqual(verified.answer.body, {
    responseCode: '2005600',
    responseMessage: 'Successful',
  })
  assert.deepEqual([...Value.Errors(kkiNotificationAnswer, verified.answer.body)], [])
})

test('a body that was pretty-printed on the way means the same, as for the gateway itself', () => {
  const { headers, body } = signSnapNotificationForTest(toSign)
  const pretty = JSON.stringify(JSON.parse(body), null, 2)
  assert.ok(verify({ headers, body: pretty }).ok)
  assert.ok(verify({ headers, body: Buffer.from(pretty) }).ok)
})

test('the path may be signed with its query or without', () => {
  const asked = `${path}?shop=1`
  assert.ok(verify({ path: asked }).ok)
  assert.ok(verify({ ...signSnapNotificationForTest({ ...toSign, path: asked }), path: asked }).ok)
})

function withHeader(name: string, value: string | undefined) {
  const { headers, body } = signSnapNotificationForTest(toSign)
  return { headers: { ...headers, [name]: value }, body }
}
const old = new Date(Date.now() - 301_000)
const otherTokens = createMerchantTokens({ ...settings, privateKey: keys().privateKey })

/** Signed rightly, whatever the text is. */
function signedText(body: string) {
  const timestamp = formatSnapTimestamp(new Date())
  const accessToken = tokens.issue()
  const parts = { method: 'POST', path, accessToken, timestamp }
  const headers = {
    'X-PARTNER-ID': clientId,
    'X-EXTERNAL-ID': 'told-1',
    'X-TIMESTAMP': timestamp,
    'X-SIGNATURE': signSnapCall(parts, body, secretKey),
    Authorization: `Bearer ${accessToken}`,
  }
  return { headers, body }
}

const refusals: Record<string, [Partial<SnapNotificationToVerify>, string, string]> = {
  'without a token': [withHeader('Authorization', undefined), 'missing-header', '4005600'],
  'without a signature': [withHeader('X-SIGNATURE', undefined), 'missing-header', '4005600'],
  'without an X-EXTERNAL-ID': [withHeader('X-EXTERNAL-ID', undefined), 'missing-header', '4005600'],
  'for another merchant': [withHeader('X-PARTNER-ID', 'MCH-2'), 'other-client-id', '4015600'],
  'with a token that is none': [withHeader('Authorization', 'Bearer x'), 'wrong-token', '4015601'],
  'with another merchant’s token': [
    signSnapNotificationForTest({ ...toSign, tokens: otherTokens }),
    'wrong-token',
    '4015601',
  ],
  'with a token other than the signed one': [
    withHeader(
      'Authorization',
      `Bearer ${createMerchantTokens({ ...settings, lifetimeSeconds: 60 }).issue()}`,
    ),
    'wrong-signature',
    '4015600',
  ],
  'with another secret': [
    signSnapNotificationForTest({ ...toSign, secretKey: 'SK-another' }),
    'wrong-signature',
    '4015600',
  ],
  'with another body': [
    { body: JSON.stringify(notification).replace('00', '06') },
    'wrong-signature',
    '4015600',
  ],
  'to another path': [{ path: '/elsewhere' }, 'wrong-signature', '4015600'],
  'with a signature that is none': [withHeader('X-SIGNATURE', 'x'), 'wrong-signature', '4015600'],
  'of another time than the signed one': [
    withHeader('X-TIMESTAMP', formatSnapTimestamp(new Date(Date.now() + 5_000))),
    'wrong-signature',
    '4015600',
  ],
  'that is old': [
    signSnapNotificationForTest({ ...toSign, now: () => old }),
    'outside-tolerance',
    '4015600',
  ],
  'whose body is no JSON': [signedText('<p>'), 'malformed-body', '4005600'],
  'whose body says nothing': [signedText('{}'), 'malformed-body', '4005600'],
}
for (const [what, [change, reason, responseCode]] of Object.entries(refusals)) {
  test(`a notification ${what} is refused: ${reason}`, () => {
    const verified = verify(change)
    assert.ok(!verified.ok)
    assert.equal(verified.reason, reason)
    assert.equal(verified.answer.body.responseCode, responseCode)
    assert.equal(verified.answer.status, Number(responseCode.slice(0, 3)))
  })
}

test('the check of the time can be changed, or switched off', () => {
  const signed = signSnapNotificationForTest({ ...toSign, now: () => old })
  assert.ok(verify({ ...signed, toleranceSeconds: 310 }).ok)
  assert.ok(verify({ ...signed, toleranceSeconds: Number.POSITIVE_INFINITY }).ok)
  assert.ok(!verify({ toleranceSeconds: Number.NaN }).ok)
})
