/** `additional_info.override_notification_url` (wire.md 5.1): another host, the same path. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notificationUrlOf } from '../../../packages/gateway/src/api/cards/charge/order-input.ts'
import { control, createWorld } from '../../harness/world.ts'
import { changeSettings, charge } from '../calls.ts'
import { startMerchantServer } from '../merchant-server.ts'
import { absentBody } from './calls.ts'

const world = await createWorld()
const usual = await startMerchantServer()
const other = await startMerchantServer()
const path = '/doku/notify'

/** Where the notification of a charge with this override came to. */
async function toldAt(override: unknown): Promise<string> {
  const body = absentBody('MOTO')
  const invoice = body.order.invoice_number
  const additionalInfo = { override_notification_url: override }
  const answer = await charge(world, { ...body, additional_info: additionalInfo })
  assert.deepEqual(answer.body.additional_info, additionalInfo)
  const query = `/sandbox/notifications?invoiceNumber=${invoice}`
  const [notification] = (await control(world, 'GET', query)).body.notifications
  return notification?.url ?? 'nowhere'
}

test('another host with the same path is told instead', async () => {
  await changeSettings(world, { notificationUrl: `${usual.url}${path}` })
  assert.equal(await toldAt(`${other.url}${path}`), `${other.url}${path}`)
})

for (const [what, override] of [
  ['another path', `${other.url}/elsewhere`],
  ['no URL', 'not a url'],
  ['another protocol', `ftp://127.0.0.1${path}`],
  ['a script', `javascript:alert(1)`],
  ['a number', 7],
  ['credentials', `http://user:secret@127.0.0.1:1${path}`],
] as const) {
  test(`with ${what} the configured URL is told`, async () => {
    assert.equal(await toldAt(override), `${usual.url}${path}`)
  })
}

test('where no URL is configured nothing is told', async () => {
  await changeSettings(world, { notificationUrl: null })
  assert.equal(await toldAt(`${other.url}${path}`), 'nowhere')
})

test('in live mode only hosts that the operator listed are told', () => {
  const settings = { notificationUrl: 'https://shop.example/notify' }
  const override = (host: string) => ({ override_notification_url: `https://${host}/notify` })
  const allowed = ['branch.example', 'branch.example:8443']
  for (const host of allowed) {
    assert.equal(notificationUrlOf(override(host), settings, allowed), `https://${host}/notify`)
  }
  for (const host of ['evil.example', 'branch.example.evil.example', 'branch.example:9443']) {
    assert.equal(notificationUrlOf(override(host), settings, allowed), undefined)
  }
  assert.equal(notificationUrlOf(override('branch.example'), settings, []), undefined)
})
