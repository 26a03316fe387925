/** Bodies that a stranger's program sends: broken, hostile, odd (design.md 5, wire.md 11.1). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Answer,
  authenticated,
  chargeBody,
  checkBody,
  createWorld,
  newInvoice,
} from '../../harness/world.ts'
import { assertRefused, charge, check, parameter, type SeenOptions } from '../calls.ts'

const world = await createWorld()

type Route = {
  readonly name: string
  readonly call: (body: unknown, options?: SeenOptions) => Promise<Answer>
  readonly right: () => Promise<Record<string, unknown> & { order: object; card: object }>
}
const routes: readonly Route[] = [
  {
    name: 'check',
    call: (body, options) => check(world, body, options),
    right: async () => checkBody(),
  },
  {
    name: 'charge',
    call: (body, options) => charge(world, body, options),
    right: async () => {
      const invoice = newInvoice()
      return chargeBody({ invoice, authenticationId: await authenticated(world, { invoice }) })
    },
  },
]

const malformed = (reason: string) => parameter(`Invalid request: ${reason}`)
const notJson = malformed('the body is not valid JSON')
const tooDeep = malformed('the body is nested too deeply')
const nul = malformed('the body has a NUL character')
const surrogate = malformed('the body has half a surrogate pair')

const broken: readonly (readonly [string, string | Buffer, ReturnType<typeof parameter>])[] = [
  ['nothing', '', notJson],
  ['white space', '  \n', notJson],
  ['no JSON', 'amount=90000', notJson],
  ['a cut text', '{"order":{"amount":900', notJson],
  ['a trailing comma', '{"order":{"amount":90000},}', notJson],
  ['single quotes', "{'order':{}}", notJson],
  ['a comma in a number', '{"order":{"amount":90,000}}', notJson],
  ['NaN', '{"order":{"amount":NaN}}', notJson],
  ['two documents', '{}{}', notJson],
  ['a text', '"order"', malformed('the body is not an object')],
  ['a list', '[]', malformed('the body is not an object')],
  ['a number', '1', malformed('the body is not an object')],
  ['null', 'null', malformed('the body is not an object')],
  [
    'bytes that are not UTF-8',
    Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    malformed('the body is not UTF-8'),
  ],
  [
    'an overlong UTF-8 form',
    Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
    malformed('the body is not UTF-8'),
  ],
  ['60,000 brackets', '['.repeat(60_000), tooDeep],
  ['33 levels', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, tooDeep],
  ['NUL in a text', '{"order":{"invoice_number":"a\\u0000b"}}', nul],
  ['NUL in a name', '{"a\\u0000":1}', nul],
  ['half a surrogate pair', '{"order":{"invoice_number":"\\ud800"}}', surrogate],
  ['half a surrogate pair in a name', '{"\\udfff":1}', surrogate],
]

for (const { name, call, right } of routes) {
  for (const [what, body, refusal] of broken) {
    test(`${name}: a body of ${what} is refused in the envelope`, async () => {
      assertRefused(await call(body), refusal)
    })
  }

  test(`${name}: only application/json is read`, async () => {
    const contentType = (type: string) => ({ headers: { 'Content-Type': type } })
    const refusal = { ...parameter('Content-Type must be application/json'), status: 415 }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      assertRefused(await call(await right(), contentType(type)), refusal)
    }
    for (const type of ['application/json; charset=utf-8', 'Application/JSON']) {
      assert.equal((await call(await right(), contentType(type))).status, 200)
    }
  })

  test(`${name}: a body of more than 64 kB is refused, one just below is read`, async () => {
    const padded = async (length: number) => {
      const text = JSON.stringify(await right())
      return text + ' '.repeat(length - text.length)
    }
    const refusal = { ...parameter('The body must not be larger than 65536 bytes'), status: 413 }
    assertRefused(await call(await padded(65_537)), refusal)
    assert.equal((await call(await padded(65_536))).status, 200)
  })

  test(`${name}: members of another type are named, never a crash`, async () => {
    const odd = [[], {}, 'text', 7, true, [[]], [{}]]
    for (const member of Object.keys(await right())) {
      // An empty card is a charge by authentication id alone.
      const wrong = odd.filter((value) => member !== 'card' || JSON.stringify(value) !== '{}')
      for (const value of wrong) {
        const answer = await call({ ...(await right()), [member]: value })
        assert.equal(answer.status, 400, `${member}: ${JSON.stringify(value)} → ${answer.text}`)
      }
    }
    const { order, card } = await right()
    for (const value of odd) {
      for (const member of [...Object.keys(order), 'descriptor', 'line_items']) {
        const answer = await call({ ...(await right()), order: { ...order, [member]: value } })
        assert.ok(answer.status <= 400, answer.text)
      }
      for (const member of [...Object.keys(card), 'token', 'save']) {
        const answer = await call({ ...(await right()), card: { ...card, [member]: value } })
        assert.ok(answer.status <= 400, answer.text)
      }
    }
  })

  test(`${name}: unknown members are ignored, wherever they stand`, async () => {
    const body = await right()
    const extra = { invoice_number: { callback_url_success: 'x' }, 'ünknown 🙂': [1, { a: null }] }
    const answer = await call({
      ...extra,
      ...body,
      order: { ...extra, ...body.order },
      card: { ...extra, ...body.card },
    })
    assert.equal(answer.status, 200, answer.text)
  })

  test(`${name}: members of every JavaScript object are no members of a body`, async () => {
    const hostile = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']
    const body = JSON.stringify(await right())
    for (const key of hostile) {
      const inherited = `{"${key}":${body}}`
      assertRefused(await call(inherited), wordsForNothing(name))
    }
    const beside = hostile.map((key) => `"${key}":{"order":{"amount":1},"polluted":true},`)
    const answer = await call(`{${beside.join('')}${body.slice(1)}`)
    assert.equal(answer.status, 200, answer.text)
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  })

  test(`${name}: null and "" count as absent`, async () => {
    for (const nothing of [null, '']) {
      const body = await right()
      const answer = await call({
        ...body,
        customer: nothing,
        additional_info: nothing,
        authentication: nothing,
        order: {
          ...(body.order as object),
          ...(name === 'check' ? { invoice_number: nothing } : {}),
          descriptor: nothing,
          line_items: nothing,
        },
        card: { ...(body.card as object), token: nothing, save: nothing },
      })
      if (name === 'check') assert.equal(answer.status, 200, answer.text)
      else assert.equal(answer.body.payment?.status, 'SUCCESS', answer.text)
      assert.equal((await call({ ...(await right()), order: nothing })).status, 400)
    }
  })
}

/** What is said first of a body without any known member. */
function wordsForNothing(name: string) {
  return parameter(name === 'check' ? 'Invalid amount' : 'payment.type is required')
}
