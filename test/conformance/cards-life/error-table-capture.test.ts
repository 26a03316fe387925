/** The seven capture rows of the seed's error table; with them all 41 are tests. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { createWorld } from '../../harness/world.ts'
import { assertRefused, messagesOf, type SeenOptions } from '../calls.ts'
import { captureRows, chargeRows, checkRows, rowOf } from '../cards/error-table.ts'
import { authorize, capture, chargedBy } from './calls.ts'

const world = await createWorld()

type Body = { payment: { authorize_id: string | null; capture_amount?: number } }

async function held() {
  const answer = await authorize(world)
  const body: Body = { payment: { authorize_id: answer.body.payment.authorize_id } }
  return { body, invoice: chargedBy(answer).invoice }
}

/** The row is answered; the hold stands, and the corrected request may use the same Request-Id. */
function refuses(explanation: string, wrong: (body: Body) => unknown, options: SeenOptions = {}) {
  const row = rowOf(captureRows, explanation)
  test(`capture: ${row.message} (${explanation})`, async () => {
    const { body, invoice } = await held()
    const requestId = randomUUID()
    assertRefused(await capture(world, wrong(body), { requestId, ...options }), row)
    const kinds = (await messagesOf(world, invoice)).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['authorize'])
    const corrected = await capture(world, body, { requestId })
    assert.equal(corrected.body.payment?.status, 'SUCCESS', corrected.text)
  })
}

const asItIs = (body: Body) => body
const withId = (authorizeId: string | null) => () => ({ payment: { authorize_id: authorizeId } })

refuses('Invalid Client ID', asItIs, { clientId: 'MCH-0000-unknown', answerKey: null })
refuses('empty client id', asItIs, { headers: { 'Client-Id': '' }, answerKey: null })
refuses('Payment charge with invalid signature', asItIs, {
  headers: { Signature: `HMACSHA256=${Buffer.alloc(32, 1).toString('base64')}` },
})
refuses('authorize_id is null', withId(null))
refuses('Invalid authorize_id', withId('12312391719112'))

for (const [explanation, change] of [
  ['duplicate request with same request body', {}],
  ['duplicate request with different request body', { capture_amount: 1 }],
] as const) {
  const row = rowOf(captureRows, explanation)
  test(`capture: ${row.message} (${explanation})`, async () => {
    const { body } = await held()
    const requestId = randomUUID()
    assert.equal((await capture(world, body, { requestId })).status, 200)
    const timestamp = formatTimestamp(new Date(Date.now() + 1_500))
    const again = { payment: { ...body.payment, ...change } }
    const answer = await capture(world, again, { requestId, timestamp })
    const { code, message } = answer.body.error
    assert.deepEqual([answer.status, code, message], [row.status, row.code, row.message])
  })
}

test('the table has 41 rows', () => {
  assert.equal(checkRows.length + chargeRows.length + captureRows.length, 41)
})
