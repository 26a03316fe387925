/** What a merchant answered is kept with each attempt, and nothing of ours that he repeats. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { sandboxClientId } from '../../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { control, createWorld, newInvoice, pay } from '../../harness/world.ts'
import { changeSettings } from '../calls.ts'
import { startSnapReceiver } from '../kki/snap-receiver.ts'
import { type MerchantServer, startMerchantServer } from '../merchant-server.ts'
import { createQueue, until } from './queue.ts'

const world = await createWorld()

/** The first attempt of a notification that is answered so. */
async function attemptWith(answer: MerchantServer['answer']) {
  const server = await startMerchantServer()
  server.answer = answer
  await changeSettings(world, { notificationUrl: server.url })
  const invoice = newInvoice()
  await pay(world, { invoice })
  let attempt: { answer: string | null; responseStatus: number } | undefined
  await until(async () => {
    const path = `/sandbox/notifications?invoiceNumber=${invoice}`
    ;[attempt] = (await control(world, 'GET', path)).body.notifications[0].attempts
    return attempt !== undefined
  })
  assert.ok(attempt)
  return attempt
}

test('an attempt shows the beginning of what was answered', async () => {
  const attempt = await attemptWith((response) =>
    response.writeHead(500).end(`order not found: ${'x'.repeat(10_000)}`),
  )
  assert.equal(attempt.responseStatus, 500)
  assert.equal(attempt.answer, `order not found: ${'x'.repeat(495)}`)
})

for (const [what, answer] of [
  ['nothing', 200],
  ['no text', (response) => response.end(Buffer.from([0, 1, 2, 255]))],
] as const satisfies readonly (readonly [string, MerchantServer['answer']])[]) {
  test(`of an answer with ${what} nothing is kept`, async () => {
    const attempt = await attemptWith(answer)
    assert.equal(attempt.answer, null)
  })
}

test('an answer that stops after its beginning is taken by its status, with what came', async () => {
  const attempt = await attemptWith((response) => {
    response.writeHead(200)
    response.write('half an answer')
  })
  assert.deepEqual([attempt.responseStatus, attempt.answer], [200, 'half an answer'])
})

for (const [how, write, shown] of [
  ['as it came', (text) => text, '[masked]'],
  ['without the name of its algorithm', (text) => text.replace('HMACSHA256=', ''), '[masked]'],
  [
    'behind that name',
    (text) => text.replace('HMACSHA256=', 'HMACSHA256: '),
    'HMACSHA256: [masked]',
  ],
  ['by Gson', (text) => text.replaceAll('=', '\\u003d'), '[masked]'],
  ['in a URL', encodeURIComponent, '[masked]'],
] as const satisfies readonly (readonly [string, (text: string) => string, string])[]) {
  test(`a signature that is repeated ${how} is masked`, async () => {
    const attempt = await attemptWith((response) => {
      const { signature } = response.req.headers
      response.end(`you sent ${write(String(signature))} to me`)
    })
    assert.equal(attempt.answer, `you sent ${shown} to me`)
  })
}

test('over SNAP an access token and a signature that are repeated are masked', async () => {
  const still = await createWorld()
  await still.app.jobs.stop()
  const merchant = await still.app.merchants.findByClientId(sandboxClientId)
  assert.ok(merchant)
  const receiver = await startSnapReceiver()
  const queue = createQueue(still)
  await changeSettings(still, { snapTokenUrl: receiver.tokenUrl })
  receiver.answerNotification = (response) => {
    const { authorization, 'x-signature': signature } = response.req.headers
    response.writeHead(403).end(JSON.stringify({ authorization, signature }))
  }
  const { merchantId } = merchant
  const [subject = ''] = await queue.announce([
    { merchantId, url: receiver.notificationUrl, dialect: 'snap' },
  ])
  await queue.deliver()
  const of = { dialect: 'snap', subject } as const
  const [found] = await queue.notifications.find(merchantId, of)
  assert.equal(
    found?.attempts[0]?.answer,
    '{"authorization":"Bearer [masked]","signature":"[masked]"}',
  )
})

test('a redirect is a failed attempt over SNAP too, and at the token URL', async () => {
  const still = await createWorld()
  await still.app.jobs.stop()
  const merchant = await still.app.merchants.findByClientId(sandboxClientId)
  assert.ok(merchant)
  const { merchantId } = merchant
  const elsewhere = await startMerchantServer()
  const receiver = await startSnapReceiver()
  const queue = createQueue(still)
  await changeSettings(still, { snapTokenUrl: receiver.tokenUrl })
  const redirect = (response: ServerResponse) =>
    response.writeHead(307, { Location: elsewhere.url }).end()
  const attempted = async () => {
    const [subject = ''] = await queue.announce([
      { merchantId, url: receiver.notificationUrl, dialect: 'snap' },
    ])
    await queue.deliver()
    const [found] = await queue.notifications.find(merchantId, { dialect: 'snap', subject })
    assert.equal(found?.status, 'due')
    return found.attempts.map(({ responseStatus, error }) => responseStatus ?? error)
  }
  receiver.answerNotification = redirect
  assert.deepEqual(await attempted(), [307])
  receiver.startAnew()
  receiver.answerToken = redirect
  await changeSettings(still, { snapTokenUrl: `${receiver.tokenUrl}/other` })
  assert.deepEqual(await attempted(), ['no access token: answered 307'])
  assert.deepEqual([elsewhere.received.length, receiver.notifications.length], [0, 0])
})
