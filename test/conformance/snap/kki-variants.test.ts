/** Headers, ids and members as real clients send them (wire.md 11.1), on every call of KKI. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { parseSnapTimestamp } from '@gerbang/wire'
import {
  kkiBindRequest,
  kkiOtpRequest,
  kkiPayRequest,
  kkiRefundRequest,
  kkiStatusRequest,
  kkiUnbindRequest,
} from '@gerbang/wire/schemas'
import type { TSchema } from 'typebox'
import {
  accessToken,
  type Headers,
  sendSnap,
  snapNow,
  snapPaths,
  tokenHeaders,
} from '../../harness/snap.ts'
import {
  bound,
  callKki,
  createKkiMerchant,
  format,
  type KkiService,
  kkiServices,
  type Refusal,
  refusals,
  refused,
  served,
} from '../kki/calls.ts'
import { liveThrough } from './whole-life.ts'

const merchant = await createKkiMerchant()
const { server } = merchant.world.app
const token = await accessToken(server, merchant)

const inUtc = (zone: string) => snapNow(-7 * 3_600_000).replace('+07:00', zone)
for (const timestamp of [
  snapNow(),
  inUtc('Z'),
  inUtc('+00:00'),
  inUtc('-00:00'),
  inUtc('.000Z'),
  snapNow().replace('+', '.123+'),
]) {
  test(`X-TIMESTAMP may be written ${timestamp}`, async () => {
    await liveThrough(merchant, { options: { token, timestamp } })
  })
}

test('a malformed X-TIMESTAMP is refused by every call', async () => {
  for (const timestamp of [snapNow().replace('+07:00', '+5.5:30'), String(Date.now())]) {
    for (const service of kkiServices) {
      await refused(merchant, service, {}, format('X-TIMESTAMP'), { token, timestamp })
    }
  }
})

for (const externalId of [
  String(Math.floor(Date.now() / 1_000)),
  String(Date.now()),
  '12345678901234567890',
  '12345678901234567890123456',
  randomUUID(),
  `${randomUUID()}-${Date.now()}`,
  `${'0f'.repeat(16)}${snapNow()}`,
]) {
  test(`an X-EXTERNAL-ID of ${externalId.length} characters serves each call once`, async () => {
    const options = { token, externalId }
    const { partnerReferenceNo } = await liveThrough(merchant, { options })
    for (const service of kkiServices.filter((name) => name !== 'payment-status')) {
      await refused(merchant, service, {}, refusals.conflict, options)
    }
    const name = { originalExternalId: externalId, serviceCode: '55' }
    const status = await served(merchant, 'payment-status', name, options)
    assert.equal(status.originalPartnerReferenceNo, partnerReferenceNo)
  })
}

const channels: readonly (readonly [Headers, hasPage: boolean])[] = [
  [{}, true],
  [{ 'CHANNEL-ID': '' }, true],
  [{ 'CHANNEL-ID': 'DH', 'X-CHANNEL-ID': 'DH' }, true],
  [{ 'CHANNEL-ID': 'SDK' }, true],
  [{ 'X-CHANNEL-ID': 'H2H' }, true],
  [{ 'CHANNEL-ID': 'H2H', 'X-CHANNEL-ID': 'DH' }, false],
  [{ 'CHANNEL-ID': 'h2h' }, false],
]
for (const [change, hasPage] of channels) {
  const page = hasPage ? 'a page' : 'no page'
  test(`calls with ${JSON.stringify(change)} are served, a binding with ${page}`, async () => {
    const { binding } = await liveThrough(merchant, { options: { token, change } })
    assert.equal(binding.redirectUrl !== undefined, hasPage)
  })
}

test('X-IP-ADDRESS and X-DEVICE-ID may be anything', async () => {
  for (const value of ['', '127.0.0.1', '::1', 'x'.repeat(500), "' or 1=1 --"]) {
    const change = { 'X-IP-ADDRESS': value, 'X-DEVICE-ID': value }
    await liveThrough(merchant, { options: { token, change } })
  }
})

/** Buys a token of the customer whose card was bound. */
const customerTokens = (authCode: string, more: object = {}, timestamp = snapNow()) => {
  const headers = tokenHeaders(merchant, { timestamp })
  const body = { grantType: 'authorization_code', authCode, ...more }
  return () => sendSnap(server, snapPaths.b2b2c, { headers, body })
}

test('a customer token may be asked for twice at once, again, and seven seconds late', async () => {
  const { authCode } = await bound(merchant)
  const ask = customerTokens(authCode)
  const answers = [...(await Promise.all([ask(), ask()])), await ask()]
  answers.push(await customerTokens(authCode, {}, snapNow(-7_000))())
  for (const { status, body } of answers) {
    assert.equal(status, 200)
    assert.ok(parseSnapTimestamp(body.accessTokenExpiryTime))
  }
  for (const additionalInfo of [[], '', null, { a: 1 }]) {
    const more = { additionalInfo, refreshToken: '', unknown: [] }
    assert.equal((await customerTokens(authCode, more)()).status, 200)
  }
})

test('Authorization-Customer is optional, with or without Bearer; a wrong one is refused', async () => {
  const { authCode } = await bound(merchant)
  const { accessToken: customer } = (await customerTokens(authCode)()).body
  const withCustomer = (value: string) => ({ token, change: { 'Authorization-Customer': value } })
  for (const value of ['', 'Bearer ', customer, `Bearer ${customer}`, `bearer ${customer}`]) {
    await liveThrough(merchant, { options: withCustomer(value) })
  }
  const invalid: Refusal = ['401 02', 'Invalid Customer Token']
  for (const value of ['x', token, `Bearer ${token}`, `${customer}x`]) {
    for (const service of kkiServices) {
      await refused(merchant, service, {}, invalid, withCustomer(value))
    }
  }
})

const requests: Readonly<Record<KkiService, TSchema>> = {
  'bind-card': kkiBindRequest,
  'verify-otp': kkiOtpRequest,
  'unbind-card': kkiUnbindRequest,
  pay: kkiPayRequest,
  refund: kkiRefundRequest,
  'payment-status': kkiStatusRequest,
}

/** The body with every other member that its schema knows, all of them absent in this way. */
function filled(body: object, schema: TSchema, absent: null | ''): object {
  const properties = 'properties' in schema ? (schema.properties as Record<string, TSchema>) : {}
  const nothing = Object.keys(properties).map((name) => [name, absent])
  const given = Object.entries(body).map(([name, value]) => {
    const inner = properties[name]
    const isObject = typeof value === 'object' && inner !== undefined
    return [name, isObject ? filled(value, inner, absent) : value]
  })
  return Object.fromEntries([...nothing, ...given])
}

for (const absent of [null, ''] as const) {
  test(`members that are ${JSON.stringify(absent)} are absent`, async () => {
    let payment = ''
    await liveThrough(merchant, {
      write: (body, service) => {
        const sent = JSON.stringify(filled(body, requests[service], absent))
        if (service === 'pay') payment = sent
        return { sent }
      },
      options: { token },
    })
    const { chargeToken, otp, additionalInfo } = JSON.parse(payment)
    const { customer, isBindAndPay, lineItems } = additionalInfo
    const all = [chargeToken, otp, customer, isBindAndPay, lineItems]
    assert.deepEqual(all, Array(5).fill(absent))
  })
}

test('numbers may be written for texts of digits, to the last sen', async () => {
  const numbers = /"([1-9]\d*(?:\.\d+)?)"/g
  const sent: string[] = []
  await liveThrough(merchant, {
    write: (body) => {
      const text = JSON.stringify(body).replace(numbers, '$1')
      sent.push(text)
      return { sent: text }
    },
    options: { token },
  })
  const all = sent.join()
  for (const member of ['phoneNo', 'otp', 'value', 'serviceCode']) {
    assert.match(all, new RegExp(`"${member}":\\d`))
    assert.doesNotMatch(all, new RegExp(`"${member}":"`))
  }
})

test('unknown members are ignored, wherever they stand', async () => {
  const unknown = {
    origin: { product: 'SDK', source: 'NODE JS', system: 'doku-nodejs-library' },
    invoice_number: 'INV-1',
    payOptionDetails: [{ payMethod: 'BALANCE', transAmount: null }],
    feeType: 'OUR',
    'ünknown 🙂': [1, { a: [] }],
  }
  await liveThrough(merchant, {
    write: (body) => {
      const inside = 'additionalInfo' in body ? (body.additionalInfo as object) : {}
      return {
        sent: JSON.stringify({ ...unknown, ...body, additionalInfo: { ...unknown, ...inside } }),
      }
    },
    options: { token },
  })
})

test('the same access-token request twice at once gives two tokens that call', async () => {
  const headers = tokenHeaders(merchant)
  const body = { grantType: 'client_credentials', additionalInfo: [] }
  const ask = () => sendSnap(server, snapPaths.b2b, { headers, body })
  for (const answer of await Promise.all([ask(), ask()])) {
    const name = { originalPartnerReferenceNo: 'nobody', serviceCode: '55' }
    const options = { token: answer.body.accessToken }
    const { status } = await callKki(merchant, 'payment-status', name, options)
    assert.equal(status, 404)
  }
})
