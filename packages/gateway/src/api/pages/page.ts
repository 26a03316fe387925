/**
 * The shell of the pages that a person sees, as HTML: no script, no outside host, made for a phone
 * first. All share one style, so that one hash stands in their policies.
 */
import { createHash } from 'node:crypto'
import { type Html, html } from '../../platform/html.ts'
import type { Language, Message } from './page-texts.ts'

const style = `
:root { color-scheme: light dark; --ink: #1b2430; --quiet: #5b6777; --paper: #fff; --ground: #eef1f5;
  --line: #d5dbe3; --accent: #0b5cad; --on-accent: #fff; --alarm: #a3180d; --alarm-ground: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --quiet: #a3afbd; --paper: #1a2029;
  --ground: #10141a; --line: #37414e; --accent: #6cb2ff; --on-accent: #08121f; --alarm: #ffb4ab;
  --alarm-ground: #3b1613; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  grid-template-columns: minmax(0, 1fr); padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .75rem; padding: 1.5rem; }
h1 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .5rem; }
p { margin: 0 0 1rem; color: var(--quiet); }
a { color: var(--accent); }
dl { margin: 0 0 1.25rem; border-block: 1px solid var(--line); padding-block: .5rem; }
h1 + dl { margin-top: 1rem; }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding-block: .25rem; }
dt { color: var(--quiet); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
dd.amount { font-weight: 700; }
label { display: block; font-weight: 600; margin-bottom: .375rem; }
input { width: 100%; padding: .75rem; font: inherit; font-size: 1.375rem; letter-spacing: .25em;
  text-align: center; color: inherit; background: transparent; border: 1px solid var(--quiet);
  border-radius: .5rem; }
button { width: 100%; min-height: 3rem; margin-top: 1rem; font: inherit; font-weight: 600;
  border-radius: .5rem; border: 1px solid var(--accent); background: var(--accent);
  color: var(--on-accent); cursor: pointer; }
button.quiet { background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input:focus-visible { outline-offset: -1px; }
.alarm { color: var(--alarm); background: var(--alarm-ground); border-radius: .5rem; padding: .75rem; }
.hint { margin-top: 1.25rem; font-size: .875rem; }
.choice { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-bottom: 1rem; }
.payments .choice { margin-bottom: 0; }
.choice button { margin: 0; }
.payments { list-style: none; margin: 0; padding: 0; }
.payments li { border-top: 1px solid var(--line); padding-block: 1.25rem; }
.payments li:last-child { padding-bottom: 0; }
.payments dl { border: 0; padding: 0; margin-bottom: .75rem; }
main.wide { max-width: 52rem; }
h2 { font-size: 1rem; margin: 1.25rem 0 .375rem; }
pre { margin: 0 0 1rem; padding: .75rem; background: var(--ground); border-radius: .5rem;
  font: .875rem/1.6 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
h3 { font-size: 1rem; font-weight: 600; margin: 1rem 0 .25rem; }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
.table { overflow-x: auto; margin: 0 0 1rem; }
.table code { overflow-wrap: normal; }
main.wide > p { color: inherit; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .375rem .5rem; border-top: 1px solid var(--line); }
.wide ul, .wide ol { margin: 0 0 1rem; padding-left: 1.25rem; }
mark { background: var(--alarm); color: var(--paper); border-radius: .125rem; }
main > :last-child { margin-bottom: 0; }
`

const styleHash = createHash('sha256').update(style).digest('base64')

export type PageHeaders = Readonly<Record<string, string>>

/** The headers of a page; the policies say where its forms may lead and who may refer to it. */
export function headersOf(policies: {
  readonly content: string
  readonly referrer: 'no-referrer' | 'same-origin'
}): PageHeaders {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; ${policies.content}; base-uri 'none'`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': policies.referrer,
    'X-Content-Type-Options': 'nosniff',
  }
}

/**
 * Of a page that leads back to the merchant. `form-action` names schemes, not hosts: Chromium applies
 * it to every redirect after the form, and where the merchant's page leads from there is the
 * merchant's business. Framing is not forbidden, because merchants show these pages in a frame of
 * their checkout.
 */
export const cardholderHeaders = headersOf({
  content: `form-action 'self' https: http:`,
  referrer: 'no-referrer',
})

export function page(
  language: Language,
  title: string,
  content: Html,
  { isWide = false }: { readonly isWide?: boolean } = {},
): Html {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<main${isWide ? html` class="wide"` : html``}>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
}

/** A page without a form: where there is nothing to enter. */
export function messagePage(language: Language, message: Message): Html {
  return page(language, message.title, html`<p>${message.text}</p>`)
}

export type Detail = {
  readonly label: string
  readonly value: string
  readonly isAmount?: boolean
}

/** What a page is about, one line each. */
export function detailList(details: readonly Detail[]): Html {
  return html`<dl>
${joined(details.map(detailLine))}
</dl>`
}

function detailLine({ label, value, isAmount }: Detail): Html {
  const amount = isAmount ? html` class="amount"` : html``
  return html`<div><dt>${label}</dt><dd${amount}>${value}</dd></div>`
}

export function joined(parts: readonly Html[]): Html {
  return { html: parts.map((part) => part.html).join('\n') }
}
