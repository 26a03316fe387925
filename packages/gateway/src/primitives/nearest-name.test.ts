import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const known = ['GERBANG_MODE', 'GERBANG_DATA_DIR', 'GERBANG_SANDBOX_HOSTS', 'GERBANG_SANDBOX_TOKEN']

for (const [written, meant] of [
  ['GERBANG_MODES', 'GERBANG_MODE'],
  ['GERBANG_MDOE', 'GERBANG_MODE'],
  ['GERBANG_DATADIR', 'GERBANG_DATA_DIR'],
  ['GERBANG_SANDBOX_HOST', 'GERBANG_SANDBOX_HOSTS'],
  ['GERBANG_TOKEN', undefined],
  ['GERBANG_KAFKA_BROKERS_OF_SOMEBODY', undefined],
] as const) {
  test(`${written} most likely means ${meant ?? 'none of them'}`, () => {
    assert.equal(nearestName(written, known), meant)
  })
}

test('where nothing is known nothing is near', () => {
  assert.equal(nearestName('GERBANG_MODE', []), undefined)
})
