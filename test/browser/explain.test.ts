/** Why a request was refused, as a person reads it on a phone or a desk, by day or night. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { createListeningWorld } from '../harness/listening.ts'
import { checkBody, paths, post } from '../harness/world.ts'
import { needsChromium, newVisit } from './chromium.ts'
import { readTexts } from './contrasts.ts'

const world = await createListeningWorld()
const sizes = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 800 } }

for (const [name, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`an explanation can be read on a ${name}, ${colorScheme}`, needsChromium, async () => {
      const { headers } = await post(world, paths.check, checkBody(), {
        requestId: 'refused-1',
        headers: { 'Request-Timestamp': formatTimestamp(new Date(Date.now() - 5_000)) },
      })
      const { pathname } = new URL(String(headers['gerbang-explain']))
      const { page, problems, hosts } = await newVisit({ viewport, colorScheme })
      await page.goto(`${world.url}${pathname}`)
      await page.getByText('First difference').waitFor()
      assert.equal(await page.locator('mark').count(), 2)
      const widths = '[document.documentElement.scrollWidth, window.innerWidth]'
      assert.deepEqual(await page.evaluate(widths), [viewport.width, viewport.width])
      const { count, faint } = await readTexts(page)
      assert.ok(count > 10)
      assert.deepEqual(faint, [])
      await page.getByRole('link', { name: 'The last refusals' }).click()
      await page.getByRole('link', { name: 'refused-1' }).first().click()
      await page.getByText('First difference').waitFor()
      assert.deepEqual(problems, [])
      assert.deepEqual([...hosts], [new URL(world.url).host])
    })
  }
}
