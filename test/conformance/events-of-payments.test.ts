/** Which events tell of what became of payments, refunds, batches and cards (events/catalogue.ts). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Value } from 'typebox/value'
import { eventCatalogue } from '../../packages/gateway/src/events/index.ts'
import type { Answer } from '../harness/world.ts'
import { cards, control } from '../harness/world.ts'
import { advance, charge } from './calls.ts'
import {
  absentBody,
  authorize,
  captureOf,
  chargedBy,
  refundOf,
  type Wish,
} from './cards-life/calls.ts'
import {
  bindBody,
  bound,
  channel,
  cpans,
  createKkiMerchant,
  newReference,
  payBody,
  refundBody,
  served,
  unbindBody,
} from './kki/calls.ts'

const merchant = await createKkiMerchant()
const { world } = merchant

type Told = {
  readonly type: keyof typeof eventCatalogue
  readonly subject: string
  readonly sequence: string
  readonly merchantid?: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of many shapes.
  readonly data: any
}

/** The events that some work leaves behind, each as the catalogue has it. */
async function eventsOf(work: () => Promise<unknown>): Promise<Told[]> {
  const { cursor } = await readAfter('0')
  await work()
  const { events, text } = await readAfter(cursor)
  for (const { type, data } of events) {
    const [wrong] = Value.Errors(eventCatalogue[type].data, data)
    assert.equal(wrong, undefined, `${type}: ${wrong?.instancePath} ${wrong?.message}`)
  }
  for (const number of [...Object.values(cards), ...Object.values(cpans)]) {
    assert.ok(!text.includes(number))
  }
  return events
}

async function readAfter(after: string): Promise<{ events: Told[]; cursor: string; text: string }> {
  const { body, text } = await control(world, 'GET', `/sandbox/events?after=${after}&limit=1000`)
  if (body.events.length === 0) return { ...body, text }
  const rest = await readAfter(body.cursor)
  return {
    events: [...body.events, ...rest.events],
    cursor: rest.cursor,
    text: `${text}${rest.text}`,
  }
}

const typesOf = (events: readonly Told[]) => events.map(({ type }) => type)
const settleAll = () => control(world, 'POST', '/sandbox/settlements', {})
const sell = (wish: Wish = {}) => charge(world, absentBody('MOTO', wish))
const rupiah = (value: string) => ({ value, currency: 'IDR' })

test('a charge that is approved tells of the payment, without its card number', async () => {
  let answer: Answer | undefined
  const [event, ...more] = await eventsOf(async () => {
    answer = await sell()
  })
  assert.ok(event && answer)
  assert.deepEqual(more, [])
  const { paymentId, createdAt, settledAt, approvalCode, ...data } = event.data
  assert.deepEqual([event.type, event.subject], ['payment.captured', paymentId])
  assert.equal(approvalCode, answer.body.payment.approval_code)
  assert.ok(createdAt <= settledAt)
  assert.match(event.merchantid ?? '', /^mer_/)
  assert.deepEqual(data, {
    channel: 'CREDIT_CARD',
    paymentType: 'MOTO',
    invoiceNumber: answer.body.order.invoice_number,
    requestId: answer.body.payment.request_id,
    state: 'captured',
    amount: rupiah('90000.00'),
    captured: rupiah('90000.00'),
    refunded: rupiah('0.00'),
    card: { masked: '411111******1111', brand: 'VISA', issuer: answer.body.card.issuer },
    acquirerId: 'BNI',
    responseCode: '00',
  })
})

test('a charge that is declined tells why', async () => {
  const [event, ...more] = await eventsOf(() => sell({ number: cards.declined51 }))
  assert.deepEqual(more, [])
  assert.equal(event?.type, 'payment.refused')
  assert.deepEqual([event?.data.state, event?.data.responseCode], ['refused', '51'])
  assert.equal(event?.data.approvalCode, undefined)
})

test('an authorization, its capture, and a void are told in order', async () => {
  const events = await eventsOf(async () => {
    const held = await authorize(world)
    await captureOf(world, held.body.payment.authorize_id, 60_000)
    await refundOf(world, chargedBy(held), 60_000)
  })
  assert.deepEqual(typesOf(events).slice(0, 2), ['payment.authorized', 'payment.captured'])
  // The two of a void are of one moment, and in two topics.
  assert.deepEqual(typesOf(events.slice(2)).toSorted(), ['payment.voided', 'refund.approved'])
  assert.equal(new Set(events.map(({ subject }) => subject)).size, 1)
  const sequences = events.map(({ sequence }) => sequence)
  assert.deepEqual(sequences, sequences.toSorted())
  assert.equal(new Set(sequences).size, 3)
  const refund = events.find(({ type }) => type === 'refund.approved')?.data
  assert.deepEqual([refund.state, refund.refund.type], ['voided', 'VOID'])
  assert.deepEqual(refund.refund.amount, rupiah('60000.00'))
})

test('a hold that nobody captured is told to have ended, though no merchant is told', async () => {
  await authorize(world)
  const events = await eventsOf(() => advance(world, 24 * 8))
  assert.ok(typesOf(events).includes('payment.released'), typesOf(events).join())
})

test('refunds that come at once tell each what is given back by then', async () => {
  const sold = chargedBy(await sell())
  await settleAll()
  const events = await eventsOf(() =>
    Promise.all([30_000, 30_000, 30_000].map((amount) => refundOf(world, sold, amount))),
  )
  assert.deepEqual(typesOf(events), Array(3).fill('refund.approved'))
  assert.deepEqual(
    events.map(({ data }) => [data.refunded.value, data.state]),
    [
      ['30000.00', 'captured'],
      ['60000.00', 'captured'],
      ['90000.00', 'refunded'],
    ],
  )
})

test('a refund that the acquirer refuses is told, and one that becomes another once', async () => {
  const sold = chargedBy(await sell({ amount: 90_000 }))
  const { acquirerSimulator, database } = world
  const [account] = await database<{ id: string; mid: string; tid: string }[]>`
    select acquirer_id as id, mid, tid from payments where invoice_number = ${sold.invoice}`
  assert.ok(account)
  const batch = { mid: account.mid, tid: account.tid, batchId: randomUUID() }
  const acquirer = acquirerSimulator.acquirer(account.id)
  await acquirer.closeBatch(batch, AbortSignal.timeout(5_000))
  const events = await eventsOf(() => refundOf(world, sold, 90_000))
  // The void was refused, and the request went on as a refund.
  assert.deepEqual(typesOf(events), ['refund.approved'])
  assert.equal(events[0]?.data.refund.type, 'FULL_REFUND')
})

test('a charge whose answer is lost tells once, when it is known what became of it', async () => {
  let answer: Answer | undefined
  const during = await eventsOf(async () => {
    answer = await sell({ amount: 19_091 })
  })
  const later = await eventsOf(() => advance(world, 1))
  const mine = [...during, ...later].filter(
    ({ data }) => data.invoiceNumber === answer?.body.order.invoice_number,
  )
  assert.equal(mine.length, 1, typesOf(mine).join())
})

test('a batch is told once it is closed, of no one merchant', async () => {
  await settleAll()
  await sell({ amount: 70_000 })
  const events = await eventsOf(settleAll)
  const [event, ...more] = events
  assert.deepEqual(more, [])
  assert.equal(event?.type, 'settlement.closed')
  assert.equal(event.merchantid, undefined)
  assert.equal(event.subject, event.data.batchId)
  const { payments, captured, refunds, refunded } = event.data
  assert.deepEqual([payments, captured], [1, rupiah('70000.00')])
  assert.deepEqual([refunds, refunded], [0, rupiah('0.00')])
})

test('a KKI payment and its refund are told by their numbers', async () => {
  const body = payBody()
  const refund = refundBody(body.partnerReferenceNo, '1500.00')
  const events = await eventsOf(async () => {
    await served(merchant, 'pay', body)
    await served(merchant, 'refund', refund)
  })
  assert.deepEqual(typesOf(events), ['payment.captured', 'refund.approved'])
  const [paid, refunded] = events.map(({ data }) => data)
  assert.deepEqual(
    [paid.channel, paid.invoiceNumber, paid.card.brand],
    [channel, body.partnerReferenceNo, 'KKI'],
  )
  assert.match(paid.referenceNo, /^ref_/)
  assert.deepEqual(refunded.refunded, rupiah('1500.00'))
  assert.equal(refunded.refund.partnerRefundNo, refund.partnerRefundNo)
})

test('what becomes of a card at a merchant has one subject, however and for whom it was bound', async () => {
  const cpan = cpans.mandiri
  const customerId = newReference('CUST')
  const events = await eventsOf(async () => {
    const { bankCardToken } = await bound(merchant, { cpan })
    await served(merchant, 'pay', {
      ...payBody({ cpan }),
      additionalInfo: {
        channel,
        isBindAndPay: 'true',
        customer: { customerId, customerName: 'Budi' },
      },
    })
    await served(merchant, 'unbind-card', unbindBody(bankCardToken))
    await advance(world, 1)
    await bound(merchant, { cpan })
  })
  const ofCard = events.filter(({ type }) => type.startsWith('kki.card.'))
  assert.deepEqual(typesOf(ofCard), [
    'kki.card.bound',
    'kki.card.bound',
    'kki.card.unbound',
    'kki.card.bound',
  ])
  const [subject] = new Set(ofCard.map((event) => event.subject))
  assert.match(subject ?? '', /^[0-9a-f]{64}$/)
  assert.equal(new Set(ofCard.map((event) => event.subject)).size, 1)
  const sequences = ofCard.map(({ sequence }) => sequence)
  assert.deepEqual(sequences, [...new Set(sequences)].toSorted())
  assert.equal(ofCard[2]?.data.custIdMerchants.length, 2)

  const [other] = await eventsOf(() => bound(merchant, { cpan: cpans.bri }))
  assert.notEqual(other?.subject, subject)
})

test('what was refused before anybody was asked tells nothing', async () => {
  const body = bindBody(merchant)
  assert.deepEqual(await eventsOf(() => charge(world, { ...absentBody('MOTO'), card: {} })), [])
  assert.deepEqual(await eventsOf(() => charge(world, { order: body })), [])
})
