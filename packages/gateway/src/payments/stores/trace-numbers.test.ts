import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import type { Database } from '../../platform/database/index.ts'
import { createTraceNumbers } from './trace-numbers.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(4)

const at = new Date('2026-11-21T09:41:07Z')
const terminal = (tid: string) => ({ acquirerId: 'BNI', tid })

async function take(numbers: ReturnType<typeof createTraceNumbers>, tid: string, count: number) {
  const taken = await Promise.all(
    Array.from({ length: count }, () => numbers.next(terminal(tid), at)),
  )
  return taken.map(({ stan }) => stan)
}

test('the RRN is year, day of year and hour in UTC, and the STAN', async () => {
  const numbers = createTraceNumbers(database)
  for (const [instant, expected] of [
    ['2026-01-01T00:00:00Z', '600100000000'],
    ['2026-11-21T09:41:07Z', '632509000001'],
    ['2028-12-31T23:59:59Z', '836623000002'],
    ['2030-02-28T05:00:00+07:00', '005822000003'],
  ] as const) {
    const { rrn, stan, transmittedAt } = await numbers.next(terminal('rrn'), new Date(instant))
    assert.equal(rrn, expected)
    assert.equal(rrn.slice(6), stan)
    assert.deepEqual(transmittedAt, new Date(instant))
  }
})

test('two processes that race never give the same number of a terminal', async () => {
  const [one, two] = [createTraceNumbers(testDatabase.connect(2)), createTraceNumbers(database)]
  const stans = (await Promise.all([take(one, 'race', 1_700), take(two, 'race', 1_700)])).flat()
  assert.equal(new Set(stans).size, 3_400)
  assert.ok(stans.every((stan) => /^\d{6}$/.test(stan)))
})

test('one process counts without a gap, from one block into the next', async () => {
  const stans = await take(createTraceNumbers(database), 'gap', 1_200)
  assert.deepEqual(
    stans.map(Number).toSorted((a, b) => a - b),
    Array.from({ length: 1_200 }, (_, i) => i),
  )
})

test('each terminal of each acquirer counts for itself', async () => {
  const numbers = createTraceNumbers(database)
  assert.deepEqual(await take(numbers, 'own-1', 2), ['000000', '000001'])
  assert.deepEqual(await take(numbers, 'own-2', 1), ['000000'])
  const { stan } = await numbers.next({ acquirerId: 'BANK_CIMB', tid: 'own-1' }, at)
  assert.equal(stan, '000000')
})

test('a process that starts again begins a new block, and repeats nothing', async () => {
  assert.deepEqual(await take(createTraceNumbers(database), 'restart', 1), ['000000'])
  assert.deepEqual(await take(createTraceNumbers(database), 'restart', 1), ['000500'])
})

test('after 999999 the numbers go on at 000000', async () => {
  await take(createTraceNumbers(database), 'wrap', 1)
  await database`update trace_numbers set next_block = 1998 where tid = 'wrap'`
  const stans = await take(createTraceNumbers(database), 'wrap', 1_000)
  assert.equal(stans[0], '999000')
  assert.equal(stans[999], '999999')
  assert.deepEqual(await take(createTraceNumbers(database), 'wrap', 2), ['000000', '000001'])
})

test('a block that could not be reserved fails its callers and is asked for again', async () => {
  let isDown = true
  const flaky = ((...query: Parameters<Database>) =>
    isDown ? Promise.reject(new Error('down')) : database(...query)) as unknown as Database
  const numbers = createTraceNumbers(flaky)
  const both = [numbers.next(terminal('down'), at), numbers.next(terminal('down'), at)]
  for (const end of await Promise.allSettled(both)) assert.equal(end.status, 'rejected')
  isDown = false
  assert.equal((await numbers.next(terminal('down'), at)).stan, '000000')
})
