/** The example shop in a real browser, paying through a whole gateway. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openShop } from '../../examples/shop/src/open-shop.ts'
import { needsChromium, newVisit } from '../browser/chromium.ts'
import { createListeningWorld } from '../harness/listening.ts'
import { control, noteSecret } from '../harness/world.ts'

const world = await createListeningWorld()
const shop = await openShop({
  gatewayUrl: world.url,
  port: 0,
  shopUrl: undefined,
  credentials: undefined,
})
after(() => shop.close())

async function buy(
  product: string,
  cardNumber: string,
  viewport?: { width: number; height: number },
) {
  noteSecret('card-number', cardNumber)
  const visit = await newVisit(viewport && { viewport })
  const { page } = visit
  await page.goto(shop.url)
  await page.getByLabel(product).check()
  await page.getByLabel('Card number').fill(cardNumber.replace(/(.{4})(?=.)/g, '$1 '))
  await page.getByRole('button', { name: 'Pay' }).click()
  return visit
}

const authenticate = async (page: Page) => {
  await page.getByLabel('One-time password').fill('123456')
  await page.getByRole('button', { name: 'Confirm payment' }).click()
}

test('bought, authenticated, paid, and the notification arrives', needsChromium, async () => {
  const { page, problems, hosts } = await buy('Gayo coffee', '5573381011111101')
  await page.getByText('Rp 90.000').waitFor()
  assert.match(page.url(), new RegExp(`^${world.url}/three-d-secure/challenges/`))
  await authenticate(page)
  await page.getByRole('heading', { name: 'Paid, thank you!' }).waitFor()
  await page.getByText('557338******1101').waitFor()
  // The page looks again by itself.
  await page.getByText('SUCCESS, verified').waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Paid, thank you!' }).waitFor()
  assert.deepEqual(problems, [])
  assert.deepEqual([...hosts].sort(), [shop.url, world.url].map((url) => new URL(url).host).sort())
})

test('a decline of the bank is told, and its notification arrives', needsChromium, async () => {
  const { page } = await buy('Clay teapot', '4137190000009008')
  await authenticate(page)
  await page.getByRole('heading', { name: 'Declined' }).waitFor()
  await page.getByText('There is not enough money on this card').waitFor()
  await page.getByText('FAILED, verified').waitFor()
})

test('who cancels at the bank is not charged, and may try again', needsChromium, async () => {
  const { page } = await buy('Gayo coffee', '5573381011111101')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('heading', { name: 'Your bank could not confirm' }).waitFor()
  await page.getByRole('link', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Checkout' }).waitFor()
  await page.goBack()
  await page.getByText('Nothing was charged').waitFor()
})

test('a card without a password is paid at once', needsChromium, async () => {
  const { page } = await buy('Gayo coffee', '4111111111111111')
  await page.getByRole('heading', { name: 'Paid, thank you!' }).waitFor()
})

test('an answer that the bank lost is pending, and is not paid again', needsChromium, async () => {
  const { page } = await buy('Rattan basket', '4111111111111111')
  await page.getByRole('heading', { name: 'Pending' }).waitFor()
  await page.getByText('Please do not pay again').waitFor()
})

test(
  'a card that the gateway refuses shows the form again, as it was filled in',
  needsChromium,
  async () => {
    const { page } = await buy('Gayo coffee', '4000000000005001')
    await page.getByRole('alert').filter({ hasText: 'Nothing was charged' }).waitFor()
    await page.getByText('Your bank cannot confirm payments with this card').waitFor()
    assert.equal(await page.getByLabel('Card number').inputValue(), '4000000000005001')
  },
)

test('a shop that closes puts the notification URL back, unless it was changed', async () => {
  const url = async () => (await control(world, 'GET', '/sandbox/merchant')).body.notificationUrl
  const set = (notificationUrl: string | null) =>
    control(world, 'PATCH', '/sandbox/merchant', { notificationUrl })
  const shopUrl = await url()
  const former = 'http://127.0.0.1:9/former'
  await set(former)
  const open = () =>
    openShop({ gatewayUrl: world.url, port: 0, shopUrl: undefined, credentials: undefined })
  const one = await open()
  assert.equal(await url(), `${one.url}/notifications`)
  await one.close()
  assert.equal(await url(), former)
  const other = await open()
  await set('http://127.0.0.1:9/newer')
  await other.close()
  assert.equal(await url(), 'http://127.0.0.1:9/newer')
  await set(shopUrl)
})

/** On how many lines each number stands; runs in the page. */
const linesOfNumbers = `[...document.querySelectorAll('.whole')].map((one) => {
  const range = document.createRange()
  range.selectNodeContents(one)
  return range.getClientRects().length
})`

for (const width of [320, 360]) {
  test(
    `at ${width} px no number is broken and nothing scrolls sideways`,
    needsChromium,
    async () => {
      const { page } = await buy('Gayo coffee', '4111111111111111', { width, height: 700 })
      await page.getByText('SUCCESS, verified').waitFor()
      const lines = await page.evaluate<number[]>(linesOfNumbers)
      assert.deepEqual(lines, [1, 1, 1])
      const [inner, outer] = await page.evaluate<number[]>(
        '[document.documentElement.scrollWidth, innerWidth]',
      )
      assert.equal(inner, outer)
    },
  )
}
