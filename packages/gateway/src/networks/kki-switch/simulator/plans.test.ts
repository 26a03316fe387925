/** Each statement of the book reads by key: what it reads does not grow with the book. */
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { assertReadsByKey, eachOf } from '../../../../../../test/harness/rows-read.ts'
import { rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { Secret } from '../../../primitives/secret.ts'
import { createDesk, taken } from '../conformance/world.ts'
import { createKkiSimulator } from './index.ts'
import { createStillClock, testKeyRing, worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// One connection, so that all statements run by the plans that the first of them made.
const database = testDatabase.connect(1)
const clock = createStillClock()
const simulator = createKkiSimulator({
  database,
  clock,
  random: systemRandom,
  keyRing: testKeyRing,
})
const desk = createDesk(worldOf(simulator, clock))
const cpan = new Secret('9360001609987000000')

const tables = ['sandbox.kki_messages', 'sandbox.kki_accounts', 'sandbox.kki_otts']

const prepared = (kind: Parameters<typeof desk.prepare>[0]) => async () =>
  (await desk.prepare(kind)).send

/** What each kind of work with the book reads, with what it is about already there. */
const works: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
  'a payment': prepared('pay'),
  'a binding': prepared('bind'),
  'a one-time password': prepared('otp'),
  'an unbinding': prepared('unbind'),
  'a refund': prepared('refund'),
  'a payment by account': async () => desk.payBy(await desk.bound()).send,
  'a payment by a token of the app': async () => {
    const issued = await simulator.issueOtt(cpan)
    const card = { cpan, ott: new Secret(issued?.ott ?? '') }
    return desk.pay({ source: { kind: 'card', card, binds: false } }).send
  },
  'a confirmation': async () => {
    const { command } = await taken(desk.pay({}, rupiah(9_002n)))
    return () => simulator.confirm(command.referenceNo, true)
  },
  'an inquiry': async () => {
    const payment = await taken(desk.pay())
    return () => desk.inquire(payment)
  },
  'a reversal of a payment': async () => {
    const payment = await taken(desk.pay())
    return () => desk.reverse(payment)
  },
  'a reversal of a password': async () => {
    const { otp } = await desk.bound()
    return () => desk.reverse(otp)
  },
  'a look at the messages of a payment': async () => {
    const { command } = await taken(desk.pay())
    const { subMerchantId, partnerReferenceNo } = command
    return () => simulator.messages(subMerchantId, { partnerReferenceNo })
  },
  'a look at the messages of a customer': async () => {
    const { subMerchantId, custIdMerchant } = (await taken(desk.bind())).command
    return () => simulator.messages(subMerchantId, { custIdMerchant })
  },
  'a look at what waits in the app': async () => {
    const { command } = await taken(desk.pay({}, rupiah(9_002n)))
    await simulator.confirm(command.referenceNo, true)
    return () => simulator.pendingPayments()
  },
  'a look at a payment in the app': async () => {
    const { command } = await taken(desk.pay())
    return () => simulator.findPayment(command.referenceNo)
  },
  'a look at what stands': async () => {
    const { command } = await taken(desk.pay())
    return () => simulator.standing(command.subMerchantId, command.partnerReferenceNo)
  },
}

test('every message reads as many rows among 1,000 as among none', async () => {
  await assertReadsByKey(database, tables, {
    life: eachOf(works),
    crowd: async () => {
      for (let i = 0; i < 10; i++) {
        await Promise.all(Array.from({ length: 60 }, () => desk.pay().send()))
        await Promise.all(Array.from({ length: 20 }, () => desk.bound()))
        await Promise.all(Array.from({ length: 20 }, () => simulator.issueOtt(cpan)))
      }
    },
    // Versions of a row that were not vacuumed yet may be passed on the way; never the book.
    slack: 5,
  })
})
