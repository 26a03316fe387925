/**
 * What OpenAPI says of the answers of the control surface is so: each call is made, and its answer held
 * against the published schema, in which no member may be missing and none may be left out.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { asksBack, pays } from '../harness/settlements.ts'
import { control, get, newInvoice, noteSecret, paths } from '../harness/world.ts'
import { bound, callKki, createKkiMerchant, payBody } from './kki/calls.ts'
import { startMerchantServer } from './merchant-server.ts'

const merchant = await createKkiMerchant()
const { world } = merchant
const shop = await startMerchantServer()

type Schema = { readonly [keyword: string]: unknown }
type Described = { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
type Operation = {
  readonly tags?: readonly string[]
  readonly responses: Readonly<Record<string, Described>>
}
type Row = { readonly method: string; readonly path: string; readonly operation: Operation }

const rows: readonly Row[] = Object.entries(world.app.server.swagger().paths ?? {}).flatMap(
  ([path, operations]) =>
    Object.entries(operations as Record<string, Operation>)
      .filter(([, { tags }]) => tags?.includes('Sandbox'))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
const seen = new Set<string>()

/** The same schema, in which every object has the members that it names and no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, closed(value)]),
  )
  return { ...('properties' in schema ? { additionalProperties: false } : {}), ...inner }
}

function rowOf(method: string, url: string): Row {
  const [path = ''] = url.split('?')
  const matches = (template: string) =>
    new RegExp(`^${template.replace('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
  // The path without a parameter is the nearer one.
  const found = rows
    .filter((row) => row.method === method && matches(row.path))
    .sort((one, other) => one.path.split('{').length - other.path.split('{').length)[0]
  return found ?? assert.fail(`${method} ${path} is not in the document`)
}

/** Makes a call, and holds its answer against what is published of it. */
async function sees(
  method: 'GET' | 'POST' | 'PATCH' | 'PUT',
  url: string,
  body?: object,
  status = 200,
) {
  const answer = await control(world, method, url, body)
  assert.equal(answer.status, status, answer.text)
  const { path, operation } = rowOf(method, url)
  const told = operation.responses[status] ?? operation.responses[`${Math.floor(status / 100)}XX`]
  const schema = told?.content?.['application/json']?.schema
  assert.ok(schema, `${method} ${path} has no schema of its ${status}`)
  const validate = ajv.compile(closed(schema) as Schema)
  const isSo: boolean = validate(answer.body)
  assert.ok(isSo, `${method} ${path}: ${ajv.errorsText(validate.errors)} in ${answer.text}`)
  if (status < 300) seen.add(`${method} ${path}`)
  return answer.body
}

test('merchants: credentials, settings, screening rules', async () => {
  await sees('GET', '/sandbox/credentials')
  const made = await sees('POST', '/sandbox/merchants', { name: 'Another' }, 201)
  await sees('GET', `/sandbox/merchant?clientId=${made.clientId}`)
  await sees('PATCH', '/sandbox/merchant', { notificationUrl: `${shop.url}/told`, moto: true })
  await sees('GET', '/sandbox/merchant/screening')
  const rules = { blockedCountries: { countries: ['KP'], verdict: 'REJECT' } }
  assert.deepEqual(await sees('PUT', '/sandbox/merchant/screening', rules), rules)
  await sees('GET', '/sandbox/merchant/screening')
  await sees('GET', '/sandbox/merchant?clientId=MCH-nobody', undefined, 404)
})

test('notifications: delivered, refused, not delivered, sent again', async () => {
  const invoice = newInvoice()
  const of = `/sandbox/notifications?invoiceNumber=${invoice}`
  const told = async (count: number) => {
    for (;;) {
      const { notifications } = await sees('GET', of)
      if (notifications[0]?.attempts.length >= count) return notifications[0]
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  shop.answer = (response) => response.writeHead(500).end('<h1>Out of stock</h1>')
  await pays(world, { invoice })
  const { id, attempts } = await told(1)
  assert.deepEqual([attempts[0].responseStatus, attempts[0].error], [500, null])
  await sees('PATCH', '/sandbox/merchant', { notificationUrl: 'http://127.0.0.1:9/told' })
  await sees('POST', `/sandbox/notifications/${id}/resend`)
  assert.equal((await told(2)).attempts[1].responseStatus, null)
  shop.answer = 200
  await sees('PATCH', '/sandbox/merchant', { notificationUrl: `${shop.url}/told` })
  const range = { from: '2026-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z' }
  const { resent } = await sees('POST', '/sandbox/notifications/resend', range)
  assert.equal(resent, 1)
  assert.equal((await told(3)).status, 'delivered')
  await sees('POST', '/sandbox/notifications/ntf_none/resend', undefined, 404)
})

test('the book of the acquirer, and what is steered there', async () => {
  const invoice = newInvoice()
  await sees('POST', '/sandbox/acquirer/next', { responseCode: '00', delayMs: 0 })
  const paid = await pays(world, { invoice })
  await asksBack(world, paid)
  const { messages } = await sees('GET', `/sandbox/acquirer/messages?invoiceNumber=${invoice}`)
  assert.deepEqual(
    messages.map(({ kind }: { kind: string }) => kind),
    ['sale', 'void'],
  )
  await sees('POST', '/sandbox/acquirer/next', { lose: 'both' }, 400)
})

test('the issuer’s app, the book of the KKI switch, and what is steered there', async () => {
  await sees('POST', '/sandbox/kki/next', { waits: false })
  const { custIdMerchant } = await bound(merchant)
  const cpan = '9360001609987000000'
  const { ott } = await sees('POST', '/sandbox/kki/otts', { cpan })
  noteSecret('password', ott)
  const body = payBody({ value: '19002.00' })
  const { referenceNo } = (await callKki(merchant, 'pay', body)).body
  await sees('POST', `/sandbox/kki/confirmations/${referenceNo}`, { approve: true })
  await sees('POST', `/sandbox/kki/confirmations/${referenceNo}`, { approve: true }, 409)
  const numbers = [
    `custIdMerchant=${custIdMerchant}`,
    `partnerReferenceNo=${body.partnerReferenceNo}`,
  ]
  const books = await Promise.all(numbers.map((of) => sees('GET', `/sandbox/kki/messages?${of}`)))
  const amounts = books.flatMap(({ messages }) =>
    messages.map(({ amount }: { amount: number | null }) => amount),
  )
  assert.ok(amounts.includes(null) && amounts.includes(19002), JSON.stringify(amounts))
})

test('settlement: open and closed batches, a report, a release, a manual refund', async () => {
  const held = await pays(world, { hold: true })
  await sees('POST', '/sandbox/settlements/release', { invoiceNumber: held.invoice })
  const paid = await pays(world, { at: 'BANK_CIMB' })
  const { batches } = await sees('POST', '/sandbox/settlements')
  assert.ok(batches.length > 0)
  await sees('GET', '/sandbox/settlements')
  const requestId = randomUUID()
  await asksBack(world, paid, { requestId, amount: 1_000 })
  await sees('POST', `/sandbox/refunds/${requestId}`, { approve: true })
  const url = `/sandbox/settlements/${batches[0].batchId}.csv`
  const { operation } = rowOf('GET', url)
  const headers = { host: '127.0.0.1:8080' }
  const report = await world.app.server.inject({ url, headers })
  assert.equal(report.statusCode, 200)
  const [type = ''] = String(report.headers['content-type']).split(';')
  assert.deepEqual(Object.keys(operation.responses['200']?.content ?? {}), [type])
  seen.add('GET /sandbox/settlements/{batchId}.csv')
})

test('events of all that happened', async () => {
  const { events } = await sees('GET', '/sandbox/events?limit=1000')
  const types = new Set(events.map(({ type }: { type: string }) => type))
  for (const type of [
    'payment.captured',
    'refund.approved',
    'settlement.closed',
    'kki.card.bound',
  ]) {
    assert.ok(types.has(type), type)
  }
  await sees('GET', '/sandbox/events?limit=0', undefined, 400)
})

test('refusals at the door, as JSON and as a page', async () => {
  const ids = { unsigned: randomUUID(), late: randomUUID(), unknown: randomUUID() }
  const status = paths.status('INV-1')
  await get(world, status, { requestId: ids.unsigned, headers: { Signature: undefined } })
  await get(world, status, { requestId: ids.late, timestamp: '2026-01-01T00:00:00Z' })
  await get(world, status, { requestId: ids.unknown, secretKey: 'SK-of-nobody-at-all' })
  const found = await Promise.all(
    Object.values(ids).map((id) => sees('GET', `/sandbox/explain/${id}`)),
  )
  assert.ok(found.some(({ firstDifference }) => firstDifference === null))
  assert.ok(found.some(({ received }) => received.stringToSign === null))
  assert.ok(found.some(({ received }) => received.skewSeconds !== undefined))
  const { explanations } = await sees('GET', '/sandbox/explain')
  assert.equal(explanations.length, 3)
  await sees('GET', `/sandbox/explain/${randomUUID()}`, undefined, 404)
  for (const url of ['/sandbox/explain', `/sandbox/explain/${ids.late}`]) {
    const headers = { host: '127.0.0.1:8080', accept: 'text/html' }
    const page = await world.app.server.inject({ url, headers })
    const { content = {} } = rowOf('GET', url).operation.responses['200'] ?? {}
    assert.match(String(page.headers['content-type']), /^text\/html/)
    assert.ok('text/html' in content)
  }
})

test('time and its end', async () => {
  await sees('GET', '/sandbox/clock')
  await sees('POST', '/sandbox/clock', { advanceMs: 1_000 })
  await sees('POST', '/sandbox/clock', { advanceMs: -1 }, 400)
  await sees('POST', '/sandbox/reset')
})

test('no call of the control surface was left out', () => {
  const all = rows.map(({ method, path }) => `${method} ${path}`)
  assert.ok(all.length >= 26)
  assert.deepEqual(
    all.filter((name) => !seen.has(name)),
    [],
  )
})
