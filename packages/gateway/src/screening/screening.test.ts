/** Screening on a real database: what is counted, what is not, and what races cannot do. */
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../test/harness/database.ts'
import { rowsRead } from '../../../../test/harness/rows-read.ts'
import type { ScreeningRules } from '../merchants/index.ts'
import type { Database } from '../platform/database/index.ts'
import type { MerchantId, OperationId } from '../primitives/id.ts'
import { rupiah } from '../primitives/money.ts'
import { createScreening, type ScreenedCharge, sandboxEmailRules } from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(8)
const repeat = <T>(work: () => Promise<T>) => work()
const make = (within: Database) =>
  createScreening({ database: within, emailRules: sandboxEmailRules, repeat })
const screening = make(database)

const noon = new Date('2026-03-01T05:00:00Z')
const minutes = (count: number) => new Date(noon.getTime() + count * 60_000)
const threeTries: ScreeningRules = { mostTriesPerHour: { tries: 3, verdict: 'REJECT' } }
const merchantOf = (screeningRules: ScreeningRules, merchantId = 'mer_one') => ({
  merchantId: merchantId as MerchantId,
  screeningRules,
})
const newCard = () => randomBytes(32).toString('hex')
const charge = (change: Partial<ScreenedCharge> = {}): ScreenedCharge => ({
  operationId: `op_${randomUUID()}` as OperationId,
  email: undefined,
  amount: rupiah(90_000n),
  hashedCardNumber: newCard(),
  country: undefined,
  at: noon,
  ...change,
})
const statusesOf = async (
  charges: readonly ScreenedCharge[],
  merchant = merchantOf(threeTries),
) => {
  const statuses = []
  for (const one of charges) statuses.push((await screening.verify(merchant, one)).status)
  return statuses
}

const emails = [
  ['eve@reject.example', 'REJECT'],
  ['Eve@REJECT.Example', 'REJECT'],
  ['eve@review.example', 'REVIEW'],
  ['eve@sub.reject.example', 'APPROVE'],
  ['eve@reject.example.com', 'APPROVE'],
  ['reject.example@gmail.com', 'APPROVE'],
  [undefined, 'APPROVE'],
] as const
for (const [email, status] of emails) {
  test(`${email ?? 'no e-mail'} is ${status}`, async () => {
    assert.equal((await screening.verify(merchantOf({}), charge({ email }))).status, status)
  })
}

test('without a rule about tries the database is not asked', async () => {
  const untouchable = new Proxy((() => {}) as unknown as Database, {
    apply: () => assert.fail('the database was asked'),
    get: () => assert.fail('the database was asked'),
  })
  const rules: ScreeningRules = { mostAmount: { amount: 1, verdict: 'REVIEW' } }
  for (const given of [{}, rules]) await make(untouchable).verify(merchantOf(given), charge())
  await assert.rejects(make(untouchable).verify(merchantOf(threeTries), charge()))
})

test('three tries of a card pass within an hour, the fourth does not', async () => {
  const hashedCardNumber = newCard()
  const tries = [0, 10, 20, 59].map((at) => charge({ hashedCardNumber, at: minutes(at) }))
  assert.deepEqual(await statusesOf(tries), ['APPROVE', 'APPROVE', 'APPROVE', 'REJECT'])
})

test('after an hour a try counts no more', async () => {
  const hashedCardNumber = newCard()
  const tries = [0, 10, 20, 60, 61].map((at) => charge({ hashedCardNumber, at: minutes(at) }))
  // At 60 the one of 0 is gone; at 61 those of 10, 20 and 60 stand.
  const expected = ['APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'REJECT']
  assert.deepEqual(await statusesOf(tries), expected)
})

test('another card and another merchant have their own count', async () => {
  const hashedCardNumber = newCard()
  const three = () => [1, 2, 3].map(() => charge({ hashedCardNumber }))
  await statusesOf(three())
  assert.deepEqual(await statusesOf([charge()]), ['APPROVE'])
  const other = merchantOf(threeTries, 'mer_two')
  assert.deepEqual(await statusesOf(three(), other), ['APPROVE', 'APPROVE', 'APPROVE'])
})

test('a charge that is screened again is one try', async () => {
  const again = charge()
  assert.deepEqual(await statusesOf(Array(5).fill(again)), Array(5).fill('APPROVE'))
})

test('of 20 charges of one card at once in one process exactly three pass', async () => {
  const hashedCardNumber = newCard()
  const ends = await Promise.all(
    Array.from({ length: 20 }, () =>
      screening.verify(merchantOf(threeTries), charge({ hashedCardNumber })),
    ),
  )
  assert.equal(ends.filter(({ status }) => status === 'APPROVE').length, 3)
})

test('of charges of one card at once in eight processes never more than three pass', async () => {
  const processes = Array.from({ length: 8 }, () => make(database))
  for (let round = 0; round < 20; round++) {
    const hashedCardNumber = newCard()
    const ends = await Promise.all(
      processes.map((one) => one.verify(merchantOf(threeTries), charge({ hashedCardNumber }))),
    )
    const passed = ends.filter(({ status }) => status === 'APPROVE').length
    assert.ok(passed <= 3, `${passed} passed`)
  }
})

test('three at once never hinder each other, in how many processes ever', async () => {
  for (let round = 0; round < 10; round++) {
    const hashedCardNumber = newCard()
    const ends = await Promise.all(
      [1, 2, 3].map(() =>
        make(database).verify(merchantOf(threeTries), charge({ hashedCardNumber })),
      ),
    )
    assert.deepEqual(
      ends.map(({ status }) => status),
      Array(3).fill('APPROVE'),
    )
  }
})

test('charges of many merchants and cards that come at once are each counted for their own', async () => {
  const cards = Array.from({ length: 10 }, newCard)
  const ends = await Promise.all(
    cards.flatMap((hashedCardNumber, i) =>
      Array.from({ length: 4 }, () =>
        screening.verify(merchantOf(threeTries, `mer_${i}`), charge({ hashedCardNumber })),
      ),
    ),
  )
  assert.equal(ends.filter(({ status }) => status === 'APPROVE').length, 30)
})

test('tries that are too old are forgotten as new ones come', async () => {
  const later = new Date(noon.getTime() + 30 * 86_400_000)
  const [before] = await database<{ count: bigint }[]>`select count(*) as count from card_tries`
  const tries = Math.ceil(Number(before?.count) / 5)
  for (let i = 0; i < tries; i++) {
    await screening.verify(merchantOf(threeTries), charge({ at: later }))
  }
  const old = await database`select 1 from card_tries where tried_at < ${later}`
  assert.equal(old.length, 0)
  assert.equal((await database`select 1 from card_tries`).length, tries)
})

const tables = ['card_tries']

test('a try reads as many rows among 500 tries of other cards as among none', async () => {
  const one = testDatabase.connect(1)
  const alone = make(one)
  await one`truncate card_tries`
  const cost = async () => {
    const before = await rowsRead(one, tables)
    await alone.verify(merchantOf(threeTries), charge())
    return (await rowsRead(one, tables)) - before
  }
  await cost()
  const first = await cost()
  await Promise.all(
    Array.from({ length: 500 }, () => alone.verify(merchantOf(threeTries), charge())),
  )
  const among500 = await cost()
  assert.ok(among500 <= first + 5, `${first} rows alone, ${among500} among 500`)
})
