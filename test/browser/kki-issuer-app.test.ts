/** The issuer's app of the sandbox in a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { money } from '../../packages/gateway/src/primitives/money.ts'
import { sendKkiPayment } from '../harness/kki-payments.ts'
import { createListeningWorld } from '../harness/listening.ts'
import { control } from '../harness/world.ts'
import { needsChromium, newVisit, type Visit } from './chromium.ts'
import { isDark, readTexts } from './contrasts.ts'
import { openShopfront } from './shopfront.ts'

const world = await createListeningWorld()
const shop = await openShopfront()
const app = `${world.url}/issuer-app`

const formOf = (page: Page, { command }: Awaited<ReturnType<typeof sendKkiPayment>>) =>
  page.getByRole('form', { name: command.partnerReferenceNo })
const stateOf = async (referenceNo: string) =>
  (await world.kkiSimulator.findPayment(referenceNo))?.state

function assertClean({ problems, hosts }: Visit) {
  assert.deepEqual(problems, [])
  assert.deepEqual([...hosts], [new URL(world.url).host])
}

for (const [label, heading, state] of [
  ['Approve', 'Payment approved', 'approved'],
  ['Decline', 'Payment declined', 'declined'],
] as const) {
  test(
    `${label} in the list leads to the page of a payment that is ${state}`,
    needsChromium,
    async () => {
      const [payment, other] = [await sendKkiPayment(world), await sendKkiPayment(world)]
      const visit = await newVisit()
      const { page } = visit
      await page.goto(app)
      await formOf(page, payment).getByRole('button', { name: label }).click()
      await page.getByRole('heading', { name: heading }).waitFor()
      assert.equal(page.url(), `${app}/${payment.referenceNo}`)
      assert.equal(await page.getByRole('button').count(), 0)
      assert.equal(await stateOf(payment.referenceNo), state)
      assert.equal(await stateOf(other.referenceNo), 'waiting')
      await page.getByRole('link', { name: 'All waiting payments' }).click()
      await formOf(page, other).waitFor()
      assert.equal(await formOf(page, payment).count(), 0)
      assertClean(visit)
    },
  )
}

test('the keyboard is enough to decide', needsChromium, async () => {
  const { referenceNo } = await sendKkiPayment(world)
  const { page } = await newVisit()
  await page.goto(`${app}/${referenceNo}`)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Payment declined' }).waitFor()
})

test(
  'without JavaScript a payment that comes is shown by itself, and can be decided',
  needsChromium,
  async () => {
    await control(world, 'POST', '/sandbox/reset')
    const { page } = await newVisit({ javaScriptEnabled: false })
    await page.goto(app)
    await page.getByText('No payment waits').waitFor()
    const payment = await sendKkiPayment(world)
    await formOf(page, payment).getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('heading', { name: 'Payment approved' }).waitFor()
  },
)

test('a payment’s page shows by itself what was decided elsewhere', needsChromium, async () => {
  const { referenceNo } = await sendKkiPayment(world)
  const visit = await newVisit()
  await visit.page.goto(`${app}/${referenceNo}`)
  await visit.page.getByRole('heading', { name: 'Confirm this payment?' }).waitFor()
  await world.kkiSimulator.confirm(referenceNo, true)
  await visit.page.getByRole('heading', { name: 'Payment approved' }).waitFor()
  assertClean(visit)
})

test('of two tabs the first decision stands, and both tell it', needsChromium, async () => {
  const payment = await sendKkiPayment(world)
  const [one, other] = [await newVisit(), await newVisit()]
  await Promise.all([one, other].map(({ page }) => page.goto(`${app}/${payment.referenceNo}`)))
  await one.page.getByRole('button', { name: 'Decline' }).click()
  await one.page.getByRole('heading', { name: 'Payment declined' }).waitFor()
  // The other tab may have looked again by itself meanwhile: then its button has gone.
  await other.page
    .getByRole('button', { name: 'Approve' })
    .click({ timeout: 3_000 })
    .catch(() => {})
  await other.page.getByRole('heading', { name: 'Payment declined' }).waitFor()
})

for (const width of [360, 320]) {
  test(
    `on a phone ${width} px wide nothing scrolls sideways, and buttons fit a thumb`,
    needsChromium,
    async () => {
      const name = 'Toko Kelontong Serba Ada Berkah Jaya Abadi Cabang Yogyakarta-'.padEnd(100, 'X')
      const { body: merchant } = await control(world, 'POST', '/sandbox/merchants', { name })
      const payment = await sendKkiPayment(world, {
        subMerchantId: merchant.clientId,
        partnerReferenceNo: `INV-${width}-`.padEnd(64, 'X'),
        amount: money(999_999_999_999_900_250n, 'IDR'),
      })
      const viewport = { width, height: 740 }
      const { page } = await newVisit({ viewport, hasTouch: true, isMobile: true })
      for (const url of [app, `${app}/${payment.referenceNo}`]) {
        await page.goto(url)
        const sizes = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth'
        assert.equal(await page.evaluate(sizes), true)
        for (const label of ['Approve', 'Decline']) {
          const box = await page.getByRole('button', { name: label }).first().boundingBox()
          assert(box && box.height >= 44 && box.width >= 44, label)
          assert(box.y + box.height <= 740, `${label} is on the first screen`)
        }
      }
      await page.getByRole('button', { name: 'Approve' }).tap()
      await page.getByRole('heading', { name: 'Payment approved' }).waitFor()
    },
  )
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`in ${colorScheme} mode every text stands out from its ground`, needsChromium, async () => {
    const { referenceNo } = await sendKkiPayment(world)
    const { page } = await newVisit({ colorScheme, locale: 'id-ID' })
    await page.goto(`${app}/${referenceNo}`)
    await page.getByRole('button', { name: 'Setujui' }).waitFor()
    assert.equal(await isDark(page), colorScheme === 'dark')
    assert.deepEqual(await readTexts(page), { count: 15, faint: [] })
    await page.goto(app)
    assert.deepEqual((await readTexts(page)).faint, [])
  })
}

test(
  'a page of another site can neither decide a payment nor frame it',
  needsChromium,
  async () => {
    const { referenceNo } = await sendKkiPayment(world)
    const { page, problems } = await newVisit()
    await page.goto(`${shop.origin}/evil`)
    await page.evaluate(`(() => {
    const form = document.createElement('form')
    Object.assign(form, { method: 'post', action: '${app}/${referenceNo}' })
    form.innerHTML = '<input name="decision" value="approve">'
    document.body.append(form)
    form.submit()
  })()`)
    await page.getByRole('heading', { name: 'Not from this page' }).waitFor()
    await page.goto(`${shop.origin}/frame?of=${encodeURIComponent(app)}`)
    assert.equal(await page.frameLocator('iframe').getByRole('button').count(), 0)
    assert.match(problems.join(), /frame-ancestors/)
    assert.equal(await stateOf(referenceNo), 'waiting')
  },
)

test(
  'a link with the token opens the app, wherever it was found, and leaves no token in the address',
  needsChromium,
  async () => {
    const guarded = await createListeningWorld({ sandboxToken: 'tok-0123456789' })
    const payment = await sendKkiPayment(guarded)
    const guardedApp = `${guarded.url}/issuer-app`
    const { page } = await newVisit()
    await page.goto(guardedApp)
    await page.getByRole('heading', { name: 'Token wanted' }).waitFor()
    // localhost is another site than 127.0.0.1: no cookie of ours goes along from there.
    await page.goto(`${shop.origin.replace('127.0.0.1', 'localhost')}/wiki`)
    await page.evaluate(`location.href = '${guardedApp}?token=tok-0123456789'`)
    await formOf(page, payment).getByRole('button', { name: 'Approve' }).waitFor()
    assert.equal(page.url(), guardedApp)
    await formOf(page, payment).getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('heading', { name: 'Payment approved' }).waitFor()
  },
)
