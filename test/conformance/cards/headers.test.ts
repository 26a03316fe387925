/** The four headers, in the documented order of checks (wire.md 2.5), on every card route. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import {
  type Answer,
  chargeBody,
  checkBody,
  createWorld,
  paths,
  signedHeaders,
  type World,
} from '../../harness/world.ts'
import { assertRefused, charge, check, orderStatus, type SeenOptions } from '../calls.ts'

const world = await createWorld()
const at = (seconds: number) => formatTimestamp(new Date(Date.now() + seconds * 1_000))

const header = (message: string) => ({ status: 400, code: 'invalid_header_request', message })
const unknownClient = { status: 400, code: 'invalid_client_id', message: 'Invalid Client-Id' }
const badSignature = { status: 400, code: 'invalid_signature', message: 'Invalid Header Signature' }
const unsigned = { answerKey: null } as const

type Call = (options: SeenOptions, where?: World) => Promise<Answer>
const routes: readonly { name: string; emptyClientId: string; call: Call }[] = [
  {
    name: 'check',
    emptyClientId: 'Header Client-Id is required',
    call: (options, where = world) => check(where, checkBody(), options),
  },
  {
    name: 'charge',
    emptyClientId: 'empty client id',
    call: (options, where = world) => charge(where, chargeBody({}), options),
  },
  {
    name: 'order status',
    emptyClientId: 'Header Client-Id is required',
    call: (options, where = world) => orderStatus(where, 'INV-unknown', options),
  },
]
/** Behind the headers, charge misses an authentication id and order status finds nothing. */
const passes = (answer: Answer) => !String(answer.body.error?.code).startsWith('invalid_')

for (const { name, emptyClientId, call } of routes) {
  test(`${name}: a missing header is named, in the order of the documents`, async () => {
    const gone: Record<string, undefined> = {}
    for (const missing of ['Signature', 'Request-Timestamp', 'Request-Id', 'Client-Id']) {
      gone[missing] = undefined
      const options = { headers: gone, ...('Client-Id' in gone ? unsigned : {}) }
      assertRefused(await call(options), header(`Header ${missing} is required`))
    }
  })

  test(`${name}: an empty header counts as missing; an empty Client-Id has its own words`, async () => {
    for (const empty of ['Signature', 'Request-Timestamp', 'Request-Id']) {
      const answer = await call({ headers: { [empty]: '' } })
      assertRefused(answer, header(`Header ${empty} is required`))
    }
    assertRefused(await call({ headers: { 'Client-Id': '' }, ...unsigned }), header(emptyClientId))
  })

  test(`${name}: Client-Id and Request-Id have at most 128 characters`, async () => {
    const size = header('size must be between 1 and 128')
    assertRefused(await call({ clientId: 'M'.repeat(129), ...unsigned }), size)
    assertRefused(await call({ clientId: 'M'.repeat(128), ...unsigned }), unknownClient)
    assertRefused(await call({ requestId: 'R'.repeat(129) }), size)
    assert.ok(passes(await call({ requestId: `${name}`.padEnd(128, 'R') })))
  })

  test(`${name}: a Request-Id is printable ASCII, and no other is repeated`, async () => {
    for (const requestId of ['r\u00e9-1', '\u00c3\u00a9', 'a\tb', 'a\u0080', '\u007f']) {
      const answer = await call({ requestId })
      assertRefused(answer, header('Invalid format Header Request-Id'))
      assert.equal(answer.headers['request-id'], '')
    }
    assert.ok(passes(await call({ requestId: `${name} !~'"\\{}` })))
  })

  test(`${name}: a Request-Timestamp has whole seconds, T and Z, and is a real instant`, async () => {
    const malformed = header('Invalid format Header Request-Timestamp')
    const now = at(0)
    for (const timestamp of [
      now.slice(0, -1),
      now.replace('T', ' '),
      now.replace('Z', '.000Z'),
      now.replace('Z', '+00:00'),
      now.toLowerCase(),
      ` ${now.slice(1)}`,
      '2026-02-30T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-13-01T00:00:00Z',
      '20260101T000000Z',
      String(Date.now()),
      'now',
    ]) {
      assertRefused(await call({ timestamp }), malformed)
    }
  })

  test(`${name}: a Request-Timestamp is at most 10 seconds from now, either way`, async () => {
    const outside = header('Header Request-Timestamp is not in +- 10 second of now')
    for (const seconds of [-86_400, -60, -12, 12, 60, 86_400]) {
      assertRefused(await call({ timestamp: at(seconds) }), outside)
    }
    for (const seconds of [-8, 0, 8]) assert.ok(passes(await call({ timestamp: at(seconds) })))
  })

  test(`${name}: what is wrong first is told first`, async () => {
    const wrong = { Signature: 'HMACSHA256=wrong' }
    const nobody = { clientId: 'MCH-nobody', ...unsigned }
    const size = await call({ requestId: 'R'.repeat(129), timestamp: 'now', headers: wrong })
    assertRefused(size, header('size must be between 1 and 128'))
    const form = await call({ ...nobody, timestamp: 'now', headers: wrong })
    assertRefused(form, header('Invalid format Header Request-Timestamp'))
    const late = await call({ ...nobody, timestamp: at(-60), headers: wrong })
    assertRefused(late, header('Header Request-Timestamp is not in +- 10 second of now'))
    assertRefused(await call({ ...nobody, headers: wrong }), unknownClient)
    assertRefused(await call({ headers: wrong }), badSignature)
  })

  test(`${name}: the secret of another merchant opens nothing`, async () => {
    const options = { secretKey: 'SK-somebody-else', answerKey: 'SK-GerbangSandbox0001' }
    assertRefused(await call(options), badSignature)
    assertRefused(await call({ ...options, secretKey: '' }), badSignature)
  })
}

test('the window of Request-Timestamp is a setting, and the refusal names it', async () => {
  const wide = await createWorld({ config: { timestampWindowSeconds: 3_600 } })
  for (const { call } of routes) {
    assert.ok(passes(await call({ timestamp: at(-3_590) }, wide)))
    const answer = await call({ timestamp: at(3_700) }, wide)
    assertRefused(answer, header('Header Request-Timestamp is not in +- 3600 second of now'))
  }
})

test('the names of headers may be written in any case', async () => {
  const body = checkBody()
  const bytes = Buffer.from(JSON.stringify(body))
  const headers = Object.entries(signedHeaders('POST', paths.check, bytes))
  const lower = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))
  const none = Object.fromEntries(headers.map(([name]) => [name, undefined]))
  assert.equal((await check(world, body, { headers: { ...none, ...lower } })).status, 200)
})
