/**
 * KKI calls of a merchant over SNAP. Every answer that is seen is held against its schema, its
 * envelope and, of a binding or an unbinding, the seed's own document, whatever else a test asks.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { encryptCardData, snapServices } from '@gerbang/wire'
import {
  kkiBindResponse,
  kkiOtpResponse,
  kkiPayResponse,
  kkiRefundResponse,
  kkiStatusResponse,
  kkiUnbindResponse,
} from '@gerbang/wire/schemas'
import type { TSchema } from 'typebox'
import {
  accessToken,
  anotherSnapMerchant,
  callHeaders,
  noteSentSecrets,
  noteToldSecrets,
  type SnapCallOptions,
  type SnapMerchant,
  sandboxSnapMerchant,
  sendSnap,
} from '../../harness/snap.ts'
import {
  type Answer,
  control,
  createWorld,
  noteSecret,
  type World,
  type WorldOptions,
} from '../../harness/world.ts'
import { assertShape } from '../calls.ts'
import { assertEnvelope, assertSnapRefusal } from '../snap/test-door.ts'
import { assertAnswerOfSeed, isInSeed } from './seed-documents.ts'

const answers = {
  'bind-card': kkiBindResponse,
  'verify-otp': kkiOtpResponse,
  'unbind-card': kkiUnbindResponse,
  pay: kkiPayResponse,
  refund: kkiRefundResponse,
  'payment-status': kkiStatusResponse,
} as const satisfies Record<string, TSchema>

export type KkiService = keyof typeof answers
export const kkiServices = Object.keys(answers) as KkiService[]

export type KkiMerchant = SnapMerchant & { readonly world: World }

/** The gateway waits long enough for a busy machine, and not much longer for an answer that is lost. */
export async function createKkiMerchant(options: WorldOptions = {}): Promise<KkiMerchant> {
  const world = await createWorld({ config: { askDeadlineMs: 1_500 }, ...options })
  return { world, ...(await sandboxSnapMerchant(world)) }
}

export type KkiOptions = Partial<SnapCallOptions> & { readonly channel?: 'DH' | 'H2H' }

/** Calls as the merchant; a text goes as it is, anything else as compact JSON. */
export async function callKki(
  merchant: KkiMerchant,
  service: KkiService,
  body: unknown,
  options: KkiOptions = {},
): Promise<Answer> {
  const { server } = merchant.world.app
  const token = options.token ?? (await accessToken(server, merchant))
  const { path, ...sent } = signedKki(merchant, service, body, { ...options, token })
  return seenKki(service, await sendSnap(server, path, sent))
}

/** A call as it goes over the line, to whichever gateway. */
export function signedKki(
  merchant: SnapMerchant,
  service: KkiService,
  body: unknown,
  { channel, ...options }: KkiOptions & Pick<SnapCallOptions, 'token'>,
) {
  const { path } = snapServices[service]
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  noteSentSecrets(text)
  const change = channel ? { 'CHANNEL-ID': channel, ...options.change } : options.change
  const headers = callHeaders(merchant, path, text, { ...options, ...(change ? { change } : {}) })
  return { path, headers, body: text }
}

/** Holds an answer of whichever gateway against what the documents say of it. */
export function seenKki(service: KkiService, answer: Answer): Answer {
  noteToldSecrets(answer.text)
  assertEnvelope(answer)
  assert.equal(answer.body.responseCode.slice(3, 5), snapServices[service].code)
  if (isInSeed(service)) assertAnswerOfSeed(service, answer.status, answer.body)
  if (answer.status < 300) assertShape(answers[service], answer.body)
  else assert.deepEqual(Object.keys(answer.body), ['responseCode', 'responseMessage'])
  return answer
}

/** Calls for what must be answered 200. */
export async function served(
  merchant: KkiMerchant,
  service: KkiService,
  body: unknown,
  options?: KkiOptions,
) {
  const answer = await callKki(merchant, service, body, options)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

/** A refusal: the HTTP status and the case code, such as `404 11`, and its message. */
export type Refusal = readonly [code: `${number} ${number}`, message: string]

export async function refused(
  merchant: KkiMerchant,
  service: KkiService,
  body: unknown,
  [code, message]: Refusal,
  options?: KkiOptions,
): Promise<void> {
  const answer = await callKki(merchant, service, body, options)
  const [status, rest = ''] = code.split(' ')
  assertSnapRefusal(answer, Number(status), rest, snapServices[service].path, message)
}

export const mandatory = (field: string): Refusal => ['400 02', `Invalid Mandatory Field ${field}`]
export const format = (field: string): Refusal => ['400 01', `Invalid Field Format ${field}`]

/** Test data of sandbox.md. */
export const cpans = {
  bri: '9360001609987000000',
  mandiri: '9360000812345678901',
  unknown: '9360001600000000001',
  blocked: '9360001600000000002',
  fraud: '9360001600000000003',
} as const
export const otts = { right: '12345678', invalid: '00000000', expired: '11111111' } as const
export const rightOtp = '123456'
export const channel = 'KARTU_KREDIT_INDONESIA'

/** What the switch's codes are called in SNAP, to the letter (wire.md 6.6): ours, not the table's. */
export const refusalsOfSwitch: Readonly<Record<string, Refusal>> = {
  '03': ['404 08', 'Invalid Merchant'],
  '05': ['403 05', 'Do Not Honor'],
  '12': ['403 12', 'Transaction Not Permitted'],
  '13': ['404 13', 'Invalid Amount'],
  '14': ['404 11', 'Invalid Card/Account/Customer CPAN'],
  '17': ['404 04', 'Transaction Cancelled'],
  '25': ['404 01', 'Transaction Not Found'],
  '34': ['403 03', 'Suspected Fraud'],
  '51': ['403 14', 'Insufficient Funds'],
  '55': ['404 15', 'Invalid OTP'],
  '56': ['404 08', 'No Card Record'],
  '57': ['403 15', 'Transaction Not Permitted.'],
  '58': ['403 15', 'Transaction Not Permitted. To Terminal'],
  '59': ['403 03', 'Suspected Fraud'],
  '61': ['403 02', 'Exceeds Transaction Amount Limit'],
  '65': ['403 04', 'Activity Count Limit Exceeded'],
  '75': ['403 11', 'OTP Blocked'],
  '91': ['500 02', 'External Server Error'],
  '94': ['409 01', 'Duplicate partnerReferenceNo'],
  '96': ['500 02', 'External Server Error'],
  T1: ['400 02', 'Invalid OTT'],
  T2: ['403 12', 'OTT Expired'],
  T3: ['403 12', 'OTP Lifetime Expired'],
  T4: ['403 00', 'Transaction Expired'],
  // One that nobody knows.
  '77': ['403 05', 'Do Not Honor'],
}

export const refusals = {
  conflict: ['409 00', 'Conflict'],
  duplicate: ['409 01', 'Duplicate partnerReferenceNo'],
  notFound: ['404 01', 'Transaction Not Found'],
  token: ['404 11', 'Invalid Card/Account/Customer bankCardToken'],
  cpan: ['404 11', 'Invalid Card/Account/Customer CPAN'],
  amount: ['404 13', 'Invalid Amount'],
  notAllowed: ['405 01', 'Requested Opearation Is Not Allowed'],
  state: ['404 00', 'Invalid Transaction Status'],
} as const satisfies Record<string, Refusal>

let last = 0

/** A number that no other test of this process uses: letters and digits only. */
export function newReference(prefix = 'KKI'): string {
  last += 1
  return `${prefix}x${process.pid}x${last}`
}

/** `cardData` of a card, or of a text. */
export function cardData(card: object | string, secretKey: string): string {
  const plain = typeof card === 'string' ? card : JSON.stringify(card)
  for (const [digits] of plain.matchAll(/(?<!\d)\d{16,20}(?!\d)/g))
    noteSecret('card-number', digits)
  noteSecret('password', /"ot[pt]"\s*:\s*"?(\d{8})/.exec(plain)?.[1] ?? '')
  return encryptCardData(plain, secretKey, randomBytes(16))
}

type Wish = { readonly cpan?: string; readonly ott?: string; readonly customer?: string }

/** A right body of a binding. */
export function bindBody({ secretKey }: SnapMerchant, wish: Wish = {}) {
  const { cpan = cpans.bri, ott } = wish
  return {
    partnerReferenceNo: newReference('BIND'),
    cardData: cardData({ bankCardNo: cpan, ...(ott === undefined ? {} : { otp: ott }) }, secretKey),
    custIdMerchant: wish.customer ?? newReference('CUST'),
    phoneNo: '6281234567890',
    additionalInfo: {
      channel,
      successRegistrationUrl: 'https://www.merchant.com/bound?order=1',
      failedRegistrationUrl: 'https://www.merchant.com/not-bound',
    },
  }
}

/** A right body of a payment by CPAN and OTT. */
export function payBody(wish: Wish & { readonly value?: string } = {}) {
  const { cpan = cpans.bri, ott = otts.right } = wish
  return {
    partnerReferenceNo: newReference('INV'),
    chargeToken: cpan,
    otp: ott,
    amount: amount(wish.value),
    additionalInfo: { channel },
  }
}

/** A right body of a payment by a bound card. */
export function payByTokenBody(bankCardToken: string, value?: string) {
  return {
    partnerReferenceNo: newReference('INV'),
    bankCardToken,
    amount: amount(value),
    additionalInfo: { channel },
  }
}

export function refundBody(partnerReferenceNo: string, value?: string) {
  return {
    originalPartnerReferenceNo: partnerReferenceNo,
    partnerRefundNo: newReference('REF'),
    refundAmount: amount(value),
    reason: 'Request by Customer',
    additionalInfo: { channel },
  }
}

export const amount = (value = '11500.00') => ({ value, currency: 'IDR' })

export const unbindBody = (bankCardToken: string) => ({
  tokenId: bankCardToken,
  additionalInfo: { channelId: channel },
})

/** Begins a binding whose one-time password the merchant asks for; the answer. */
export function begin(merchant: KkiMerchant, wish: Wish = {}) {
  return served(merchant, 'bind-card', bindBody(merchant, wish), { channel: 'H2H' })
}

/** A bound card. */
export async function bound(merchant: KkiMerchant, wish: Wish = {}) {
  const { additionalInfo } = await begin(merchant, wish)
  const { authCode, custIdMerchant } = additionalInfo
  const verified = await served(merchant, 'verify-otp', { otp: rightOtp, authCode })
  const bankCardToken: string = verified.bankCardToken
  return { bankCardToken, authCode: String(authCode), custIdMerchant: String(custIdMerchant) }
}

/** A copy of a body with the member at a path changed; undefined takes it away. */
export function changed(body: object, path: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(body) as Record<string, unknown>
  const names = path.split('.')
  const last = names.pop() ?? ''
  let at = copy
  for (const name of names) {
    at[name] ??= {}
    at = at[name] as Record<string, unknown>
  }
  at[last] = value
  return copy
}

/** Lets time pass, and what falls due happen. */
export async function advance({ world }: KkiMerchant, advanceMs: number): Promise<void> {
  const answer = await control(world, 'POST', '/sandbox/clock', { advanceMs })
  assert.equal(answer.status, 200, answer.text)
}

/** Another merchant of the same gateway. */
export async function anotherKkiMerchant({ world }: KkiMerchant): Promise<KkiMerchant> {
  return { world, ...(await anotherSnapMerchant(world)) }
}

/** A merchant without an account at the switch. */
export async function merchantWithoutKki(of: KkiMerchant): Promise<KkiMerchant> {
  const merchant = await anotherKkiMerchant(of)
  const { database } = of.world
  await database`
    update merchants set acquirer_accounts = '[]' where client_id = ${merchant.clientId}`
  return merchant
}
