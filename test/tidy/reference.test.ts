import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

test('the generated reference is what the code says', () => {
  const root = new URL('../../', import.meta.url).pathname
  const check = spawnSync(process.execPath, ['scripts/generate-reference.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  assert.equal(check.stderr, '')
  assert.equal(check.status, 0)
})
