/** What the client's README shows of SNAP is run as it stands there, against a whole gateway. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSnapClient, type PayByKkiRequest } from '@gerbang/client'
import { firstOver, lines, runServer, snippetRunner } from '../harness/client-readme.ts'
import { createListeningWorld } from '../harness/listening.ts'
import { control, newInvoice, noteSecret } from '../harness/world.ts'

const world = await createListeningWorld({ config: { askDeadlineMs: 1_500 } })
const run = snippetRunner(world.url)
const { clientId, secretKey, privateKey } = (await control(world, 'GET', '/sandbox/credentials'))
  .body
const settings = { baseUrl: world.url, clientId, secretKey, privateKey }

const card = { chargeToken: '9360001609987000000', otp: '12345678' }
noteSecret('card-number', card.chargeToken)
noteSecret('password', card.otp)

const payment = (): PayByKkiRequest => ({
  ...card,
  partnerReferenceNo: newInvoice(),
  amount: { value: '11500.00', currency: 'IDR' },
})

test('the first snippet binds a card, pays, gives a part back and unbinds', async (t) => {
  const { printed } = await run(t, 'gerbang.bindCard')
  assert.deepEqual(printed, ['false Successful', 'Successful', '00 1', 'PENDING'])
})

test('another has a stub answer a status and lose the answer to a payment', async (t) => {
  const { printed } = await run(t, 'startStubSnapGateway({')
  assert.deepEqual(printed, ['00', 'GerbangConnectionError'])
})

for (const [name, line] of Object.entries(lines)) {
  test(`the snippet about lost answers: a payment ${name}, and is paid once`, async (t) => {
    const { exports } = await run(t, 'payOnce')
    const fetch = firstOver(line, (path) => path.endsWith('/payment-host-to-host'))
    const client = createSnapClient({ ...settings, fetch })
    const request = payment()
    assert.equal(await exports.payOnce(client, request), '00')
    const query = `partnerReferenceNo=${request.partnerReferenceNo}`
    const { messages } = (await control(world, 'GET', `/sandbox/kki/messages?${query}`)).body
    assert.deepEqual(
      messages.map(({ kind }: { kind: string }) => kind),
      ['pay'],
    )
  })
}

test('the snippet about endpoints gives the gateway a token and takes its notification', async (t) => {
  const { url, printed } = await runServer(t, run, 3002)
  await control(world, 'PATCH', '/sandbox/merchant', {
    snapTokenUrl: `${url}/snap/token`,
    snapNotificationUrl: `${url}/snap/notify`,
  })
  await createSnapClient(settings).payByKki(payment())
  // Delivers what is due.
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 1 })
  assert.deepEqual(printed, ['00'])
  const forged = await fetch(`${url}/snap/notify`, { method: 'POST', body: '{}' })
  assert.match(await forged.text(), /4005600/)
  assert.deepEqual(printed, ['00', 'missing-header'])
})
