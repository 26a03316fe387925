/** docs/reference/asyncapi.json is an AsyncAPI document, and what it says of an event is so. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import specs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import { pays, settleNow } from '../harness/settlements.ts'
import { control, createWorld } from '../harness/world.ts'

const file = new URL('../../docs/reference/asyncapi.json', import.meta.url)
const written = JSON.parse(readFileSync(file, 'utf8'))

const lenient = { strict: false, validateFormats: false } as const

test('the document is one of AsyncAPI 3.0', () => {
  // It brings the draft of JSON Schema that it is written in, under the name of Ajv's own.
  const ajv = new Ajv({ ...lenient, meta: false, validateSchema: false })
  const isValid = ajv.compile<object>(specs.schemas['3.0.0'] as object)
  assert.ok(isValid(written), ajv.errorsText(isValid.errors))
  assert.ok(!isValid({ ...written, channels: { payments: { messages: 1 } } }))
})

test('every reference in it leads somewhere', () => {
  const refs = JSON.stringify(written).matchAll(/"\$ref":"#\/([^"]+)"/g)
  const targets = [...refs].map(([, path = '']) => path)
  assert.ok(targets.length > 10)
  for (const path of targets) {
    const found = path
      .split('/')
      .reduce((at: Record<string, unknown> | undefined, name) => at?.[name] as never, written)
    assert.ok(found, path)
  }
})

test('an event is what the document says of its type', async () => {
  const world = await createWorld()
  await pays(world)
  await settleNow(world)
  const { events } = (await control(world, 'GET', '/sandbox/events')).body
  const told = events.map(({ type }: { type: string }) => type)
  assert.deepEqual(told, ['payment.captured', 'settlement.closed'])
  const ajv = new Ajv(lenient)
  for (const event of events) {
    const isValid = ajv.compile<object>(written.components.messages[event.type].payload)
    assert.ok(isValid(event), ajv.errorsText(isValid.errors))
    assert.ok(!isValid({ ...event, data: {} }))
  }
})

test('the document forbids no member that may come later', async () => {
  assert.doesNotMatch(JSON.stringify(written), /"additionalProperties":false/)
  const world = await createWorld()
  await pays(world)
  const [event] = (await control(world, 'GET', '/sandbox/events')).body.events
  const { data } = event
  const later = { more: 1 }
  const grown = {
    ...event,
    ...later,
    data: { ...data, ...later, card: { ...data.card, ...later } },
  }
  const isValid = new Ajv(lenient).compile<object>(written.components.messages[event.type].payload)
  assert.ok(isValid(grown), JSON.stringify(isValid.errors))
})
