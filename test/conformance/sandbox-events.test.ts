/** The log of events on the control surface (docs/guides/sandbox.md). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorEnvelope } from '@gerbang/wire/schemas'
import { keepEvents, type NewEvent } from '../../packages/gateway/src/events/index.ts'
import { systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { createIds, type MerchantId } from '../../packages/gateway/src/primitives/id.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'
import { control, createWorld } from '../harness/world.ts'
import { assertShape } from './calls.ts'

const world = await createWorld()
const ids = createIds(systemClock(), systemRandom)

/** Settles so many bindings, with their events; the ids of these. */
async function happen(count: number): Promise<string[]> {
  const { database } = world
  const events = Array.from(
    { length: count },
    (_, i): NewEvent => ({
      operationId: ids.next('bindingMessage'),
      merchantId: 'mer_of_the_log' as MerchantId,
      eventId: ids.next('event'),
      type: 'kki.card.bound',
      subject: ids.next('binding'),
      data: { referenceNo: ids.next('reference'), custIdMerchant: 'CUST1' },
      occurredAt: new Date(world.clock.now().getTime() + i),
    }),
  )
  const settled = events.map(({ operationId }) => operationId)
  await database`
    with settled as (
      select operation_id, null::text as subject, 1 as sequence, null::jsonb as event_data
      from unnest(${settled}::text[]) as operation_id
    )
    ${keepEvents(database, events, database`settled`)}`
  return events.map(({ eventId }) => eventId)
}

const read = (query = '') => control(world, 'GET', `/sandbox/events${query}`)

async function follow(query: string): Promise<{ ids: string[]; cursor: string }> {
  const { status, body, text } = await read(query)
  assert.equal(status, 200, text)
  return { ids: body.events.map(({ id }: { id: string }) => id), cursor: body.cursor }
}

test('an empty log has a cursor too, and from there what comes is read page by page', async () => {
  const { body } = await read()
  assert.deepEqual(Object.keys(body), ['events', 'cursor'])
  assert.deepEqual(body.events, [])
  const happened = await happen(3)
  const first = await follow(`?after=${body.cursor}&limit=2`)
  assert.deepEqual(first.ids, happened.slice(0, 2))
  const second = await follow(`?after=${first.cursor}&limit=2`)
  assert.deepEqual(second.ids, happened.slice(2))
  const third = await follow(`?after=${second.cursor}`)
  assert.deepEqual(third, { ids: [], cursor: second.cursor })
})

test('an event is a CloudEvent', async () => {
  await happen(1)
  const { events } = (await read()).body
  const { id, time, subject, merchantid, data, ...rest } = events.at(-1)
  assert.deepEqual(rest, {
    specversion: '1.0',
    source: '/gerbang',
    type: 'kki.card.bound',
    datacontenttype: 'application/json',
    sequence: '0000000001',
  })
  assert.match(id, /^evt_[0-9a-f]{32}$/)
  assert.ok(Number.isFinite(Date.parse(time)))
  assert.ok(subject && merchantid && data.referenceNo)
})

test('a page holds 100 events unless another number is asked for', async () => {
  await happen(101)
  assert.equal((await follow('')).ids.length, 100)
  assert.ok((await follow('?limit=1000')).ids.length > 100)
})

test('a reset empties the log, and a cursor of before it reads what comes after it', async () => {
  await happen(1)
  const { cursor } = await follow('?limit=1000')
  assert.equal((await control(world, 'POST', '/sandbox/reset')).status, 200)
  assert.deepEqual(await follow(''), { ids: [], cursor: '0' })
  const happened = await happen(1)
  assert.deepEqual((await follow(`?after=${cursor}`)).ids, happened)
})

for (const query of [
  'limit=0',
  'limit=1001',
  'limit=-1',
  'limit=1.5',
  'limit=',
  'limit=1&limit=2',
  'after=',
  'after=x',
  'after=999999999999999999',
  'after=%00',
  'since=1',
]) {
  test(`?${query} is not guessed at`, async () => {
    const { status, body, text } = await read(`?${query}`)
    assert.equal(status, 400, text)
    assertShape(errorEnvelope, body)
    assert.equal(body.error.code, 'INVALID_PARAMETER')
  })
}
