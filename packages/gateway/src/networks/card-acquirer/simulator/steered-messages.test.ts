/** The test cards and amounts of sandbox.md at the simulated acquirer, and what steers it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { Secret } from '../../../primitives/secret.ts'
import type { AcquirerOutcome, SaleCommand } from '../contract.ts'
import { createAcquirerSimulator } from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const deps = { clock: systemClock(), random: systemRandom }
const simulator = createAcquirerSimulator({ ...deps, database: testDatabase.connect(2) })
const bni = simulator.acquirer('BNI')

let stan = 0

function command(
  wish: { number?: string; amount?: bigint; merchant?: string; stan?: number } = {},
): SaleCommand {
  stan += 1
  const digits = String(wish.stan ?? stan).padStart(6, '0')
  return {
    references: { stan: digits, rrn: `632500${digits}`, transmittedAt: new Date() },
    mid: '000100012345',
    tid: '10001234',
    subMerchantId: wish.merchant ?? 'MCH-1',
    invoiceNumber: `INV-${digits}`,
    descriptor: undefined,
    amount: rupiah(wish.amount ?? 90_000n),
    card: {
      number: new Secret(wish.number ?? '4111111111111111'),
      expiry: { month: 12, year: 2030 },
      cvv: new Secret('123'),
    },
    authentication: undefined,
  }
}

const ask = (sale: SaleCommand, deadlineMs = 5_000) =>
  bni.sale(sale, AbortSignal.timeout(deadlineMs))

/** `approved 00`, `refused 51` or `unknown`. */
const brief = (outcome: AcquirerOutcome) =>
  outcome.kind === 'unknown' ? outcome.kind : `${outcome.kind} ${outcome.responseCode}`

for (const [number, expected] of [
  ['5573381011111101', 'approved 00'],
  ['4137190000009008', 'approved 00'],
  ['4761349999000039', 'approved 00'],
  ['4512490000000907', 'approved 00'],
  ['3528000000000007', 'approved 00'],
  ['4000000000001900006', 'approved 00'],
  ['4111111111111111', 'approved 00'],
  ['5200000000001005', 'approved 00'],
  ['4000000000001000', 'approved 00'],
  ['4000000000000002', 'approved 00'],
  ['5576920000000390', 'refused 51'],
  ['5576920000001000', 'approved 00'],
  ['4000000000043002', 'refused 43'],
  ['4242424242424242', 'approved 00'],
] as const) {
  test(`card ${number.slice(0, 6)}…${number.slice(-4)}: ${expected}`, async () => {
    assert.equal(brief(await ask(command({ number }))), expected)
  })
}

for (const [amount, expected] of [
  [9_000n, 'approved 00'],
  [9_008n, 'approved 08'],
  [19_010n, 'approved 10'],
  [119_011n, 'approved 11'],
  [9_005n, 'refused 05'],
  [19_013n, 'refused 13'],
  [19_051n, 'refused 51'],
  [19_054n, 'refused 54'],
  [999_999_999_091n, 'refused 91'],
  [999_999_999_999n, 'approved 00'],
  [90n, 'approved 00'],
  [90_510n, 'approved 00'],
] as const) {
  test(`an amount of ${amount} is ${expected}`, async () => {
    assert.equal(brief(await ask(command({ amount }))), expected)
  })
}

test('an amount goes before a card that is always declined', async () => {
  assert.equal(
    brief(await ask(command({ number: '4000000000043002', amount: 19_008n }))),
    'approved 08',
  )
})

test('9068 is approved in the book and its answer is lost', async () => {
  const sale = command({ amount: 19_068n })
  assert.equal(brief(await ask(sale, 50)), 'unknown')
  const [message] = await simulator.messages('MCH-1', sale.invoiceNumber)
  assert.equal(message?.responseCode, '00')
  assert.match(message?.approvalCode ?? '', /^\d{6}$/)
})

test('9069 never reaches the book', async () => {
  const sale = command({ amount: 19_069n })
  assert.equal(brief(await ask(sale, 50)), 'unknown')
  assert.equal((await simulator.messages('MCH-1', sale.invoiceNumber)).length, 0)
})

test('9096 is unknown to who waits less than its 3 s, and approved in the book', async () => {
  const sale = command({ amount: 19_096n })
  assert.equal(brief(await ask(sale, 100)), 'unknown')
  const [message] = await simulator.messages('MCH-1', sale.invoiceNumber)
  assert.equal(message?.responseCode, '00')
})

test('a repeat after a lost answer gets the answer of the first', async () => {
  const sale = command({ amount: 19_068n })
  await ask(sale, 50)
  const [message] = await simulator.messages('MCH-1', sale.invoiceNumber)
  const again = await ask({ ...sale, amount: rupiah(90_000n) })
  assert.ok(again.kind === 'approved')
  assert.equal(again.approvalCode, message?.approvalCode)
  assert.equal((await simulator.messages('MCH-1', sale.invoiceNumber)).length, 1)
})

test('an instruction steers the next message of its merchant, and only that one', async () => {
  await simulator.steerNext('MCH-steered', { responseCode: '96' })
  assert.equal(brief(await ask(command())), 'approved 00')
  const steered = () => command({ merchant: 'MCH-steered', amount: 19_008n })
  assert.equal(brief(await ask(steered())), 'refused 96')
  assert.equal(brief(await ask(steered())), 'approved 08')
})

test('instructions are taken in the order in which they were given', async () => {
  for (const responseCode of ['05', '51', '96']) {
    await simulator.steerNext('MCH-queue', { responseCode })
  }
  const answers = []
  for (let i = 0; i < 4; i++) answers.push(brief(await ask(command({ merchant: 'MCH-queue' }))))
  assert.deepEqual(answers, ['refused 05', 'refused 51', 'refused 96', 'approved 00'])
})

test('of messages at once each instruction steers one', async () => {
  await simulator.steerNext('MCH-race', { responseCode: '05' })
  await simulator.steerNext('MCH-race', { responseCode: '51' })
  const sales = Array.from({ length: 10 }, () => ask(command({ merchant: 'MCH-race' })))
  const answers = (await Promise.all(sales)).map(brief)
  assert.deepEqual(answers.toSorted(), [
    ...Array(8).fill('approved 00'),
    'refused 05',
    'refused 51',
  ])
})

for (const [lose, messages] of [
  ['answer', 1],
  ['request', 0],
] as const) {
  test(`an instruction can lose the ${lose}`, async () => {
    const merchant = `MCH-lose-${lose}`
    await simulator.steerNext(merchant, { lose })
    const sale = command({ merchant })
    assert.equal(brief(await ask(sale, 50)), 'unknown')
    assert.equal((await simulator.messages(merchant, sale.invoiceNumber)).length, messages)
  })
}

test('an instruction can delay the answer', async () => {
  await simulator.steerNext('MCH-delay', { delayMs: 30 })
  const start = performance.now()
  assert.equal(brief(await ask(command({ merchant: 'MCH-delay' }))), 'approved 00')
  assert.ok(performance.now() - start >= 29)
})

test('100 messages at once are 100 entries, each answered with its own approval code', async () => {
  const sales = Array.from({ length: 100 }, () => command({ merchant: 'MCH-many' }))
  const outcomes = await Promise.all(sales.map((sale) => ask(sale)))
  for (const [i, outcome] of outcomes.entries()) {
    const [message] = await simulator.messages('MCH-many', sales[i]?.invoiceNumber ?? '')
    assert.ok(outcome.kind === 'approved')
    assert.equal(outcome.approvalCode, message?.approvalCode)
    assert.equal(message?.stan, sales[i]?.references.stan)
  }
})

test('two processes that send the same message share one entry and one answer', async () => {
  const other = createAcquirerSimulator({ ...deps, database: testDatabase.connect(2) })
  const sale = command()
  const soon = AbortSignal.timeout(5_000)
  const [mine, theirs] = await Promise.all([
    bni.sale(sale, soon),
    other.acquirer('BNI').sale(sale, soon),
  ])
  assert.deepEqual(mine, theirs)
  assert.equal((await simulator.messages('MCH-1', sale.invoiceNumber)).length, 1)
})

test('the book shows the mask of a card and never its number', async () => {
  const sale = command({ number: '5573381011111101' })
  await ask(sale)
  const [message] = await simulator.messages('MCH-1', sale.invoiceNumber)
  assert.equal(message?.maskedCardNumber, '557338******1101')
})
