/**
 * The challenge page as HTML: one form, no script, no outside host, made for a phone first. A
 * password manager or SMS autofill finds the field by `autocomplete="one-time-code"`.
 */
import { createHash } from 'node:crypto'
import { type Html, html } from '../../platform/html.ts'
import type { ChallengeTexts } from './challenge-texts.ts'

const style = `
:root { color-scheme: light dark; --ink: #1b2430; --quiet: #5b6777; --paper: #fff; --ground: #eef1f5;
  --line: #d5dbe3; --accent: #0b5cad; --on-accent: #fff; --alarm: #a3180d; --alarm-ground: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --quiet: #a3afbd; --paper: #1a2029;
  --ground: #10141a; --line: #37414e; --accent: #6cb2ff; --on-accent: #08121f; --alarm: #ffb4ab;
  --alarm-ground: #3b1613; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .75rem; padding: 1.5rem; }
h1 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .5rem; }
p { margin: 0 0 1rem; color: var(--quiet); }
dl { margin: 0 0 1.25rem; border-block: 1px solid var(--line); padding-block: .5rem; }
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
main > :last-child { margin-bottom: 0; }
`

const styleHash = createHash('sha256').update(style).digest('base64')

/**
 * `form-action` names schemes, not hosts: Chromium applies it to every redirect after the form, and
 * where the merchant's page leads from there is the merchant's business. Framing is not forbidden,
 * because merchants show the challenge in a frame of their checkout.
 */
export const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self' https: http:; base-uri 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const

export type ChallengeView = {
  readonly merchantName: string
  /** Whole rupiah. */
  readonly amount: number
  readonly maskedCardNumber: string
  readonly notice: string | undefined
  readonly testPassword: string | undefined
}

export function challengePage(texts: ChallengeTexts, view: ChallengeView): Html {
  const notice = view.notice ? html`<p class="alarm" role="alert">${view.notice}</p>` : html``
  const hint = view.testPassword
    ? html`<p class="hint">${texts.testHint(view.testPassword)}</p>`
    : html``
  return page(
    texts,
    texts.title,
    html`<p>${texts.intro}</p>
<dl>
<div><dt>${texts.merchant}</dt><dd>${view.merchantName}</dd></div>
<div><dt>${texts.amount}</dt><dd class="amount">Rp ${groupThousands(view.amount)}</dd></div>
<div><dt>${texts.card}</dt><dd>${view.maskedCardNumber}</dd></div>
</dl>
${notice}
<form method="post">
<label for="otp">${texts.passwordLabel}</label>
<input id="otp" name="otp" inputmode="numeric" autocomplete="one-time-code" maxlength="16" required autofocus>
<button type="submit">${texts.submit}</button>
<button type="submit" name="cancel" value="cancel" class="quiet" formnovalidate>${texts.cancel}</button>
</form>
${hint}`,
  )
}

/** A page without a form: where there is nothing to enter. */
export function messagePage(
  texts: ChallengeTexts,
  message: { readonly title: string; readonly text: string },
): Html {
  return page(texts, message.title, html`<p>${message.text}</p>`)
}

function page(texts: ChallengeTexts, title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
}

/** 90000 → 90.000, as rupiah are written. */
function groupThousands(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, '.')
}
