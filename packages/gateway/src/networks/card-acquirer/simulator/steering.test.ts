import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rupiah } from '../../../primitives/money.ts'
import { Secret } from '../../../primitives/secret.ts'
import { behaviourFor } from './steering.ts'

const usualCard = new Secret('5573381011111101')
const at = (amount: bigint, cardNumber = usualCard) => ({ amount: rupiah(amount), cardNumber })

test('an amount that ends in 90NN answers NN, whatever the card', () => {
  assert.deepEqual(behaviourFor(at(19051n), undefined), { responseCode: '51' })
  assert.deepEqual(behaviourFor(at(9005n), undefined), { responseCode: '05' })
  assert.deepEqual(behaviourFor(at(9008n), undefined), { responseCode: '08' })
  const declinedCard = new Secret('5576920000000390')
  assert.deepEqual(behaviourFor(at(19000n, declinedCard), undefined), { responseCode: '00' })
})

test('other amounts are decided by the card', () => {
  assert.deepEqual(behaviourFor(at(90000n), undefined), { responseCode: '00' })
  assert.deepEqual(behaviourFor(at(90512n), undefined), { responseCode: '00' })
  assert.deepEqual(behaviourFor(at(905n), undefined), { responseCode: '00' })
  const stolen = new Secret('4000000000043002')
  assert.deepEqual(behaviourFor(at(90000n, stolen), undefined), { responseCode: '43' })
})

test('68, 69 and 96 lose the answer, lose the request and come late', () => {
  assert.deepEqual(behaviourFor(at(19068n), undefined), { responseCode: '00', lose: 'answer' })
  assert.deepEqual(behaviourFor(at(19069n), undefined), { responseCode: '00', lose: 'request' })
  assert.deepEqual(behaviourFor(at(19096n), undefined), { responseCode: '00', delayMs: 3_000 })
})

test('an instruction goes before amount and card, and a code in it is meant as a code', () => {
  assert.deepEqual(behaviourFor(at(19068n), { responseCode: '96' }), { responseCode: '96' })
  assert.deepEqual(behaviourFor(at(19051n), { delayMs: 10 }), { responseCode: '51', delayMs: 10 })
  assert.deepEqual(behaviourFor(at(100n), { lose: 'request' }), {
    responseCode: '00',
    lose: 'request',
  })
})
