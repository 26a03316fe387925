import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import {
  cards,
  chargeBody,
  checkBody,
  control,
  createWorld,
  newInvoice,
  noteSecret,
  paths,
  post,
  type World,
} from '../harness/world.ts'
import { launchChromium, noBrowser } from './chromium.ts'

let browser: Browser
let world: World
let merchant: string
let elsewhere: string
const servers: Server[] = []

/** A site whose every page shows its path; `/onward` sends the browser on to another site. */
async function startSite(onward?: string): Promise<string> {
  const server = createServer((request, response) => {
    if (onward && request.url?.startsWith('/onward')) {
      response.writeHead(302, { Location: `${onward}/thanks` }).end()
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<h1>${request.url}</h1>`)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

// At the top level, because what createWorld closes at the end belongs to the file.
if (!noBrowser) {
  noteSecret('password', '123456')
  browser = await launchChromium()
  elsewhere = await startSite()
  merchant = await startSite(elsewhere)
  // A free port first, because the URLs that are handed out name it.
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  world = await createWorld({ config: { publicUrl: `http://127.0.0.1:${port}` } })
  await world.app.server.listen({ host: '127.0.0.1', port })
}

after(async () => {
  await browser?.close()
  for (const server of servers) server.close()
})

type Opened = { page: Page; authenticationId: string; invoice: string; problems: string[] }

async function open(
  options: BrowserContextOptions = {},
  change: { number?: string; success?: string } = {},
): Promise<Opened> {
  const invoice = newInvoice()
  const body = checkBody({ number: change.number ?? cards.challenge, invoice })
  body.three_dsecure.callback_url_success = change.success ?? `${merchant}/success?order=1&x=%20y`
  body.three_dsecure.callback_url_failed = `${merchant}/failed`
  const answer = await post(world, paths.check, body)
  const page = await (await browser.newContext(options)).newPage()
  const problems: string[] = []
  page.on('console', (line) => line.type() === 'error' && problems.push(line.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('request', (request) => {
    const host = new URL(request.url()).hostname
    if (host !== '127.0.0.1') problems.push(`a request to ${host}`)
  })
  await page.goto(answer.body.three_dsecure.authentication_url)
  const authenticationId = answer.body.three_dsecure.authentication_id
  return { page, authenticationId, invoice, problems }
}

async function enter(page: Page, password: string): Promise<void> {
  await page.getByRole('textbox').fill(password)
  await page.locator('button:not([name])').click()
}

const isBrowser = { skip: noBrowser }

test(
  'the right password leads to the success page, exactly as given, and pays',
  isBrowser,
  async () => {
    const { page, authenticationId, invoice, problems } = await open()
    const shown = (await page.locator('main').textContent()) ?? ''
    for (const text of ['Gerbang Sandbox Merchant', 'Rp 90.000', '557338******1101']) {
      assert.ok(shown.includes(text), `the page shows ${text}`)
    }
    assert.equal(await page.locator('form').count(), 1)
    await enter(page, '123456')
    assert.equal(page.url(), `${merchant}/success?order=1&x=%20y`)
    const body = chargeBody({ authenticationId, invoice, number: cards.challenge })
    assert.equal((await post(world, paths.charge, body)).body.payment.status, 'SUCCESS')
    // The favicon of the test merchant is not ours.
    assert.deepEqual(
      problems.filter((text) => !text.includes('favicon')),
      [],
    )
  },
)

test(
  'three wrong passwords lead to the failed page, with the tries counted down',
  isBrowser,
  async () => {
    const { page } = await open()
    await enter(page, '000000')
    assert.match((await page.getByRole('alert').textContent()) ?? '', /2 tries left/)
    await enter(page, '111111')
    assert.match((await page.getByRole('alert').textContent()) ?? '', /1 try left/)
    await enter(page, '222222')
    assert.equal(page.url(), `${merchant}/failed`)
  },
)

test('cancel leads to the failed page', isBrowser, async () => {
  const { page } = await open()
  await page.locator('button[name=cancel]').click()
  assert.equal(page.url(), `${merchant}/failed`)
})

test('it works without JavaScript, on a phone, in Indonesian', isBrowser, async () => {
  const { page } = await open({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
    locale: 'id-ID',
  })
  assert.match((await page.locator('h1').textContent()) ?? '', /Konfirmasi pembayaran/)
  const button = await page.locator('button:not([name])').boundingBox()
  assert.ok(button && button.height >= 44 && button.y + button.height <= 740)
  const main = await page.locator('main').boundingBox()
  assert.ok(main && main.x >= 0 && main.x + main.width <= 360)
  await enter(page, '123456')
  assert.match(page.url(), /\/success/)
})

test('a merchant may lead the browser on to another site', isBrowser, async () => {
  const { page, problems } = await open({}, { success: `${merchant}/onward` })
  await enter(page, '123456')
  assert.equal(page.url(), `${elsewhere}/thanks`)
  assert.deepEqual(
    problems.filter((text) => !text.includes('favicon')),
    [],
  )
})

test('a card without a challenge is led on at once', isBrowser, async () => {
  const { page } = await open({}, { number: cards.frictionless })
  assert.match(page.url(), /\/success/)
  const { page: failed } = await open({}, { number: cards.rejected })
  assert.match(failed.url(), /\/failed/)
})

// Last, because it moves the clock of the world.
test('after 15 minutes the page leads to the failed page', isBrowser, async () => {
  const { page } = await open()
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 16 * 60_000 })
  await enter(page, '123456')
  assert.equal(page.url(), `${merchant}/failed`)
})
