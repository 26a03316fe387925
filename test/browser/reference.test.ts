/** The API reference under /docs: Swagger UI, served by the gateway alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createListeningWorld } from '../harness/listening.ts'
import { needsChromium, newVisit } from './chromium.ts'
import { readTexts } from './contrasts.ts'

const world = await createListeningWorld()

const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }

test('the reference shows every call, and asks no other host', needsChromium, async () => {
  const { page, hosts } = await newVisit()
  await page.goto(`${world.url}/docs`)
  await page.getByText('/credit-card/charge', { exact: true }).click()
  await page.getByText('DOUBLE_REQUEST_DETECTED').first().waitFor()
  await page.waitForLoadState('networkidle')
  assert.deepEqual([...hosts], [new URL(world.url).host])
})

test('only control calls can be tried: nobody signs a card call here', needsChromium, async () => {
  const { page } = await newVisit()
  await page.goto(`${world.url}/docs`)
  await page.getByText('/sandbox/clock', { exact: true }).first().click()
  await page.getByRole('button', { name: 'Try it out' }).waitFor()
  await page.getByText('/sandbox/clock', { exact: true }).first().click()
  await page.getByText('/credit-card/charge', { exact: true }).click()
  await page.getByText('DOUBLE_REQUEST_DETECTED').first().waitFor()
  assert.equal(await page.getByRole('button', { name: 'Try it out' }).count(), 0)
})

test(
  'the reference breaks no policy, shows no foreign mark and leads to the guides',
  needsChromium,
  async () => {
    const { page, problems } = await newVisit()
    await page.goto(`${world.url}/docs`)
    await page.getByText('/credit-card/charge', { exact: true }).waitFor()
    assert.equal(await page.locator('.topbar, img[alt*="Swagger"]').count(), 0)
    const popup = page.waitForEvent('popup')
    await page.getByRole('link', { name: 'guides' }).click()
    const guides = await popup
    await guides.getByRole('link', { name: '3-D Secure' }).click()
    await guides.getByRole('heading', { name: '3-D Secure' }).waitFor()
    assert.deepEqual(problems, [])
  },
)

test('on a phone an open call does not scroll sideways', needsChromium, async () => {
  const { page } = await newVisit(phone)
  await page.goto(`${world.url}/docs`)
  for (const path of ['/credit-card/charge', '/sandbox/merchant']) {
    await page.getByText(path, { exact: true }).first().click()
  }
  await page.getByText('DOUBLE_REQUEST_DETECTED').first().waitFor()
  await page.getByText('Media type').first().waitFor()
  const widths = '[document.documentElement.scrollWidth, window.innerWidth]'
  assert.deepEqual(await page.evaluate(widths), [360, 360])
})

for (const width of [360, 1280]) {
  test(`documents can be read on a screen ${width} px wide`, needsChromium, async () => {
    const { page, problems, hosts } = await newVisit({ viewport: { width, height: 740 } })
    for (const path of ['guides', 'guides/notifications.md', 'reference/settings.md']) {
      await page.goto(`${world.url}/docs/${path}`)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, path)
      assert.deepEqual((await readTexts(page)).faint, [], path)
    }
    assert.deepEqual(problems, [])
    assert.deepEqual([...hosts], [new URL(world.url).host])
  })
}
