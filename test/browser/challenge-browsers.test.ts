/** The challenge page in browsers of all kinds: phones, dark mode, no JavaScript, in a frame. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContextOptions } from 'playwright-core'
import { createListeningWorld } from '../harness/listening.ts'
import { control, futureExpiry, paths, post } from '../harness/world.ts'
import { beginAuthentication } from './begin-authentication.ts'
import { needsChromium, newVisit } from './chromium.ts'
import { isDark, readTexts } from './contrasts.ts'
import { openShopfront } from './shopfront.ts'

const world = await createListeningWorld()
const shop = await openShopfront()
const ends = { success: `${shop.origin}/thanks`, failed: `${shop.origin}/sorry` }

async function arrive(options: BrowserContextOptions = {}) {
  const authenticationUrl = await beginAuthentication(world, ends)
  const visit = await newVisit(options)
  await visit.page.goto(authenticationUrl)
  return { ...visit, authenticationUrl }
}

/** A small phone, as Android phones of the last years report it. */
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }

test('without JavaScript the page works all the same', needsChromium, async () => {
  const { page } = await arrive({ javaScriptEnabled: false })
  await page.getByLabel('One-time password').fill('0')
  await page.getByRole('button', { name: 'Confirm payment' }).click()
  await page.getByText('2 tries left').waitFor()
  await page.getByLabel('One-time password').fill('123456')
  await page.getByRole('button', { name: 'Confirm payment' }).click()
  await page.waitForURL(ends.success)
})

for (const width of [360, 320]) {
  test(
    `on a phone ${width} px wide nothing scrolls sideways, and buttons fit a thumb`,
    needsChromium,
    async () => {
      const name = 'Toko Kelontong Serba Ada Berkah Jaya Abadi Cabang Yogyakarta-'.padEnd(100, 'X')
      const { body: merchant } = await control(world, 'POST', '/sandbox/merchants', { name })
      const { page } = await newVisit({ ...phone, viewport: { width, height: 740 } })
      const body = {
        order: { amount: 999_999_999_999, invoice_number: 'INV-WIDE' },
        card: { number: '4000000000001900006', expiry: futureExpiry },
        three_dsecure: { callback_url_success: ends.success, callback_url_failed: ends.failed },
      }
      const { three_dsecure } = (await post(world, paths.check, body, merchant)).body
      await page.goto(three_dsecure.authentication_url)
      const sizes = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth'
      assert.equal(await page.evaluate(sizes), true)
      for (const label of ['Confirm payment', 'Cancel']) {
        const box = await page.getByRole('button', { name: label }).boundingBox()
        assert(box && box.height >= 44 && box.width >= 44, label)
        assert(box.y + box.height <= 740, `${label} is on the first screen`)
      }
      const field = page.getByLabel('One-time password')
      assert.equal(await field.getAttribute('inputmode'), 'numeric')
      assert.equal(await field.getAttribute('autocomplete'), 'one-time-code')
      // iOS zooms into fields with smaller text.
      const size = 'parseFloat(getComputedStyle(document.querySelector("input")).fontSize)'
      assert(Number(await page.evaluate(size)) >= 16)
      await field.fill('123456')
      await page.getByRole('button', { name: 'Confirm payment' }).tap()
      await page.waitForURL(ends.success)
    },
  )
}

test('an Indonesian browser gets an Indonesian page', needsChromium, async () => {
  const { page, problems } = await arrive({ locale: 'id-ID' })
  assert.equal(await page.locator('html').getAttribute('lang'), 'id')
  await page.getByLabel('Kode OTP').fill('0')
  await page.getByRole('button', { name: 'Konfirmasi pembayaran' }).click()
  await page.getByRole('alert').filter({ hasText: 'Sisa percobaan: 2' }).waitFor()
  await page.getByRole('button', { name: 'Batal' }).click()
  await page.waitForURL(ends.failed)
  assert.deepEqual(problems, [])
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`in ${colorScheme} mode every text stands out from its ground`, needsChromium, async () => {
    const { page } = await arrive({ colorScheme })
    await page.getByLabel('One-time password').fill('0')
    await page.getByRole('button', { name: 'Confirm payment' }).click()
    await page.getByRole('alert').waitFor()
    assert.equal(await isDark(page), colorScheme === 'dark')
    assert.deepEqual(await readTexts(page), { count: 14, faint: [] })
  })
}

test('in a frame of the merchant’s page it works', needsChromium, async () => {
  const authenticationUrl = await beginAuthentication(world, ends)
  const { page } = await newVisit()
  await page.goto(`${shop.origin}/frame?of=${encodeURIComponent(authenticationUrl)}`)
  const frame = page.frameLocator('iframe')
  await frame.getByLabel('One-time password').fill('123456')
  await frame.getByRole('button', { name: 'Confirm payment' }).click()
  await frame.getByRole('heading', { name: '/thanks' }).waitFor()
})

test('a script that got into the page would not run', needsChromium, async () => {
  const { page, problems } = await arrive()
  const inject = `document.body.append(Object.assign(document.createElement('script'), {
    textContent: 'document.title = "broken in"' }))`
  await page.evaluate(inject)
  assert.equal(await page.title(), 'Confirm your payment')
  assert.match(problems.join(), /Content Security Policy/)
})
