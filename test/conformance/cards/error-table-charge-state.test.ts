/** The charge rows of the seed's error table that need a story: what was done before. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
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
  answerChallenge,
  assertRefused,
  charge,
  check,
  messagesOf,
  orderStatus,
  refusals,
} from '../calls.ts'
import { chargeRows, rowOf } from './error-table.ts'

const world = await createWorld()
const row = (explanation: string) => rowOf(chargeRows, explanation)
const titled = (explanation: string, addition = '') =>
  `charge: ${row(explanation).message} (${explanation})${addition}`

/** A body that can be charged, of an invoice of its own. */
async function chargeable(
  change: { amount?: number; number?: string; invoice?: string } = {},
  where = world,
) {
  const invoice = change.invoice ?? newInvoice()
  const authenticationId = await authenticated(where, { ...change, invoice })
  return chargeBody({ ...change, invoice, authenticationId })
}

test(titled('Payment charge using signature has been used'), async () => {
  const body = await chargeable()
  const options = { requestId: randomUUID(), timestamp: formatTimestamp(new Date()) }
  assert.equal((await charge(world, body, options)).body.payment.status, 'SUCCESS')
  const used = 'Payment charge using signature has been used'
  assertRefused(await charge(world, body, options), row(used))
  assert.equal((await messagesOf(world, body.order.invoice_number)).length, 1)
})

const requestIdUsed = 'Payment charge with request id has been used for transaction'
test(titled(requestIdUsed, ': a day later, the same invoice'), async () => {
  const requestId = randomUUID()
  const first = await chargeable()
  const invoice = first.order.invoice_number
  assert.equal((await charge(world, first, { requestId })).status, 200)
  await advance(world, 25)
  const again = await chargeable({ invoice })
  assertRefused(await charge(world, again, { requestId }), row(requestIdUsed))
  assert.equal((await messagesOf(world, invoice)).length, 1)
})

const rejected = 'Payment charge sale using card rejected'
test(titled(rejected, ': no acquirer takes the card'), async () => {
  const invoice = newInvoice()
  const checked = await check(world, checkBody({ number: cards.amex, invoice }))
  const { authentication_id: authenticationId, authentication_url: url } =
    checked.body.three_dsecure
  assert.equal((await answerChallenge(world, url, 'otp=123456')).statusCode, 303)
  const body = chargeBody({ number: cards.amex, invoice, authenticationId })
  const amex = { ...body, card: { ...body.card, cvv: '9171' } }
  assertRefused(await charge(world, amex), row(rejected))
  assert.deepEqual(await messagesOf(world, invoice), [])
  assertRefused(await orderStatus(world, invoice), refusals.notFound)
})

const notYetDone = 'Three D Secure Process Not Yet Done (Not yet send OTP)'
test(titled(notYetDone), async () => {
  const invoice = newInvoice()
  const requestId = randomUUID()
  const number = cards.challenge
  const checked = await check(world, checkBody({ number, invoice }))
  const { authentication_id: authenticationId, authentication_url: url } =
    checked.body.three_dsecure
  const body = chargeBody({ number, invoice, authenticationId })
  assertRefused(await charge(world, body, { requestId }), row(notYetDone))
  assert.deepEqual(await messagesOf(world, invoice), [])
  assert.equal((await answerChallenge(world, url, 'otp=123456')).statusCode, 303)
  const corrected = await charge(world, body, { requestId })
  assert.equal(corrected.body.payment.status, 'SUCCESS')
})

const concurrent = 'Concurent Request'
test(titled(concurrent, ': while the first charge of the invoice is asked'), async () => {
  const slow = await createWorld({ config: { askDeadlineMs: 5_000 } })
  const invoice = newInvoice()
  const change = { amount: 19096, invoice }
  const [one, two] = await Promise.all([authenticated(slow, change), authenticated(slow, change)])
  const first = charge(slow, chargeBody({ ...change, authenticationId: one }))
  await until(async () => (await messagesOf(slow, invoice)).length === 1)
  const requestId = randomUUID()
  const second = chargeBody({ ...change, authenticationId: two })
  assertRefused(await charge(slow, second, { requestId }), row(concurrent))
  assert.equal((await first).body.payment.status, 'SUCCESS')
  assert.equal((await messagesOf(slow, invoice)).length, 1)
  // Nothing was used up by the refusal: neither the Request-Id nor the authentication.
  assert.equal((await charge(slow, second, { requestId })).body.payment.status, 'SUCCESS')
})

test(titled(concurrent, ': while the answer to the first charge is lost'), async () => {
  const still = await createWorld({ config: { askDeadlineMs: 200 } })
  // Nobody may find out meanwhile what became of the first.
  await still.app.jobs.stop()
  const lost = await chargeable({ amount: 19068 }, still)
  const invoice = lost.order.invoice_number
  assert.equal((await charge(still, lost)).body.payment.status, 'PENDING')
  assertRefused(await charge(still, await chargeable({ invoice }, still)), row(concurrent))
  assert.equal((await messagesOf(still, invoice)).length, 1)
})

test(titled(concurrent, ': of many charges at once one is asked'), async () => {
  const invoice = newInvoice()
  const ids = await Promise.all(Array.from({ length: 6 }, () => authenticated(world, { invoice })))
  const bodies = ids.map((authenticationId) => chargeBody({ invoice, authenticationId }))
  const answers = await Promise.all(bodies.map((body) => charge(world, body)))
  const paid = answers.filter(({ status }) => status === 200)
  assert.ok(paid.length >= 1)
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    assertRefused(answer, row(concurrent))
  }
  assert.equal((await messagesOf(world, invoice)).length, paid.length)
})

const sameBody = 'duplicate request with same request body'
test(titled(sameBody, ': not answered yet'), async () => {
  const slow = await createWorld({ config: { askDeadlineMs: 5_000 } })
  const invoice = newInvoice()
  const change = { amount: 19096, invoice }
  const authenticationId = await authenticated(slow, change)
  const body = chargeBody({ ...change, authenticationId })
  const requestId = randomUUID()
  const first = charge(slow, body, { requestId })
  await until(async () => (await messagesOf(slow, invoice)).length === 1)
  assertRefused(await charge(slow, body, { requestId, timestamp: nextSecond() }), row(sameBody))
  assert.equal((await first).body.payment.status, 'SUCCESS')
  assert.equal((await messagesOf(slow, invoice)).length, 1)
})

test(titled(sameBody, ': answered, so with the members of the answer'), async () => {
  const requestId = randomUUID()
  const body = await chargeable()
  const first = await charge(world, body, { requestId })
  const again = await charge(world, body, { requestId, timestamp: nextSecond() })
  const { status, code, message } = row(sameBody)
  assert.equal(again.status, status)
  assert.deepEqual(again.body, {
    ...first.body,
    error: { code, message, type: 'Invalid Parameter' },
  })
})

const otherBody = 'duplicate request with different request body'
test(titled(otherBody), async () => {
  const requestId = randomUUID()
  const body = await chargeable()
  assert.equal((await charge(world, body, { requestId })).status, 200)
  const other = await chargeable()
  assertRefused(await charge(world, other, { requestId }), row(otherBody))
  assert.deepEqual(await messagesOf(world, other.order.invoice_number), [])
  assert.equal((await charge(world, other)).status, 200)
})

/** A timestamp that the request before cannot have had. */
function nextSecond(): string {
  return formatTimestamp(new Date(Date.now() + 1_500))
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await isSo())) {
    assert.ok(Date.now() < end, 'it did not become so in 10 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

after(() => {
  const sources = ['error-table-charge.test.ts', 'error-table-charge-state.test.ts']
  const text = sources.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join()
  const untested = chargeRows.filter(({ explanation }) => !text.includes(`'${explanation}'`))
  assert.deepEqual(untested, [], 'every row of the table has a test')
})
