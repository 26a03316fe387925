/** What the pages of the example merchants share: their frame, and what keeps them safe in a browser. */
import type { FastifyReply } from 'fastify'
import { type Html, html } from './html.ts'

export const securityHeaders = {
  // Chromium holds the redirect after a form against form-action, and the bank may be anywhere.
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; " +
    "form-action 'self' http: https:; frame-ancestors 'none'",
  // An order's id is the key to its page: it must not leave in a Referer.
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
}

const refreshSeconds = 3

/** Frames the pages of a merchant; with `refresh` the browser looks again by itself. */
export function pagesOf(merchant: { readonly name: string; readonly footer: string }) {
  return (title: string, content: Html, refresh = false): string =>
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh ? html`<meta http-equiv="refresh" content="${refreshSeconds}">` : undefined}
<title>${title} · ${merchant.name}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><a href="/">${merchant.name}</a></header>
<main>${content}</main>
<footer>${merchant.footer}</footer>
</body>
</html>
`.text
}

export function sendPage(reply: FastifyReply, page: string, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page)
}

/** `Rp 90.000`, with a space that does not break. */
export function rupiah(amount: number): string {
  return `Rp\u00a0${amount.toLocaleString('id-ID')}`
}
