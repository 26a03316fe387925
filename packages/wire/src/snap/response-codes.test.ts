import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import { test } from 'node:test'
import {
  type SnapResponseName,
  snapEnvelopeOf,
  snapResponses,
  snapServiceCodeOf,
  snapServices,
} from './response-codes.ts'

const names = Object.keys(snapResponses) as SnapResponseName[]

test('every code of every service has seven digits, and begins with a status that HTTP knows', () => {
  for (const { code } of [...Object.values(snapServices), { code: '00' }]) {
    for (const name of names) {
      const { responseCode } = snapEnvelopeOf(name, code)
      assert.match(responseCode, /^[0-9]{7}$/)
      assert.ok(STATUS_CODES[responseCode.slice(0, 3)], responseCode)
      assert.equal(responseCode.slice(3, 5), code)
    }
  }
})

test('codes of the documents are to the letter', () => {
  const envelope = (responseCode: string, responseMessage: string) => ({
    responseCode,
    responseMessage,
  })
  assert.deepEqual(snapEnvelopeOf('successful', '73'), envelope('2007300', 'Successful'))
  assert.deepEqual(snapEnvelopeOf('in_progress', '54'), envelope('2025400', 'Request In Progress'))
  assert.deepEqual(
    snapEnvelopeOf('unauthorized', '73', { reason: 'Invalid Signature' }),
    envelope('4017300', 'Unauthorized. Invalid Signature'),
  )
  const field = { field: 'X-TIMESTAMP' }
  assert.deepEqual(
    snapEnvelopeOf('field_mandatory', '73', field),
    envelope('4007302', 'Invalid Mandatory Field X-TIMESTAMP'),
  )
  assert.deepEqual(
    snapEnvelopeOf('field_format', '73', field),
    envelope('4007301', 'Invalid Field Format X-TIMESTAMP'),
  )
  assert.deepEqual(snapEnvelopeOf('conflict', '01'), envelope('4090100', 'Conflict'))
})

test('a message has at most 150 characters, and no empty place at its end', () => {
  const { responseMessage } = snapEnvelopeOf('bad_request', '54', { reason: 'x'.repeat(1_000) })
  assert.equal(responseMessage.length, 150)
  assert.equal(snapEnvelopeOf('bad_request', '54').responseMessage, 'Bad Request.')
  for (const name of names) assert.ok(!/[{}]| $/.test(snapEnvelopeOf(name, '54').responseMessage))
})

test('the service code of a path is that of its call, and 00 for what is none', () => {
  assert.equal(snapServiceCodeOf('/authorization/v1/access-token/b2b'), '73')
  assert.equal(snapServiceCodeOf('/direct-debit/core/v1/debit/payment-host-to-host'), '54')
  assert.equal(snapServiceCodeOf('/direct-debit/core/v1/nothing'), '00')
})
