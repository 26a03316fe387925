/** What an authentication is good for: one charge of the same amount, card and merchant. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  authenticated,
  cards,
  chargeBody,
  checkBody,
  createWorld,
  newInvoice,
} from '../../harness/world.ts'
import {
  advance,
  anotherMerchant,
  answerChallenge,
  assertRefused,
  charge,
  check,
  messagesOf,
  parameter,
  refusals,
} from '../calls.ts'

const world = await createWorld()
const redirectOf = async (url: string) => {
  const page = await world.app.server.inject({ method: 'GET', url: new URL(url).pathname })
  return { status: page.statusCode, location: page.headers.location }
}

async function checked(change: { number?: string; amount?: number; invoice?: string } = {}) {
  const invoice = change.invoice ?? newInvoice()
  const body = checkBody({ ...change, invoice })
  const answer = await check(world, body)
  assert.equal(answer.status, 200, answer.text)
  const { authentication_id: authenticationId, authentication_url: url } = answer.body.three_dsecure
  return { answer, invoice, authenticationId, url, callbacks: body.three_dsecure }
}

for (const [status, number] of [
  ['N', cards.notAuthenticated],
  ['U', cards.unavailable],
  ['R', cards.rejected],
] as const) {
  test(`authentication failed by ${status}: check answers a URL that leads to the failed page`, async () => {
    const { answer, url, invoice, authenticationId, callbacks } = await checked({ number })
    assert.equal(answer.body.three_dsecure.enrollment_status, true)
    assert.deepEqual(await redirectOf(url), {
      status: 303,
      location: callbacks.callback_url_failed,
    })
    const body = chargeBody({ number, invoice, authenticationId })
    assertRefused(await charge(world, body), refusals.authenticationId)
    assert.deepEqual(await messagesOf(world, invoice), [])
  })
}

for (const [how, forms] of [
  ['the third wrong password', ['otp=000000', 'otp=1', 'otp=']],
  ['giving up', ['cancel=cancel']],
] as const) {
  test(`${how} fails the authentication, and the right password comes too late`, async () => {
    const number = cards.challenge
    const { url, invoice, authenticationId, callbacks } = await checked({ number })
    const pages = []
    for (const form of forms) pages.push(await answerChallenge(world, url, form))
    assert.equal(pages.at(-1)?.statusCode, 303)
    assert.equal(pages.at(-1)?.headers.location, callbacks.callback_url_failed)
    const late = await answerChallenge(world, url, 'otp=123456')
    assert.equal(late.headers.location, callbacks.callback_url_failed)
    const body = chargeBody({ number, invoice, authenticationId })
    assertRefused(await charge(world, body), refusals.authenticationId)
  })
}

test('two wrong passwords are forgiven', async () => {
  const number = cards.challengeVisa
  const { url, invoice, authenticationId, callbacks } = await checked({ number })
  for (const form of ['otp=000000', 'otp=111111']) {
    assert.equal((await answerChallenge(world, url, form)).statusCode, 200)
  }
  const passed = await answerChallenge(world, url, 'otp=123456')
  assert.equal(passed.headers.location, callbacks.callback_url_success)
  const answer = await charge(world, chargeBody({ number, invoice, authenticationId }))
  assert.equal(answer.body.payment.status, 'SUCCESS')
})

test('a card that is not enrolled gets no URL, and the charge goes on', async () => {
  const number = cards.notEnrolled
  const { answer, invoice, authenticationId } = await checked({ number })
  assert.deepEqual(answer.body.three_dsecure, {
    enrollment_status: false,
    authentication_id: authenticationId,
  })
  const paid = await charge(world, chargeBody({ number, invoice, authenticationId }))
  assert.deepEqual([paid.body.payment.status, paid.body.payment.eci], ['SUCCESS', '07'])
})

for (const number of [cards.frictionless, cards.attempted]) {
  test(`${number.slice(-4)} is finished when check answers; its URL leads on at once`, async () => {
    const { url, callbacks, authenticationId, answer } = await checked({ number })
    assert.match(authenticationId, /^[0-9a-f]{64}$/)
    assert.match(answer.body.three_dsecure.three_ds_version, /^2\.\d(\.\d)?$/)
    assert.deepEqual(await redirectOf(url), {
      status: 303,
      location: callbacks.callback_url_success,
    })
  })
}

test('a charge by authentication id alone takes the card of the check, with a CVV or without', async () => {
  for (const card of [undefined, null, {}, { cvv: '917' }]) {
    const { invoice, authenticationId } = await checked()
    const { card: _, ...body } = chargeBody({ invoice, authenticationId })
    const answer = await charge(world, card === undefined ? body : { ...body, card })
    assert.equal(answer.body.payment?.status, 'SUCCESS', answer.text)
    assert.equal(answer.body.card.masked, '411111******1111')
  }
})

const refusedIds: readonly (readonly [string, (id: string) => unknown])[] = [
  ['upper case', (id) => id.toUpperCase()],
  ['63 digits', (id) => id.slice(1)],
  ['65 digits', (id) => `${id}0`],
  ['another alphabet', (id) => id.replace(/.$/, 'g')],
  ['white space around it', (id) => ` ${id} `],
  ['a number', () => 7],
  ['an object', () => ({})],
]
for (const [what, write] of refusedIds) {
  test(`an authentication id of ${what} is malformed`, async () => {
    const { invoice, authenticationId } = await checked()
    const body = {
      ...chargeBody({ invoice }),
      three_dsecure: { authentication_id: write(authenticationId) },
    }
    assertRefused(await charge(world, body), parameter('Invalid AuthenticationId.'))
  })
}

test('a SALE of a 3-D Secure merchant needs an authentication id', async () => {
  for (const three_dsecure of [
    undefined,
    null,
    {},
    { authentication_id: null },
    { authentication_id: '' },
  ]) {
    const body = { ...chargeBody({}), three_dsecure }
    assertRefused(await charge(world, body), refusals.authenticationId)
    assert.deepEqual(await messagesOf(world, body.order.invoice_number), [])
  }
})

test('an authentication is refused for another amount, card or merchant, and stays good', async () => {
  const { invoice, authenticationId } = await checked()
  const merchant = await anotherMerchant(world)
  const lax = await anotherMerchant(world, { threeDSecure: false })
  const right = { invoice, authenticationId }
  const attempts = [
    charge(world, chargeBody({ ...right, amount: 89_999 })),
    charge(world, chargeBody({ ...right, number: cards.frictionlessMaster })),
    charge(world, chargeBody(right), merchant),
    charge(world, chargeBody(right), lax),
    charge(world, { ...chargeBody(right), card: undefined }, merchant),
  ]
  for (const answer of await Promise.all(attempts)) assertRefused(answer, refusals.authenticationId)
  assert.deepEqual(await messagesOf(world, invoice), [])
  assert.equal((await charge(world, chargeBody(right))).body.payment.status, 'SUCCESS')
})

test('an authentication serves one charge, whether it was approved or declined', async () => {
  for (const amount of [90_000, 19_051]) {
    const { authenticationId } = await checked({ amount })
    const first = await charge(world, chargeBody({ amount, authenticationId }))
    assert.equal(first.status, 200)
    const again = chargeBody({ amount, authenticationId })
    assertRefused(await charge(world, again), refusals.authenticationId)
    assertRefused(await charge(world, { ...again, card: undefined }), refusals.authenticationId)
    assert.deepEqual(await messagesOf(world, again.order.invoice_number), [])
  }
})

test('of many charges with one authentication, one is served', async () => {
  const { authenticationId } = await checked()
  const bodies = Array.from({ length: 6 }, () => chargeBody({ authenticationId }))
  const answers = await Promise.all(bodies.map((body) => charge(world, body)))
  const refused = answers.filter(({ status }) => status !== 200)
  assert.equal(refused.length, 5)
  for (const answer of refused) assertRefused(answer, refusals.authenticationId)
})

test('an authentication lives 15 minutes', async () => {
  const [early, late] = [await checked(), await checked()]
  const open = await checked({ number: cards.challenge })
  await advance(world, 14.9 / 60)
  assert.equal((await charge(world, chargeBody(early))).body.payment.status, 'SUCCESS')
  await advance(world, 0.2 / 60)
  assertRefused(await charge(world, chargeBody(late)), refusals.authenticationId)
  const page = await answerChallenge(world, open.url, 'otp=123456')
  assert.equal(page.headers.location, open.callbacks.callback_url_failed)
  const body = chargeBody({ ...open, number: cards.challenge })
  assertRefused(await charge(world, body), refusals.authenticationId)
})

test('a merchant without 3-D Secure charges without an authentication id', async () => {
  const merchant = await anotherMerchant(world, { threeDSecure: false })
  const answer = await charge(world, chargeBody({}), merchant)
  assert.deepEqual([answer.body.payment.status, answer.body.payment.eci], ['SUCCESS', ''])
  assert.equal(answer.body.three_dsecure, undefined)
  const withoutCard = { ...chargeBody({}), card: undefined }
  assertRefused(await charge(world, withoutCard, merchant), parameter('card.number is required'))
})

test('an unfinished authentication of another merchant opens nothing by its page', async () => {
  const unknown = await redirectOf(`http://127.0.0.1/three-d-secure/challenges/${'0'.repeat(32)}`)
  assert.equal(unknown.status, 404)
  const authenticationId = await authenticated(world)
  assert.equal(
    (await redirectOf(`http://h/three-d-secure/challenges/${authenticationId}`)).status,
    404,
  )
})
