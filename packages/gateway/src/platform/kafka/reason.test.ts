import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from './reason.ts'

test('a reason is the error with its causes, in one line, without the number of a thread', () => {
  const cause = new Error(
    '404D90CFE67F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:tlsany_meth.c:77:\n',
  )
  assert.equal(
    reasonOf(new Error('Connection to kafka:9092 failed.', { cause })),
    'Connection to kafka:9092 failed. error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:tlsany_meth.c:77:',
  )
})

test('of several errors the last is told, and what is no error is unknown', () => {
  assert.equal(reasonOf(new AggregateError([new Error('first'), new Error('second')])), 'second')
  assert.equal(reasonOf({ password: 'x' }), 'unknown')
})
