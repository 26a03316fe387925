/** The page of a card binding in a real browser: where each way through it ends, on what device. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { createListeningWorld } from '../harness/listening.ts'
import { sandboxSnapMerchant } from '../harness/snap.ts'
import { control } from '../harness/world.ts'
import { beginBinding } from './begin-binding.ts'
import { needsChromium, newVisit, type Visit } from './chromium.ts'
import { isDark, readTexts } from './contrasts.ts'
import { openShopfront } from './shopfront.ts'

const world = await createListeningWorld()
const shop = await openShopfront()
const success = `${shop.origin}/bound?order=1`
const failed = `${shop.origin}/sorry`

const enter = async (page: Page, otp: string) => {
  await page.getByLabel('One-time password').fill(otp)
  await page.getByRole('button', { name: 'Link card' }).click()
}

/** Opens the page of a new binding in a tab of its own; tells where it can end. */
async function arrive(
  options: BrowserContextOptions = {},
  ends: Parameters<typeof beginBinding>[1] = { success, failed },
) {
  const { pageUrl, referenceNo } = await beginBinding(world, ends)
  const visit = await newVisit(options)
  await visit.page.goto(pageUrl)
  return {
    ...visit,
    pageUrl,
    bound: `${success}&referenceNo=${referenceNo}&status=SUCCESS`,
    notBound: `${failed}?referenceNo=${referenceNo}&status=FAILED`,
  }
}

function assertClean({ problems, hosts }: Visit) {
  assert.deepEqual(problems, [])
  const own = [world.url, shop.origin].map((url) => new URL(url).host)
  assert.deepEqual(
    [...hosts].filter((host) => !own.includes(host)),
    [],
  )
}

test('the right password lands on the success URL, with how it ended', needsChromium, async () => {
  const visit = await arrive()
  assert.equal(await visit.page.title(), 'Link your card')
  await enter(visit.page, '123456')
  await visit.page.waitForURL(visit.bound)
  assertClean(visit)
})

test(
  'three wrong passwords end on the failed URL, and the page counts down',
  needsChromium,
  async () => {
    const visit = await arrive()
    const { page } = visit
    for (const left of ['2 tries left', '1 try left']) {
      await enter(page, '000000')
      await page.getByRole('alert').filter({ hasText: left }).waitFor()
      assert.equal(await page.getByLabel('One-time password').inputValue(), '')
    }
    await enter(page, '000000')
    await page.waitForURL(visit.notBound)
    assertClean(visit)
  },
)

test('cancel ends on the failed URL, without a password', needsChromium, async () => {
  const visit = await arrive()
  await visit.page.getByRole('button', { name: 'Cancel' }).click()
  await visit.page.waitForURL(visit.notBound)
  assertClean(visit)
})

test(
  'the keyboard is enough: Enter links the card, and Tab leads to cancel',
  needsChromium,
  async () => {
    const [linking, leaving] = [await arrive(), await arrive()]
    // The cursor comes into the field by itself; a busy machine takes a moment for it.
    await linking.page.locator('#otp:focus').waitFor()
    await linking.page.keyboard.type('123456')
    await linking.page.keyboard.press('Enter')
    await linking.page.waitForURL(linking.bound)
    await leaving.page.locator('#otp:focus').waitFor()
    await leaving.page.keyboard.press('Tab')
    await leaving.page.keyboard.press('Tab')
    await leaving.page.keyboard.press('Enter')
    await leaving.page.waitForURL(leaving.notBound)
  },
)

test('without JavaScript the page works all the same', needsChromium, async () => {
  const { page, bound } = await arrive({ javaScriptEnabled: false })
  await enter(page, '0')
  await page.getByText('2 tries left').waitFor()
  await enter(page, '123456')
  await page.waitForURL(bound)
})

test(
  'while the bank is asked the page waits, looks again by itself and sends nothing twice',
  needsChromium,
  async () => {
    const visit = await arrive({ javaScriptEnabled: false })
    const { page } = visit
    const { clientId } = await sandboxSnapMerchant(world)
    await world.kkiSimulator.steerNext(clientId, { lose: 'answer' })
    const methods: string[] = []
    page.on('request', (request) => methods.push(request.method()))
    await enter(page, '123456')
    await page.getByRole('heading', { name: 'One moment' }).waitFor()
    const looked = page.waitForRequest((request) => request.method() === 'GET')
    await looked
    await control(world, 'POST', '/sandbox/clock', { advanceMs: 30_000 })
    await page.waitForURL(visit.bound)
    assert.equal(methods.filter((method) => method === 'POST').length, 1)
    assertClean(visit)
  },
)

test(
  'a page that is left open leads on by itself once its time is over',
  needsChromium,
  async () => {
    const { pageUrl, referenceNo } = await beginBinding(world, { success, failed })
    await control(world, 'POST', '/sandbox/clock', { advanceMs: 15 * 60_000 - 4_000 })
    const { page } = await newVisit({ javaScriptEnabled: false })
    await page.goto(pageUrl)
    await page.waitForURL(`${failed}?referenceNo=${referenceNo}&status=FAILED`)
  },
)

test('where the merchant gave no URL the page says how it ended', needsChromium, async () => {
  const visit = await arrive({}, {})
  await enter(visit.page, '123456')
  await visit.page.getByRole('heading', { name: 'Your card is linked' }).waitFor()
  assert.equal(await visit.page.locator('form').count(), 0)
  assertClean(visit)
})

for (const width of [360, 320]) {
  test(
    `on a phone ${width} px wide nothing scrolls sideways, and buttons fit a thumb`,
    needsChromium,
    async () => {
      const viewport = { width, height: 740 }
      const { page, bound } = await arrive({ viewport, hasTouch: true, isMobile: true })
      const sizes = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth'
      assert.equal(await page.evaluate(sizes), true)
      for (const label of ['Link card', 'Cancel']) {
        const box = await page.getByRole('button', { name: label }).boundingBox()
        assert(box && box.height >= 44 && box.width >= 44, label)
        assert(box.y + box.height <= 740, `${label} is on the first screen`)
      }
      const field = page.getByLabel('One-time password')
      assert.equal(await field.getAttribute('inputmode'), 'numeric')
      assert.equal(await field.getAttribute('autocomplete'), 'one-time-code')
      await field.fill('123456')
      await page.getByRole('button', { name: 'Link card' }).tap()
      await page.waitForURL(bound)
    },
  )
}

test('an Indonesian browser gets an Indonesian page', needsChromium, async () => {
  const visit = await arrive({ locale: 'id-ID' })
  const { page } = visit
  assert.equal(await page.locator('html').getAttribute('lang'), 'id')
  await page.getByLabel('Kode OTP').fill('0')
  await page.getByRole('button', { name: 'Hubungkan kartu' }).click()
  await page.getByRole('alert').filter({ hasText: 'Sisa percobaan: 2' }).waitFor()
  await page.getByRole('button', { name: 'Batal' }).click()
  await page.waitForURL(visit.notBound)
  assertClean(visit)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`in ${colorScheme} mode every text stands out from its ground`, needsChromium, async () => {
    const { page } = await arrive({ colorScheme })
    await enter(page, '0')
    await page.getByRole('alert').waitFor()
    assert.equal(await isDark(page), colorScheme === 'dark')
    assert.deepEqual(await readTexts(page), { count: 16, faint: [] })
  })
}

test('in a frame of the merchant’s page it works', needsChromium, async () => {
  const { pageUrl } = await beginBinding(world, { success, failed })
  const { page } = await newVisit()
  await page.goto(`${shop.origin}/frame?of=${encodeURIComponent(pageUrl)}`)
  const frame = page.frameLocator('iframe')
  await frame.getByLabel('One-time password').fill('123456')
  await frame.getByRole('button', { name: 'Link card' }).click()
  await frame.getByRole('heading', { name: '/bound' }).waitFor()
})
