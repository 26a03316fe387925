/** The real browser of the page tests: the system's Chromium, driven by playwright-core. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

/**
 * Why the page tests cannot run here; false where they can. In CI nothing is skipped, so there the
 * launch itself fails and says what is missing.
 */
export const noBrowser: string | false =
  existsSync(executablePath) || process.env['CI'] !== undefined
    ? false
    : 'Chromium is not installed (Debian: apt-get install chromium)'

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Nothing of the browser's own calls home: a test that waits for it would not be ours.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
