/** The challenge page in a real browser: where each way through it ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { createListeningWorld } from '../harness/listening.ts'
import { cards, control } from '../harness/world.ts'
import { beginAuthentication } from './begin-authentication.ts'
import { needsChromium, newVisit, type Visit } from './chromium.ts'
import { openShopfront } from './shopfront.ts'

const world = await createListeningWorld()
const shop = await openShopfront()
const otherShop = await openShopfront()
const success = `${shop.origin}/thanks?order=1&note=%C3%A9#paid`
const failed = `${shop.origin}/sorry?order=1`

const begin = (ends: { success?: string; failed?: string; number?: string } = {}) =>
  beginAuthentication(world, { success, failed, ...ends })

const enter = async (page: Page, password: string) => {
  await page.getByLabel('One-time password').fill(password)
  await page.getByRole('button', { name: 'Confirm payment' }).click()
}

/** Opens the challenge in a tab of its own. */
async function arrive(ends: Parameters<typeof begin>[0] = {}): Promise<Visit> {
  const authenticationUrl = await begin(ends)
  const visit = await newVisit()
  await visit.page.goto(authenticationUrl)
  return visit
}

function assertClean({ problems, hosts }: Visit, ...expected: string[]) {
  assert.deepEqual(problems, [])
  const own = [world.url, shop.origin, ...expected].map((url) => new URL(url).host)
  assert.deepEqual(
    [...hosts].filter((host) => !own.includes(host)),
    [],
  )
}

test(
  'the right password lands on the success URL exactly as it was given',
  needsChromium,
  async () => {
    const visit = await arrive()
    assert.equal(await visit.page.title(), 'Confirm your payment')
    await enter(visit.page, '123456')
    await visit.page.waitForURL(success)
    assert.equal(visit.page.url(), success)
    assert.equal(shop.visits.at(-1), '/thanks?order=1&note=%C3%A9')
    assertClean(visit)
  },
)

test('a merchant may lead on to another origin: no policy stops it', needsChromium, async () => {
  const end = `${otherShop.origin}/thanks`
  const visit = await arrive({ success: `${shop.origin}/moved?to=${encodeURIComponent(end)}` })
  await enter(visit.page, '123456')
  await visit.page.waitForURL(end)
  assertClean(visit, otherShop.origin)
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
    await page.waitForURL(failed)
    assertClean(visit)
  },
)

test('a password may be wrong twice and then right', needsChromium, async () => {
  const { page } = await arrive()
  await enter(page, '1')
  await enter(page, '2')
  await enter(page, '123456')
  await page.waitForURL(success)
})

test('cancel ends on the failed URL, without a password', needsChromium, async () => {
  const visit = await arrive()
  await visit.page.getByRole('button', { name: 'Cancel' }).click()
  await visit.page.waitForURL(failed)
  assertClean(visit)
})

test('Enter on the keyboard confirms: it does not cancel', needsChromium, async () => {
  const { page } = await arrive()
  // The cursor comes into the field by itself; a busy machine takes a moment for it.
  await page.locator('#otp:focus').waitFor()
  await page.keyboard.type('123456')
  await page.keyboard.press('Enter')
  await page.waitForURL(success)
})

test('an empty field is not sent', needsChromium, async () => {
  const { page } = await arrive()
  await page.getByRole('button', { name: 'Confirm payment' }).click()
  await enter(page, '0')
  await page.getByText('2 tries left').waitFor()
})

test('the URL of a card without a challenge redirects at once', needsChromium, async () => {
  const ends = [
    [cards.frictionless, success],
    [cards.rejected, failed],
  ] as const
  for (const [number, end] of ends) {
    const visit = await arrive({ number })
    assert.equal(visit.page.url(), end)
    assertClean(visit)
  }
})

test(
  'the page of a finished challenge leads on, also with the back button',
  needsChromium,
  async () => {
    const visit = await arrive()
    const { page } = visit
    await enter(page, '123456')
    await page.waitForURL(success)
    await page.goBack().catch(() => {})
    // Chromium either kept the former page or asked for it again and was redirected.
    if (page.url().startsWith(world.url)) await enter(page, '000000')
    await page.waitForURL(success)
  },
)

test('a form that is sent twice by a double click passes once', needsChromium, async () => {
  const { page } = await arrive()
  await page.getByLabel('One-time password').fill('123456')
  await page.getByRole('button', { name: 'Confirm payment' }).dblclick()
  await page.waitForURL(success)
})

test('two tabs of one challenge end in the same place', needsChromium, async () => {
  const authenticationUrl = await begin()
  const [one, other] = await Promise.all([newVisit(), newVisit()])
  await Promise.all([one.page.goto(authenticationUrl), other.page.goto(authenticationUrl)])
  await enter(one.page, '123456')
  await one.page.waitForURL(success)
  await other.page.getByRole('button', { name: 'Cancel' }).click()
  await other.page.waitForURL(success)
})

test('an expired challenge ends on the failed URL', needsChromium, async () => {
  const visit = await arrive()
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 16 * 60_000 })
  await enter(visit.page, '123456')
  await visit.page.waitForURL(failed)
  assertClean(visit)
})
