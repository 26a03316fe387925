import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, problems } from './problem.ts'

test('a problem carries its name, its words and its values', () => {
  const catalogue = problems({ too_long: { says: 'It is too long.' } })
  const problem = catalogue.too_long({ maximum: 30 })
  assert.ok(problem instanceof Problem && problem instanceof Error)
  assert.deepEqual(
    [problem.name, problem.problem, problem.message, problem.values],
    ['Problem', 'too_long', 'It is too long.', { maximum: 30 }],
  )
  assert.deepEqual(catalogue.too_long().values, {})
})
