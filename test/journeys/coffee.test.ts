/** The example café in a real browser, through a whole gateway: bound once, paid by one tap. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openCafe } from '../../examples/coffee/src/open-cafe.ts'
import { needsChromium, newVisit } from '../browser/chromium.ts'
import { createListeningWorld } from '../harness/listening.ts'
import { control, noteSecret } from '../harness/world.ts'

const world = await createListeningWorld()
const cafe = await openCafe({ gatewayUrl: world.url, port: 0 })
after(() => cafe.close())

const cpan = '9360001609987000000'
const otherCpan = '9360000812345678901'
for (const number of [cpan, otherCpan]) noteSecret('card-number', number)
noteSecret('password', '123456')

/** A customer, on a phone, with a card that is bound. */
async function arrive(number: string, width = 390) {
  const visit = await newVisit({ viewport: { width, height: 800 } })
  const { page } = visit
  await page.goto(cafe.url)
  await page.getByLabel('Card number').fill(number.replace(/(.{4})(?=.)/g, '$1 '))
  await page.getByRole('button', { name: 'Link my card' }).click()
  return visit
}

const enterPassword = async (page: Page) => {
  await page.getByLabel('One-time password').fill('123456')
  await page.getByRole('button', { name: 'Link card' }).click()
}

const tap = (page: Page, drink: string) => page.getByRole('button', { name: drink }).click()

test('bound once, paid by one tap, given back, and unbound', needsChromium, async () => {
  const { page, problems, hosts } = await arrive(otherCpan)
  assert.match(page.url(), new RegExp(`^${world.url}/kki/bindings/`))
  await enterPassword(page)
  await page.getByText('The card that ends in 8901 is linked.').waitFor()
  await tap(page, 'Kopi tubruk')
  await page.getByRole('heading', { name: 'Paid, thank you!' }).waitFor()
  // The page looks again by itself.
  await page.getByText('verified, at').waitFor()
  const number = (await page.getByText(/^CAFE-/).textContent()) ?? ''
  await page.getByRole('button', { name: 'Give it back' }).click()
  await page.getByRole('heading', { name: 'Refunded' }).waitFor()
  const { messages } = (
    await control(world, 'GET', `/sandbox/kki/messages?partnerReferenceNo=${number}`)
  ).body
  assert.deepEqual(
    messages.map(({ kind, amount }: { kind: string; amount: number }) => [kind, amount]),
    [
      ['pay', 15_000],
      ['refund', 15_000],
    ],
  )
  await page.getByRole('link', { name: 'To the menu' }).click()
  await page.getByRole('button', { name: 'Unlink it' }).click()
  await page.getByRole('button', { name: 'Link my card' }).waitFor()
  assert.deepEqual(problems, [])
  assert.deepEqual([...hosts].sort(), [cafe.url, world.url].map((url) => new URL(url).host).sort())
})

test(
  'an order that waits for its cardholder is paid once the issuer’s app approves',
  needsChromium,
  async () => {
    const { page } = await arrive(cpan)
    await enterPassword(page)
    await tap(page, 'Cold brew')
    await page.getByRole('heading', { name: 'Waiting for your bank' }).waitFor()
    const order = page.url()
    await page.getByRole('link', { name: '/issuer-app' }).click()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('status').waitFor()
    await page.goto(order)
    await page.getByRole('heading', { name: 'Paid, thank you!' }).waitFor()
  },
)

test('a decline is told, and an answer that was lost is pending', needsChromium, async () => {
  const { page } = await arrive(cpan)
  await enterPassword(page)
  await tap(page, 'Kopi luwak')
  await page.getByRole('heading', { name: 'Not paid' }).waitFor()
  await page.getByText('There is not enough money on your card.').waitFor()
  await page.goto(cafe.url)
  await tap(page, 'Latte')
  await page.getByRole('heading', { name: 'Waiting for your bank' }).waitFor()
})

test('who cancels on the page has no card bound, and may try again', needsChromium, async () => {
  const { page } = await arrive(cpan)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('alert').filter({ hasText: 'could not confirm' }).waitFor()
  await page.getByRole('button', { name: 'Link my card' }).waitFor()
})

test('a card that the bank refuses is told, and none is bound', needsChromium, async () => {
  noteSecret('card-number', '9360001600000000002')
  const { page } = await arrive('9360001600000000002')
  await page.getByRole('alert').filter({ hasText: 'may not be used here' }).waitFor()
})

test('at 320 px nothing scrolls sideways', needsChromium, async () => {
  const { page } = await arrive(cpan, 320)
  await enterPassword(page)
  const widths = () => page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]')
  await page.getByText('is linked').waitFor()
  const [menu, screen] = await widths()
  assert.equal(menu, screen)
  await tap(page, 'Kopi tubruk')
  await page.getByRole('heading', { name: 'Paid, thank you!' }).waitFor()
  const [order] = await widths()
  assert.equal(order, screen)
})

test('a café that closes puts the URLs back', async () => {
  const urls = async () => {
    const { snapTokenUrl, snapNotificationUrl } = (await control(world, 'GET', '/sandbox/merchant'))
      .body
    return { snapTokenUrl, snapNotificationUrl }
  }
  const former = await urls()
  const other = await openCafe({ gatewayUrl: world.url, port: 0 })
  assert.deepEqual(await urls(), {
    snapTokenUrl: `${other.url}/snap/token`,
    snapNotificationUrl: `${other.url}/snap/notifications`,
  })
  await other.close()
  assert.deepEqual(await urls(), former)
})
