import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'

test('the client loads only itself, the wire package and Node’s own modules', async () => {
  const loaded: string[] = []
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context)
      loaded.push(resolved.url)
      return resolved
    },
  })
  await import('./index.ts')
  hooks.deregister()
  const ours = /\/packages\/(client|wire)\/src\//
  assert.deepEqual(
    loaded.filter((url) => !url.startsWith('node:') && !ours.test(url)),
    [],
  )
  assert(loaded.some((url) => url.includes('/packages/wire/')))
})
