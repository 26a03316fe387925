/** Every check-three-d-secure row of the seed's error table, each refused and forgotten. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { cards, checkBody, createWorld, newInvoice } from '../../harness/world.ts'
import { anotherMerchant, assertRefused, check, type SeenOptions } from '../calls.ts'
import { checkRows, rowOf } from './error-table.ts'

const world = await createWorld()
const tested = new Set<string>()

/** The row is answered; nothing was begun, and the Request-Id is as good as new. */
function refuses(explanation: string, wrong: (body: Body) => unknown, options: SeenOptions = {}) {
  const row = rowOf(checkRows, explanation)
  tested.add(explanation)
  test(`check-three-d-secure: ${row.message} (${explanation})`, async () => {
    const requestId = randomUUID()
    const body = checkBody({ invoice: newInvoice() })
    assertRefused(await check(world, wrong(body), { requestId, ...options }), row)
    assert.equal(await begunFor(body.order.invoice_number), 0)
    assert.equal((await check(world, body, { requestId })).status, 200)
  })
}

type Body = ReturnType<typeof checkBody>
const asItIs = (body: Body) => body
const withCard = (card: object) => (body: Body) => ({ ...body, card: { ...body.card, ...card } })

async function begunFor(invoice: string): Promise<number> {
  const rows = await world.database`
    select 1 from authentications where invoice_number = ${invoice}`
  return rows.length
}

refuses('Invalid Client ID', asItIs, { clientId: 'MCH-0000-unknown', answerKey: null })
refuses('empty client id', asItIs, { headers: { 'Client-Id': '' }, answerKey: null })
refuses('Payment charge with invalid signature', asItIs, {
  headers: { Signature: `HMACSHA256=${Buffer.alloc(32, 1).toString('base64')}` },
})
refuses('Invalid CC Number LENGTH', withCard({ number: '55733810111111' }))
refuses('Card number not valid', withCard({ number: '5573381011111102' }))
refuses('Invalid expiry date 2525', withCard({ expiry: '2525' }))

tested.add("invalid configuration / haven't 3ds mid")
test('check-three-d-secure: a merchant without 3-D Secure has nothing to check with', async () => {
  const merchant = await anotherMerchant(world, { threeDSecure: false })
  const body = checkBody()
  const answer = await check(world, body, merchant)
  assertRefused(answer, rowOf(checkRows, "invalid configuration / haven't 3ds mid"))
  assert.equal(await begunFor(body.order.invoice_number), 0)
})

const unsupported = 'card not support 3ds / cannot connect to mpi'
tested.add(unsupported)
test('check-three-d-secure: This card is not support three d secure (no server answers)', async () => {
  const requestId = randomUUID()
  const body = checkBody({ number: cards.unreachable })
  assertRefused(await check(world, body, { requestId }), rowOf(checkRows, unsupported))
})
test('check-three-d-secure: This card is not support three d secure (an unknown brand)', async () => {
  const answer = await check(world, checkBody({ number: '6011000000000004' }))
  assertRefused(answer, rowOf(checkRows, unsupported))
})

after(() => {
  const untested = checkRows.filter(({ explanation }) => !tested.has(explanation))
  assert.deepEqual(untested, [], 'every row of the table has a test')
})
