import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choosePlan } from './installment-plans.ts'

const installmentPlans = [
  { planId: '1232131', tenors: [3, 6, 12] },
  { planId: 'PROMO', tenors: [12, 24] },
]

const cases: readonly [
  why: string,
  planId: string | undefined,
  tenor: number,
  expected: string | readonly [problem: string, field: string],
][] = [
  ['a plan and one of its tenors', '1232131', 6, '1232131'],
  ['a tenor of two plans, of the plan that is named', 'PROMO', 12, 'PROMO'],
  ['a tenor of another plan', 'PROMO', 3, ['tenor_not_offered', 'payment.tenor']],
  ['a tenor that is between two', '1232131', 4, ['tenor_not_offered', 'payment.tenor']],
  ['a plan that nobody offers', '999', 3, ['plan_not_found', 'payment.plan_id']],
  ['no plan: the first one of this tenor', undefined, 12, '1232131'],
  ['no plan: whichever has the tenor', undefined, 24, 'PROMO'],
  ['no plan and a tenor of none', undefined, 36, ['tenor_not_offered', 'payment.tenor']],
]

for (const [why, planId, tenor, expected] of cases) {
  test(`${why}: ${typeof expected === 'string' ? `plan ${expected}` : expected[0]}`, () => {
    const choose = () => choosePlan({ installmentPlans }, { planId, tenor })
    if (typeof expected === 'string') {
      assert.deepEqual(choose(), { planId: expected, tenor })
    } else {
      const [problem, field] = expected
      assert.throws(choose, { name: 'Problem', problem, values: { field } })
    }
  })
}

test('an account without plans has no plan, named or not', () => {
  for (const account of [{}, { installmentPlans: [] }]) {
    for (const planId of ['1232131', undefined]) {
      const choose = () => choosePlan(account, { planId, tenor: 3 })
      assert.throws(choose, { problem: 'plan_not_found' })
    }
  }
})
