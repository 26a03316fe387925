import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticationMoves } from '../three-d-secure/machine.ts'
import { operationMoves, paymentMoves } from './machines.ts'

/** What each move leads to from each state; a state × move that is not named is refused. */
const cases = [
  {
    name: 'operation',
    machine: operationMoves,
    legal: [
      'asked approve approved',
      'asked refuse refused',
      'asked lose unknown',
      'asked hand_over manual',
      'manual approve approved',
      'manual refuse refused',
      'unknown approve approved',
      'unknown refuse refused',
    ],
    final: ['approved', 'refused'],
  },
  {
    name: 'payment',
    machine: paymentMoves,
    legal: [
      'pending authorize authorized',
      'pending capture captured',
      'pending refuse refused',
      'authorized capture captured',
      'authorized void voided',
      'authorized release released',
      'captured void voided',
      'captured refund captured',
      'captured refund_rest refunded',
    ],
    final: ['voided', 'refunded', 'released', 'refused'],
  },
  {
    name: 'authentication',
    machine: authenticationMoves,
    legal: [
      'asked challenge challenging',
      'asked authenticate authenticated',
      'asked attempt attempted',
      'asked skip not_enrolled',
      'asked fail failed',
      'challenging authenticate authenticated',
      'challenging fail failed',
      'authenticated use used',
      'attempted use used',
      'not_enrolled use used',
    ],
    final: ['failed', 'used'],
  },
]

for (const { name, machine, legal, final } of cases) {
  const { states, next, isFinal } = machine as {
    states: readonly string[]
    next: (state: string, move: string) => string | undefined
    isFinal: (state: string) => boolean
  }
  const moves = [...new Set(legal.map((line) => line.split(' ')[1] as string)), 'toString']
  for (const state of states) {
    for (const move of moves) {
      const to = legal.find((line) => line.startsWith(`${state} ${move} `))?.split(' ')[2]
      test(`${name}: ${state} × ${move} → ${to ?? 'refused'}`, () => {
        assert.equal(next(state, move), to)
      })
    }
  }
  test(`${name}: no way out of ${final.join(' and ')}, and of nothing else`, () => {
    assert.deepEqual(states.filter(isFinal), final)
  })
}
