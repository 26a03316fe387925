/** Whether the texts of a page can be read, by the contrast that WCAG defines. */
import type { Page } from 'playwright-core'

/** Relative luminance of a colour; runs in the page. */
const luminanceOf = `(color) => {
  const [r, g, b] = color.match(/[\\d.]+/g).map((part) => {
    const value = Number(part) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}`

/** The texts of a page, each with its contrast to the nearest background; runs in the page. */
const contrasts = `[...document.querySelectorAll('h1, h2, p, a, dt, dd, label, input, button, pre, mark')].map((element) => {
  let behind = element
  while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement
  const [text, ground] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
    .map(${luminanceOf})
  const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)
  return [element.textContent, ratio]
})`

export async function isDark(page: Page): Promise<boolean> {
  const ground = `(${luminanceOf})(getComputedStyle(document.body).backgroundColor)`
  return Number(await page.evaluate(ground)) < 0.2
}

/** How many texts a page has, and those that do not stand out (WCAG 2.2, 1.4.3). */
export async function readTexts(page: Page): Promise<{ count: number; faint: unknown[] }> {
  const texts = await page.evaluate<[string, number][]>(contrasts)
  return { count: texts.length, faint: texts.filter(([, ratio]) => ratio < 4.5) }
}
