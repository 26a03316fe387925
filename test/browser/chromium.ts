/** Chromium for the tests of pages: a real one, because only it applies CSP and lays pages out. */
import { existsSync } from 'node:fs'
import { after } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const places = [
  process.env['GERBANG_TEST_CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const installed = places.find((place) => existsSync(place))

/**
 * Options of a test that needs Chromium. Without one it is skipped, but not in CI: there the launch
 * fails, so that nobody takes a skipped test for a passed one.
 */
export const needsChromium = {
  skip:
    installed === undefined && !process.env['CI']
      ? 'no Chromium: apt-get install chromium, or name one in GERBANG_TEST_CHROMIUM'
      : false,
}

/** Launches the one Chromium of a test file, the first time it is asked; it closes after the file. */
function launchChromium(): Promise<Browser> {
  launched ??= launch()
  return launched
}
let launched: Promise<Browser> | undefined
// Here and not in launch: a hook that is added within a test runs after that test.
after(async () => (await launched?.catch(() => undefined))?.close())

async function launch(): Promise<Browser> {
  if (installed === undefined) {
    throw new Error('These tests need Chromium, and in CI none may be skipped')
  }
  return await chromium.launch({
    executablePath: installed,
    args: [
      // Root, as in most containers, cannot have Chromium's sandbox.
      '--no-sandbox',
      '--disable-gpu',
      // Nothing of Chromium's own traffic: a page is to be seen with what it asks for itself.
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export type Visit = {
  readonly page: Page
  /** Errors of pages, console errors, violations of a policy. */
  readonly problems: readonly string[]
  /** Every `host:port` that was asked for something. */
  readonly hosts: ReadonlySet<string>
}

/** Opens an empty tab in a profile of its own, and watches what goes wrong in it. */
export async function newVisit(options: BrowserContextOptions = {}): Promise<Visit> {
  const browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  const problems: string[] = []
  const hosts = new Set<string>()
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text())
  })
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    if (protocol.startsWith('http')) hosts.add(host)
  })
  return { page, problems, hosts }
}
