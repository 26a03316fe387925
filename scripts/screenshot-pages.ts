/** Makes the picture of the README: the challenge page on a phone, light and dark. */
import { chromium } from 'playwright-core'
import { challengePage } from '../packages/gateway/src/api/pages/challenge-page.ts'
import { textsFor } from '../packages/gateway/src/api/pages/challenge-texts.ts'

const view = {
  merchantName: 'Toko Kopi Senja',
  amount: 90_000,
  maskedCardNumber: '557338******1101',
  notice: undefined,
  testPassword: '123456',
}
const encode = (language: string, notice?: string) =>
  Buffer.from(challengePage(textsFor(language), { ...view, notice }).html).toString('base64')
const frame = (page: string) =>
  `<iframe width="380" height="690" src="data:text/html;charset=utf-8;base64,${page}"></iframe>`

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
const page = await browser.newPage({ viewport: { width: 800, height: 720 }, deviceScaleFactor: 2 })
await page.setContent(`<style>body{margin:12px;display:flex;gap:16px;background:#fff}
iframe{border:1px solid #ccd;border-radius:16px}</style>
${frame(encode('en'))}${frame(encode('id', textsFor('id').wrongPassword(2)))}`)
await page.waitForTimeout(300)
await page.screenshot({ path: 'docs/images/challenge-page.png' })
await browser.close()
