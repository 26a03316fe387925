import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback } from './loopback.ts'

for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.10', '::1', '[::1]']) {
  test(`${host} is this machine`, () => assert.equal(isLoopback(host), true))
}
for (const host of [
  '',
  '0.0.0.0',
  '::',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  '127.1',
  '10.0.0.1',
  '128.0.0.1',
]) {
  test(`"${host}" is not this machine for sure`, () => assert.equal(isLoopback(host), false))
}
