/**
 * kill -9 at each step between a request and its answer, and at each step of the resolver. What was
 * begun is finished by another process, once; the two books agree.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { charge, messagesOf, orderStatus } from '../conformance/calls.ts'
import {
  absentBody,
  authorize,
  capture,
  chargedBy,
  presentBody,
  refund,
} from '../conformance/cards-life/calls.ts'
import { assertBooksAgree } from '../harness/compare-books.ts'
import { callProcess, startDyingProcess } from '../harness/process.ts'
import { assertKilled, survive } from '../harness/survivor.ts'
import { control, createWorld, newInvoice, paths } from '../harness/world.ts'

// The survivor: nothing of its own work runs unless the clock is moved.
const world = await createWorld({ config: { askDeadlineMs: 200 } })
await world.app.jobs.stop()

type Prepared = {
  readonly invoice: string
  readonly path: string
  readonly body: object
  readonly again: (options: object) => Promise<{ status: number; text: string }>
}

const capturePath = '/credit-card/capture'
const refundPath = '/cancellation/credit-card/refund'

async function sold(): Promise<{ invoice: string; requestId: string }> {
  return chargedBy(await charge(world, absentBody('MOTO')))
}

function givingBack(of: { invoice: string; requestId: string }, amount: number): Prepared {
  const body = {
    order: { invoice_number: of.invoice },
    payment: { original_request_id: of.requestId },
    refund: { amount },
  }
  return {
    invoice: of.invoice,
    path: refundPath,
    body,
    again: (options) => refund(world, body, options),
  }
}

/** Each operation, ready to be asked for; what it is called at the acquirer. */
const operations: Readonly<Record<string, () => Promise<Prepared>>> = {
  sale: async () => {
    const invoice = newInvoice()
    const body = await presentBody(world, 'SALE', { invoice })
    return { invoice, path: paths.charge, body, again: (options) => charge(world, body, options) }
  },
  authorize: async () => {
    const invoice = newInvoice()
    const body = await presentBody(world, 'AUTHORIZE', { invoice })
    return { invoice, path: paths.charge, body, again: (options) => charge(world, body, options) }
  },
  capture: async () => {
    const held = await authorize(world)
    const body = { payment: { authorize_id: held.body.payment.authorize_id } }
    return {
      invoice: chargedBy(held).invoice,
      path: capturePath,
      body,
      again: (options) => capture(world, body, options),
    }
  },
  void: async () => givingBack(await sold(), 90_000),
  refund: async () => {
    const of = await sold()
    assert.equal((await control(world, 'POST', '/sandbox/settlements', {})).status, 200)
    return givingBack(of, 40_000)
  },
}

/** Asks a gateway that dies on the way; nobody is answered. */
async function askDying(prepared: Prepared, die: string, requestId: string): Promise<void> {
  const dying = await startDyingProcess(world.testDatabase, die)
  await assertKilled(
    dying,
    await callProcess(dying.url, prepared.path, prepared.body, { requestId }),
  )
}

const kindsOf = async (invoice: string) =>
  (await messagesOf(world, invoice)).map(({ kind }) => kind)
const later = () => formatTimestamp(new Date(Date.now() + 1_500))

for (const [kind, prepare] of Object.entries(operations)) {
  test(`${kind}: killed before it is begun, it was never asked for and may be asked again`, async () => {
    const prepared = await prepare()
    const requestId = randomUUID()
    await askDying(prepared, 'door request', requestId)
    await survive(world)
    assert.ok(!(await kindsOf(prepared.invoice)).includes(kind))
    const again = await prepared.again({ requestId, timestamp: later() })
    assert.equal(again.status, 200, again.text)
    await assertBooksAgree(world.database, [prepared.invoice])
  })

  test(`${kind}: killed after begin, before it is asked, it is reversed and refused`, async () => {
    const prepared = await prepare()
    const requestId = randomUUID()
    await askDying(prepared, `${kind} before`, requestId)
    await survive(world)
    const kinds = await kindsOf(prepared.invoice)
    assert.ok(!kinds.includes(kind), kinds.join())
    assert.deepEqual(kinds.slice(-2), ['inquiry', 'reversal'])
    const again = await prepared.again({ requestId, timestamp: later() })
    assert.equal(again.status, 409)
    assert.match(again.text, /"status":"FAILED"/)
    await assertBooksAgree(world.database, [prepared.invoice])
  })

  test(`${kind}: killed after the acquirer did it, before it is settled, it is found and settled`, async () => {
    const prepared = await prepare()
    const requestId = randomUUID()
    await askDying(prepared, `${kind} after`, requestId)
    await survive(world)
    const kinds = await kindsOf(prepared.invoice)
    assert.deepEqual(kinds.slice(-2), [kind, 'inquiry'])
    const again = await prepared.again({ requestId, timestamp: later() })
    assert.equal(again.status, 409)
    assert.match(again.text, /"status":"SUCCESS"/)
    await assertBooksAgree(world.database, [prepared.invoice])
  })

  test(`${kind}: killed after it is settled, before it is answered, it stands as settled`, async () => {
    const prepared = await prepare()
    const requestId = randomUUID()
    await askDying(prepared, 'door answer', requestId)
    const again = await prepared.again({ requestId, timestamp: later() })
    assert.equal(again.status, 409)
    assert.match(again.text, /"status":"SUCCESS"/)
    await survive(world)
    assert.equal((await kindsOf(prepared.invoice)).filter((one) => one === kind).length, 1)
    await assertBooksAgree(world.database, [prepared.invoice])
  })
}

for (const [die, amount, status] of [
  ['inquire before', 19_068, 'SUCCESS'],
  ['inquire after', 19_068, 'SUCCESS'],
  ['inquire after', 19_069, 'FAILED'],
  ['reverse before', 19_069, 'FAILED'],
  ['reverse after', 19_069, 'FAILED'],
] as const) {
  test(`the resolver of …${amount % 10_000}: killed at "${die}", another finishes it`, async () => {
    const body = absentBody('MOTO', { amount })
    const invoice = body.order.invoice_number
    assert.equal((await charge(world, body)).body.payment.status, 'PENDING')
    await new Promise((resolve) => setTimeout(resolve, 220))
    const dying = await startDyingProcess(world.testDatabase, die, { GERBANG_RUN_JOBS: '1' })
    await assertKilled(dying)
    await survive(world)
    const report = await orderStatus(world, invoice)
    assert.equal(report.body.transaction.status, status)
    const kinds = await kindsOf(invoice)
    assert.equal(kinds.filter((kind) => kind === 'sale').length, amount === 19_068 ? 1 : 0)
    await assertBooksAgree(world.database, [invoice])
  })
}
