/** As much of a browser as the authentication page needs: it works without JavaScript. */
import { expectEqual, WrongStep } from './wrong-step.ts'

type Form = {
  readonly action: string
  /** Hidden inputs, sent back as they are. */
  readonly hidden: Readonly<Record<string, string>>
  readonly fields: readonly string[]
}

export type OpenPage = {
  /** The text a person reads, line by line. */
  readonly lines: readonly string[]
  readonly form: Form
  readonly cookie: string
}

const timeoutMs = 10_000

/** GETs a page without following redirects. */
export async function visit(url: string) {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
  const html = await response.text()
  const cookie = response.headers.getSetCookie().map((one) => one.split(';', 1)[0])
  return { status: response.status, lines: visibleLines(html), html, cookie: cookie.join('; ') }
}

/** Opens the page of the one-time password: exactly one form, method POST, with a field `otp`. */
export async function openPage(url: string): Promise<OpenPage> {
  const { status, html, lines, cookie } = await visit(url)
  expectEqual('HTTP status of the authentication page', 200, status)
  const form = parseForm(html, url)
  if (!form.fields.includes('otp')) {
    throw new WrongStep('the fields of the form', 'otp', form.fields.join(', '))
  }
  return { lines, form, cookie }
}

/** Sends the form as a browser does, and gives where the answer leads. */
export async function submitForm(page: OpenPage, fields: Readonly<Record<string, string>>) {
  const response = await fetch(page.form.action, {
    method: 'POST',
    body: new URLSearchParams({ ...page.form.hidden, ...fields }),
    headers: page.cookie === '' ? {} : { Cookie: page.cookie },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  })
  await response.body?.cancel()
  return { status: response.status, location: response.headers.get('location') }
}

/** The one form of a page. */
function parseForm(html: string, pageUrl: string): Form {
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)]
  expectEqual('the number of forms on the page', 1, forms.length)
  const [, tag = '', content = ''] = forms[0] ?? []
  const form = attributesOf(tag)
  expectEqual('the method of the form', 'POST', form['method']?.toUpperCase())
  const inputs = [...content.matchAll(/<input\b([^>]*)>/gi)].map(([, text = '']) =>
    attributesOf(text),
  )
  const hidden: Record<string, string> = {}
  for (const { type, name, value = '' } of inputs) {
    if (type?.toLowerCase() === 'hidden' && name) hidden[name] = value
  }
  return {
    action: new URL(form['action'] ?? '', pageUrl).href,
    hidden,
    fields: inputs.flatMap(({ type, name }) => (name && type !== 'hidden' ? [name] : [])),
  }
}

/** The text of a page without markup, styles and scripts; control characters are taken out. */
function visibleLines(html: string): string[] {
  const text = html
    .replace(/<!--[\s\S]*?-->|<(head|style|script|title)\b[\s\S]*?<\/\1>/gi, '')
    .replace(
      /<\/?(p|div|h[1-6]|li|dt|dl|tr|br|form|label|button|main|section|header|footer)\b[^>]*>/gi,
      '\n',
    )
    .replace(/<[^>]*>/g, ' ')
  return text
    .split('\n')
    .map((line) =>
      unescapeHtml(line)
        .replace(/[\s\p{Cc}]+/gu, ' ')
        .trim(),
    )
    .filter((line) => line !== '')
}

function attributesOf(tag: string): Partial<Record<string, string>> {
  const attribute = /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g
  const found = [...tag.matchAll(attribute)].map(([, name = '', double, single, bare]) => [
    name.toLowerCase(),
    unescapeHtml(double ?? single ?? bare ?? ''),
  ])
  return Object.fromEntries(found)
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  bull: '•',
  middot: '·',
}

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(\w+));/gi, (all, decimal, hex, name) => {
    if (name) return entities[name] ?? all
    return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16))
  })
}
