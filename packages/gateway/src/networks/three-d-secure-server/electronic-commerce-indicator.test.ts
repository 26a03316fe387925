import assert from 'node:assert/strict'
import { test } from 'node:test'
import { electronicCommerceIndicators } from './electronic-commerce-indicator.ts'

test('each brand has its indicator for authenticated, attempted and neither', () => {
  const usual = { authenticated: '05', attempted: '06', none: '07' }
  assert.deepEqual(electronicCommerceIndicators, {
    VISA: usual,
    JCB: usual,
    AMEX: usual,
    MASTER: { authenticated: '02', attempted: '01', none: '00' },
  })
})
