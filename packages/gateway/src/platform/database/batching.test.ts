import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batching } from './batching.ts'

/** A statement that can be held: what it was called with, and how to let the oldest call end. */
function statement() {
  const calls: number[][] = []
  const held: (() => void)[] = []
  const run = async (items: readonly number[]) => {
    calls.push([...items])
    await new Promise<void>((resolve) => held.push(resolve))
    if (items.length > 1 && items.includes(13)) throw new Error('the whole batch')
    if (items.includes(13)) throw new Error('thirteen')
    return items.map((item) => item * 2)
  }
  const release = async () => {
    while (held.length === 0) await new Promise(setImmediate)
    held.shift()?.()
  }
  return { calls, run, release }
}

test('calls of one moment are one batch, and what comes meanwhile is the next', async () => {
  const { calls, run, release } = statement()
  const twice = batching({ run })
  const first = [twice(1), twice(2)]
  await new Promise(setImmediate)
  const second = [twice(3), twice(4), twice(5)]
  await release()
  await release()
  assert.deepEqual(await Promise.all([...first, ...second]), [2, 4, 6, 8, 10])
  assert.deepEqual(calls, [
    [1, 2],
    [3, 4, 5],
  ])
})

test('items that share a key are never in one batch: the later ones run alone, and at once', async () => {
  const { calls, run, release } = statement()
  const twice = batching({ run, keysOf: (item) => [String(item % 10)] })
  const all = Promise.all([twice(1), twice(11), twice(2), twice(21)])
  await new Promise(setImmediate)
  assert.deepEqual(calls, [[11], [21], [1, 2]])
  for (let i = 0; i < 3; i++) await release()
  assert.deepEqual(await all, [2, 22, 4, 42])
})

test('equals may wait instead: none then overtakes its equal', async () => {
  const { calls, run, release } = statement()
  const twice = batching({ run, keysOf: (item) => [String(item % 10)], equalsWait: true })
  const all = Promise.all([twice(1), twice(11), twice(2), twice(21)])
  for (let i = 0; i < 3; i++) await release()
  assert.deepEqual(await all, [2, 22, 4, 42])
  assert.deepEqual(calls, [[1, 2], [11], [21]])
})

test('a batch that fails is run again item by item: nobody fails for another', async () => {
  const { calls, run, release } = statement()
  const twice = batching({ run })
  const ends = Promise.allSettled([twice(1), twice(13), twice(2)])
  for (let i = 0; i < 4; i++) await release()
  const [one, thirteen, two] = await ends
  assert.deepEqual(one, { status: 'fulfilled', value: 2 })
  assert.deepEqual(two, { status: 'fulfilled', value: 4 })
  assert.equal(thirteen?.status === 'rejected' && thirteen.reason.message, 'thirteen')
  assert.deepEqual(calls, [[1, 13, 2], [1], [13], [2]])
})

test('a batch has at most 100 items', async () => {
  const { calls, run, release } = statement()
  const twice = batching({ run })
  const all = Promise.all(Array.from({ length: 250 }, (_, i) => twice(1_000 + i)))
  for (let i = 0; i < 3; i++) await release()
  await all
  assert.deepEqual(
    calls.map((call) => call.length),
    [100, 100, 50],
  )
})
