/** The access log says why a request was refused, in the words that its caller read. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  cards,
  chargeBody,
  checkBody,
  control,
  createWorld,
  get,
  paths,
  post,
} from '../harness/world.ts'

const world = await createWorld()

/** The line of the answer to a request, which is written after the answer is out. */
async function lineOf(part: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 200; tries++) {
    const line = world.logLines.find((one) => one.includes(part))
    if (line) return JSON.parse(line)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return assert.fail(`no line has ${part}`)
}

test('a refused call is logged with the code and the message of its answer', async () => {
  for (const [options, body] of [
    [{ signedPath: '/elsewhere' }, checkBody()],
    [{ timestamp: '2020-01-01T00:00:00Z' }, checkBody()],
    [{ clientId: 'MCH-nobody' }, checkBody()],
    [{}, checkBody({ number: '4111111111111112' })],
    [{}, '{'],
  ] as const) {
    const requestId = randomUUID()
    const { error } = (await post(world, paths.check, body, { ...options, requestId })).body
    const line = await lineOf(requestId)
    assert.deepEqual([line['errorCode'], line['errorMessage']], [error.code, error.message])
    assert.equal(line['msg'], `POST ${paths.check} 400`)
  }
})

test('a served call is logged without any error', async () => {
  const requestId = randomUUID()
  await post(world, paths.check, checkBody(), { requestId })
  const line = await lineOf(requestId)
  assert.deepEqual([line['errorCode'], line['errorMessage']], [undefined, undefined])
})

test('a decline of the bank is no refusal', async () => {
  const requestId = randomUUID()
  const body = { ...chargeBody({ number: cards.declined43 }), payment: { type: 'MOTO' } }
  assert.equal((await post(world, paths.charge, body, { requestId })).status, 200)
  assert.equal((await lineOf(requestId))['errorCode'], undefined)
})

test('of an unknown path the log says that there is none, and not what stood in it', async () => {
  const requestId = randomUUID()
  await get(world, `/cards/${cards.challenge}`, { requestId })
  const line = await lineOf(requestId)
  assert.deepEqual([line['errorCode'], line['errorMessage']], ['NOT_FOUND', 'No such path'])
})

test('a refused control call is logged with its reason', async () => {
  await control(world, 'POST', '/sandbox/clock', { advanceMs: -1 })
  const line = await lineOf('POST /sandbox/clock 400')
  assert.equal(line['errorCode'], 'INVALID_PARAMETER')
  assert.match(String(line['errorMessage']), /advanceMs must be >= 0/)
})
