import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupCommit } from './group-commit.ts'

/** A database whose batches end when the test says so. */
function heldWrites() {
  const batches: { items: readonly number[]; end(): void; fail(error: Error): void }[] = []
  const write = (items: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      batches.push({
        items,
        end: () => resolve(items.map((item) => item * 10)),
        fail: reject,
      })
    })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { batches, write, settled }
}

test('a caller alone is written at once, and those who come meanwhile share one batch', async () => {
  const { batches, write, settled } = heldWrites()
  const call = groupCommit(write)
  const answers = Promise.all([call(1), call(2), call(3)])
  assert.deepEqual(
    batches.map(({ items }) => items),
    [[1]],
  )
  batches[0]?.end()
  await settled()
  assert.deepEqual(batches[1]?.items, [2, 3])
  batches[1]?.end()
  assert.deepEqual(await answers, [10, 20, 30])
})

test('a batch holds at most so many, in the order of their coming', async () => {
  const batches: (readonly number[])[] = []
  const call = groupCommit<number, number>(async (items) => {
    batches.push(items)
    return items
  }, 3)
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5, 6].map(call)), [1, 2, 3, 4, 5, 6])
  assert.deepEqual(batches, [[1], [2, 3, 4], [5, 6]])
})

test('a failed batch fails its callers and no others', async () => {
  const { batches, write, settled } = heldWrites()
  const call = groupCommit(write)
  const ends = Promise.allSettled([call(1), call(2)])
  batches[0]?.fail(new Error('lost'))
  await settled()
  batches[1]?.end()
  const [first, second] = await ends
  assert.equal(first.status, 'rejected')
  assert.deepEqual(second, { status: 'fulfilled', value: 20 })
  const next = call(3)
  await settled()
  batches[2]?.end()
  assert.equal(await next, 30)
})

test('a write that throws before it began fails its callers too', async () => {
  const call = groupCommit<number, number>(() => {
    throw new Error('no connection')
  })
  await assert.rejects(call(1), /no connection/)
})
