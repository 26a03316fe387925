import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stateMachine } from './state-machine.ts'

const door = stateMachine({
  open: { close: 'closed' },
  closed: { open: 'open', lock: 'locked', wall: 'walled' },
  locked: { unlock: 'closed', wall: 'walled' },
  walled: {},
})

test('a legal move leads to its state, any other nowhere', () => {
  assert.equal(door.next('open', 'close'), 'closed')
  assert.equal(door.next('open', 'lock'), undefined)
  assert.equal(door.next('walled', 'open'), undefined)
})

test('a name that every object has is no move', () => {
  for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
    assert.equal(door.next('open', name), undefined)
    assert.deepEqual(door.statesThatAllow(name), [])
  }
})

test('the states that allow a move are all from which it is legal', () => {
  assert.deepEqual(door.statesThatAllow('wall'), ['closed', 'locked'])
  assert.deepEqual(door.statesThatAllow('fly'), [])
})

test('a state without a way out is final', () => {
  assert.deepEqual(door.states.filter(door.isFinal), ['walled'])
})

test('a table that leads to a state it does not have is refused when it is made', () => {
  assert.throws(() => stateMachine({ open: { close: 'closd' } }), /open leads to unknown closd/)
})
