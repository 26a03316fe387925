import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScreening, sandboxScreeningRules } from './index.ts'

const { screen } = createScreening(sandboxScreeningRules)

const cases = [
  ['eve@reject.example', 'REJECT'],
  ['Eve@REJECT.Example', 'REJECT'],
  ['eve@review.example', 'REVIEW'],
  ['eve@sub.reject.example', 'APPROVE'],
  ['eve@reject.example.com', 'APPROVE'],
  ['reject.example@gmail.com', 'APPROVE'],
  [undefined, 'APPROVE'],
] as const
for (const [email, status] of cases) {
  test(`${email ?? 'no e-mail'} is ${status}`, () => assert.equal(screen({ email }).status, status))
}

test('without rules everything is approved, and says so', () => {
  const { screen } = createScreening([])
  const reason = 'Decision No Rules Triggered'
  assert.deepEqual(screen({ email: 'eve@reject.example' }), { status: 'APPROVE', reason })
})
