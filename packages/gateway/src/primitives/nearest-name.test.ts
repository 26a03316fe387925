import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const known = ['MODE', 'DATA_DIR', 'SANDBOX_HOSTS', 'SANDBOX_TOKEN']

for (const [written, meant] of [
  ['MODES', 'MODE'],
  ['MDOE', 'MODE'],
  ['DATADIR', 'DATA_DIR'],
  ['SANDBOX_HOST', 'SANDBOX_HOSTS'],
  ['TOKEN', undefined],
  ['KAFKA_BROKERS', undefined],
] as const) {
  test(`${written} most likely means ${meant ?? 'none of them'}`, () => {
    assert.equal(nearestName(written, known), meant)
  })
}

test('where nothing is known nothing is near', () => {
  assert.equal(nearestName('MODE', []), undefined)
})
