/** What the client's README shows is run as it stands there, against a whole gateway. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, signNotificationForTest, type TransactionReport } from '@gerbang/client'
import { sandboxClientId as clientId } from '../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { firstOver, lines, runServer, snippetRunner, snippets } from '../harness/client-readme.ts'
import { createListeningWorld } from '../harness/listening.ts'
import { authenticated, chargeBody, newInvoice, secretKey } from '../harness/world.ts'

const world = await createListeningWorld()
const run = snippetRunner(world.url)

test('the snippets of the README are six of the cards API, and four of SNAP', () => {
  assert.equal(snippets.length, 6 + 4)
})

test('the first snippet pays', async (t) => {
  const { printed } = await run(t, `payment: { type: 'SALE' }`)
  assert.deepEqual(printed, ['SUCCESS', 'SUCCESS'])
})

test('another holds, captures and gives back', async (t) => {
  const { printed } = await run(t, 'gerbang.capture')
  assert.deepEqual(printed, ['SUCCESS', 'VOID SUCCESS'])
})

test('another saves a card, charges it by its token, lists and deletes it', async (t) => {
  const { printed } = await run(t, 'gerbang.listTokens')
  assert.deepEqual(printed, ['SUCCESS', '********1111', 'INACTIVE'])
})

test('another has a stub approve a capture and lose the answer to a refund', async (t) => {
  const { printed } = await run(t, 'startStubGateway({')
  assert.deepEqual(printed, ['SUCCESS', 'GerbangConnectionError'])
})

for (const [name, line] of Object.entries(lines)) {
  test(`the snippet about lost answers: a charge ${name}, and is paid once`, async (t) => {
    const { exports } = await run(t, 'chargeOnce')
    const settings = { baseUrl: world.url, clientId, secretKey }
    const client = createClient({ ...settings, fetch: firstOver(line) })
    const invoice = newInvoice()
    const authenticationId = await authenticated(world, { invoice })
    const request = chargeBody({ invoice, authenticationId })
    assert.equal(await exports.chargeOnce(client, request, `once-${invoice}`), 'SUCCESS')
    const messages = await world.acquirerSimulator.messages(clientId, invoice)
    assert.deepEqual(
      messages.map(({ kind }) => kind),
      ['sale'],
    )
  })
}

test('the snippet about notifications takes what the gateway signed, and nothing else', async (t) => {
  const { url, printed } = await runServer(t, run, 3001)
  const notification = {
    order: { invoice_number: 'INV-1', amount: 90000 },
    transaction: { status: 'SUCCESS', original_request_id: 'charge-1' },
  } as TransactionReport
  const path = '/notifications'
  for (const [key, status] of [
    [secretKey, 200],
    ['SK-another', 401],
  ] as const) {
    const signed = signNotificationForTest({ notification, path, clientId, secretKey: key })
    const answer = await fetch(`${url}${path}`, { method: 'POST', ...signed })
    assert.equal(answer.status, status)
  }
  assert.deepEqual(printed, ['SUCCESS', 'wrong-signature'])
})
