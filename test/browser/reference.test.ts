/** The API reference under /docs: Swagger UI, served by the gateway alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createListeningWorld } from '../harness/listening.ts'
import { needsChromium, newVisit } from './chromium.ts'

const world = await createListeningWorld()

test('the reference shows every call, and asks no other host', needsChromium, async () => {
  const { page, hosts } = await newVisit()
  await page.goto(`${world.url}/docs`)
  await page.getByText('/credit-card/charge', { exact: true }).click()
  await page.getByText('DOUBLE_REQUEST_DETECTED').first().waitFor()
  await page.waitForLoadState('networkidle')
  assert.deepEqual([...hosts], [new URL(world.url).host])
})
