/**
 * One battery over the KKI calls: a right body with one member changed to something that nobody sends,
 * gone, or beside a hostile one, is served or refused in the envelope, and is no defect.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessToken } from '../../harness/snap.ts'
import {
  bindBody,
  bound,
  callKki,
  createKkiMerchant,
  type KkiService,
  kkiServices,
  payBody,
  refundBody,
  rightOtp,
  served,
  unbindBody,
} from './calls.ts'

const merchant = await createKkiMerchant()
const { world } = merchant
const token = await accessToken(world.app.server, merchant)
const { bankCardToken } = await bound(merchant)
const paid = payBody()
await served(merchant, 'pay', paid)

const rightBodies: Readonly<Record<KkiService, () => object>> = {
  'bind-card': () => ({ ...bindBody(merchant), journeyId: 'x' }),
  'verify-otp': () => ({
    otp: rightOtp,
    authCode: 'x',
    originalReferenceNo: 'x',
    originalPartnerReferenceNo: 'x',
    additionalInfo: { channel: 'KARTU_KREDIT_INDONESIA', authCode: 'x', bankCardToken },
  }),
  'unbind-card': () => unbindBody('x'.repeat(32)),
  pay: () => ({
    ...payBody(),
    bankCardToken,
    additionalInfo: {
      ...payBody().additionalInfo,
      isBindAndPay: 'true',
      customer: { customerId: 'CUST1', customerName: 'Budi', postalCode: 12345 },
      lineItems: [{ name: 'Kopi', price: '1.00', quantity: '1' }],
      deviceId: 'x',
      originalRequestId: 'x',
    },
  }),
  refund: () => ({
    ...refundBody(paid.partnerReferenceNo, '0.01'),
    originalReferenceNo: '',
    originalExternalId: '',
  }),
  'payment-status': () => ({
    originalPartnerReferenceNo: paid.partnerReferenceNo,
    originalReferenceNo: '',
    originalExternalId: '',
    serviceCode: '55',
    additionalInfo: { deviceId: '' },
  }),
}

/** Values that no member is made for, as JSON. */
const odd = [
  'null',
  '""',
  '" "',
  '[]',
  '[null]',
  '{}',
  '{"__proto__":{"value":1}}',
  'true',
  '0',
  '-1',
  '1e400',
  '1E-99999',
  '9'.repeat(400),
  `"${'x'.repeat(30_000)}"`,
  '"__proto__"',
  '"constructor"',
  '"\\u0001\\r\\n\\uffff"',
  '"\u0665\u202e\ud83d\ude00"',
  `"' or 1=1 --"`,
  '"%00../"',
]

type Path = readonly string[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inside = Object.entries(value).flatMap(([name, it]) => pathsOf(it, [...path, name]))
  return path.length > 0 ? [path, ...inside] : inside
}

const hole = '\ufffc'

/** The body with a text of JSON in the place of the member, or beside it. */
function withText(body: object, path: Path, text: string | undefined): string {
  const copy = structuredClone(body) as Record<string, unknown>
  const parent = path.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, copy)
  parent[path.at(-1) ?? ''] = text === undefined ? undefined : hole
  return JSON.stringify(copy).replace(`"${hole}"`, () => text ?? '')
}

const beside = '1,"__proto__":{"x":1},"constructor":{"prototype":1}'

for (const service of kkiServices) {
  test(`${service}: whatever a member is, the answer is no defect`, async () => {
    const right = rightBodies[service]
    for (const path of pathsOf(right())) {
      for (const text of [undefined, beside, ...odd]) {
        const body = withText(right(), path, text)
        const { status, body: answer } = await callKki(merchant, service, body, { token })
        const what = `${path.join('.')}: ${text?.slice(0, 40)}`
        assert.ok(status < 500, `${what} is answered ${answer.responseCode}`)
      }
    }
    const crashes = world.logLines.filter((line) => line.includes('request crashed'))
    assert.deepEqual(crashes, [])
  })
}
