/**
 * `npm run screenshots [folder]`: the pages as Chromium shows them. Writes the pictures of the docs
 * to docs/images; given a folder, every variant of every page to it, to be looked at. Starts a
 * sandbox of its own.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createSnapClient, type SnapClient } from '@gerbang/client'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { openShop } from '../examples/shop/src/open-shop.ts'
import { startGateway } from '../packages/gateway/src/start.ts'

const [chosen] = process.argv.slice(2)
const folder = resolve(chosen ?? join(import.meta.dirname, '../docs/images'))
mkdirSync(folder, { recursive: true })

/** Of the sandbox (docs/guides/sandbox.md). */
const cpan = '9360001609987000000'

const phone = { viewport: { width: 390, height: 700 }, deviceScaleFactor: 2 } as const
const desk = { viewport: { width: 1000, height: 700 } } as const

const dataDir = mkdtempSync(join(tmpdir(), 'gerbang-screenshots-'))
const gateway = await startGateway(
  { PORT: '0', GERBANG_DATA_DIR: dataDir, LOG_LEVEL: 'error' },
  false,
)
const shop = await openShop({
  gatewayUrl: gateway.url,
  port: 0,
  shopUrl: undefined,
  credentials: undefined,
})
const merchant = await createMerchant()
const browser = await chromium.launch({
  executablePath: process.env['GERBANG_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  if (chosen) await showEverything()
  else await showDocs()
} finally {
  await browser.close()
  await shop.close()
  await gateway.stop()
  rmSync(dataDir, { recursive: true, force: true })
}

async function showDocs(): Promise<void> {
  const light = await challenge(phone)
  const dark = await challenge({ ...phone, locale: 'id-ID', colorScheme: 'dark' })
  await sideBySide('challenge-page', [light, dark])
  const checkout = await visit({ ...phone, viewport: { width: 390, height: 830 } }, shop.url)
  const paid = await visit({ ...phone, viewport: { width: 390, height: 830 } }, shop.url)
  await buy(paid, 'gayo', '4111111111111111')
  await paid.getByText('SUCCESS, verified').waitFor()
  await sideBySide('shop', [checkout, paid])
}

async function showEverything(): Promise<void> {
  for (const [size, options] of [
    ['phone', phone],
    ['desk', desk],
  ] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const name = (what: string) => `${what}-${size}-${colorScheme}`
      const view = { ...options, colorScheme }
      await save(name('challenge'), await challenge(view))
      const wrong = await challenge({ ...view, locale: 'id-ID' })
      await wrong.locator('#otp').fill('0')
      await wrong.locator('button').first().click()
      await wrong.getByRole('alert').waitFor()
      await save(name('challenge-wrong-indonesian'), wrong)
      await save(name('not-found'), await visit(view, `${gateway.url}/three-d-secure/challenges/x`))
      await save(name('shop'), await visit(view, shop.url))
      for (const [what, product, card] of [
        ['paid', 'gayo', '4111111111111111'],
        ['declined', 'teapot', '4111111111111111'],
        ['pending', 'basket', '4111111111111111'],
        ['failed', 'gayo', '4000000000002008'],
        ['refused', 'gayo', '4000000000005001'],
      ] as const) {
        const page = await visit(view, shop.url)
        await buy(page, product, card)
        await save(name(`shop-${what}`), page)
      }
    }
    await save(`docs-${size}`, await visit(options, `${gateway.url}/docs`))
  }
  await showKki()
}

/** The pages of Kartu Kredit Indonesia; those that begin with `app` are the issuer's app. */
async function showKki(): Promise<void> {
  for (const [size, options] of [
    ['phone', phone],
    ['desk', desk],
  ] as const) {
    for (const [language, locale] of [
      ['english', 'en-GB'],
      ['indonesian', 'id-ID'],
    ] as const) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const name = (what: string) => `${what}-${size}-${language}-${colorScheme}`
        const view = { ...options, locale, colorScheme }
        await showBinding(name, view)
        await showIssuerApp(name, view)
      }
    }
  }
}

type NamePicture = (what: string) => string

async function showBinding(name: NamePicture, view: BrowserContextOptions): Promise<void> {
  const page = await visit(view, await beginBinding())
  await picture(name('otp'), page)
  await enterOtp(page, '0')
  await page.getByRole('alert').waitFor()
  await picture(name('otp-wrong'), page)
  await enterOtp(page, '123456')
  await page.waitForLoadState('networkidle')
  await save(name('otp-bound'), page)
}

async function enterOtp(page: Page, otp: string): Promise<void> {
  await page.locator('#otp').fill(otp)
  await page.locator('button').first().click()
}

async function showIssuerApp(name: NamePicture, view: BrowserContextOptions): Promise<void> {
  const app = `${gateway.url}/issuer-app`
  const payments = [await payWaiting('129002.00'), await payWaiting('1259002.50')]
  await save(name('app'), await visit(view, app))
  for (const [i, decision] of ['approve', 'decline'].entries()) {
    const page = await visit(view, `${app}/${payments[i]}`)
    if (i === 0) await picture(name('app-payment'), page)
    await page.locator(`button[value=${decision}]`).click()
    await page.getByRole('status').waitFor()
    await save(name(`app-${decision}`), page)
  }
  await save(name('app-empty'), await visit(view, app))
}

async function createMerchant(): Promise<SnapClient> {
  const answer = await fetch(`${gateway.url}/sandbox/credentials`)
  const credentials = (await answer.json()) as Parameters<typeof createSnapClient>[0]
  return createSnapClient({ ...credentials, baseUrl: gateway.url })
}

/** The URL of the page of a new binding; the merchant gives none to go back to. */
async function beginBinding(): Promise<string> {
  const custIdMerchant = `CUST${randomBytes(8).toString('hex')}`
  const { body } = await merchant.bindCard({ card: { cpan }, custIdMerchant })
  return body.redirectUrl ?? ''
}

/** Our number of a new payment that waits for its cardholder. */
async function payWaiting(value: string): Promise<string> {
  const { body } = await merchant.payByKki({
    partnerReferenceNo: `INV-${randomBytes(6).toString('hex')}`,
    chargeToken: cpan,
    otp: '12345678',
    amount: { value, currency: 'IDR' },
  })
  return body.referenceNo ?? ''
}

async function visit(options: BrowserContextOptions, url: string): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-GB', ...options })
  await page.goto(url, { waitUntil: 'networkidle' })
  return page
}

/** A challenge page, reached as a buyer reaches it. */
async function challenge(options: BrowserContextOptions): Promise<Page> {
  const page = await visit(options, shop.url)
  await buy(page, 'gayo', '5573381011111101')
  await page.locator('#otp').waitFor()
  return page
}

async function buy(page: Page, product: string, card: string): Promise<void> {
  await page.locator(`input[value=${product}]`).check()
  await page.locator('select[name=test_card]').selectOption(card)
  await page.getByRole('button', { name: 'Pay' }).click()
  await page.waitForLoadState('networkidle')
}

async function picture(name: string, page: Page): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

async function save(name: string, page: Page): Promise<void> {
  await picture(name, page)
  await page.close()
}

/** One picture of several pages. */
async function sideBySide(name: string, pages: readonly Page[]): Promise<void> {
  const shots: string[] = []
  for (const page of pages) {
    shots.push((await page.screenshot()).toString('base64'))
    await page.close()
  }
  const frame = 'display: inline-block; margin: 12px; border-radius: 18px; border: 1px solid #bbb'
  const images = shots.map(
    (shot) => `<img src="data:image/png;base64,${shot}" width="390" style="${frame}">`,
  )
  const board = await browser.newPage({ viewport: { width: 860, height: 100 } })
  await board.setContent(`<body style="margin: 0; text-align: center">${images.join('')}</body>`)
  await board
    .locator('body')
    .screenshot({ path: join(folder, `${name}.png`), omitBackground: true })
  await board.close()
}
