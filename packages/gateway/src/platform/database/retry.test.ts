import assert from 'node:assert/strict'
import test from 'node:test'
import { retrying } from './retry.ts'

const lost = (code: string) => Object.assign(new Error('lost'), { code })
const random = { bytes: (length: number) => Buffer.alloc(length, 128) }

for (const code of ['40001', '40P01']) {
  test(`${code} is repeated until the statement passes, waiting longer each time`, async () => {
    const waits: number[] = []
    let calls = 0
    const work = async () => {
      calls++
      if (calls < 4) throw lost(code)
      return 'passed'
    }
    const answer = await retrying(work, { sleep: async (ms) => void waits.push(ms), random })
    assert.equal(answer, 'passed')
    assert.deepEqual(waits, [5, 10, 20])
  })
}

test('after five repeats the error is told', async () => {
  let calls = 0
  const work = async () => {
    calls++
    throw lost('40P01')
  }
  await assert.rejects(retrying(work, { sleep: async () => {}, random }), { code: '40P01' })
  assert.equal(calls, 6)
})

test('another error is told at once', async () => {
  const sleep = () => assert.fail('slept')
  const work = async () => {
    throw lost('23505')
  }
  await assert.rejects(retrying(work, { sleep, random }), { code: '23505' })
})
