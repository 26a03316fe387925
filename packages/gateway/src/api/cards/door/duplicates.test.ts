/** What a request is told whose Request-Id another one holds (design.md 5), holder by holder. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClaimedRequest } from '../../../requests/index.ts'
import { CardError } from '../card-error.ts'
import { type HolderAnswer, judgeHolder } from './duplicates.ts'

const now = new Date('2026-08-27T10:00:00Z')
const clock = { now: () => now, realNow: () => now, startTimer: () => () => {} }
const mac = (text: string) => Buffer.from(text.padEnd(32))
const request = { route: '/charge', bodyMac: mac('body'), signatureMac: mac('new') }

const holder = (change: Partial<ClaimedRequest> = {}): ClaimedRequest => ({
  route: '/charge',
  bodyMac: mac('body'),
  signatureMac: mac('old'),
  operationId: 'op_1',
  invoiceNumber: 'INV-1',
  expiresAt: new Date(now.getTime() + 1),
  ...change,
})
const expired = { expiresAt: now }
const judge = (held: ClaimedRequest, answer?: HolderAnswer) =>
  judgeHolder(held, request, { clock, answerOf: async () => answer })

async function refusal(held: ClaimedRequest, answer?: HolderAnswer): Promise<CardError> {
  const error = await judge(held, answer).then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof CardError)
  return error
}

const settled: HolderAnswer = { isSettled: true, members: { payment: { status: 'SUCCESS' } } }
const pending: HolderAnswer = { isSettled: false, members: { payment: { status: 'PENDING' } } }
const unanswered: HolderAnswer = { isSettled: false, members: undefined }

const refusals = [
  ['used signature', holder({ signatureMac: mac('new') }), 'invalid_signature'],
  [
    'used signature of another route',
    holder({ signatureMac: mac('new'), route: '/x' }),
    'invalid_signature',
  ],
  ['other route', holder({ route: '/x', bodyMac: mac('other') }), 'request_id_used'],
  ['other body', holder({ bodyMac: mac('other') }), 'precondition_failed'],
  ['same body', holder(), 'conflict'],
] as const
for (const [what, held, row] of refusals) {
  test(`a live holder, ${what}: ${row}`, async () => {
    assert.equal((await refusal(held, settled)).row, row)
  })
}

test('a conflict shows the answer as it stands, and none before there is one', async () => {
  const error = { code: 'INVALID_PARAMETER', message: 'Conflict', type: 'Invalid Parameter' }
  assert.deepEqual((await refusal(holder(), settled)).body, { ...settled.members, error })
  assert.deepEqual((await refusal(holder(), pending)).body, { ...pending.members, error })
  assert.deepEqual((await refusal(holder(), unanswered)).body, { error })
  assert.deepEqual((await refusal(holder())).body, { error })
})

test('a holder that has expired and settled may be superseded', async () => {
  const old = holder(expired)
  assert.equal(await judge(old, settled), old)
  // The work of a holder may be gone: then nothing of it can change.
  assert.equal(await judge(old), old)
})

test('a holder that has expired and is not settled is as live as before', async () => {
  assert.equal((await refusal(holder(expired), pending)).row, 'conflict')
  const otherBody = holder({ ...expired, bodyMac: mac('other') })
  assert.equal((await refusal(otherBody, pending)).row, 'precondition_failed')
})
