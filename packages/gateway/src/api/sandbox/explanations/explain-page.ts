/** An explanation as a page: what was signed beside what should have been, with the first difference marked. */
import { type Html, html } from '../../../platform/html.ts'
import type { Difference, Explanation } from '../../explain/explanation.ts'
import { detailList, headersOf, joined, page } from '../../pages/page.ts'

/** Its links are relative, and no form leads anywhere. */
export const explainPageHeaders = headersOf({
  content: `form-action 'none'; frame-ancestors 'none'`,
  referrer: 'no-referrer',
})

export type Refusal = { readonly id: string; readonly at: string; readonly cause: string }

export function explanationPage(requestId: string, explanation: Explanation): Html {
  const { cause, hint, received, firstDifference } = explanation
  return page(
    'en',
    'Why was I refused?',
    html`<p class="alarm"><strong>${cause}</strong><br>${hint}</p>
${detailList([
  { label: 'Request', value: requestId },
  { label: 'Sent', value: `${received.method} ${received.path}` },
  { label: 'Body', value: `${received.bodyBytes} bytes` },
  ...differenceDetails(firstDifference),
])}
<h2>To be signed</h2>
${text(explanation.expected.stringToSign, markOf(explanation, 'expected'))}
<h2>What you signed</h2>
${
  received.stringToSign === null
    ? html`<p>No mistake that is known here explains the signature, so that it cannot be told.</p>`
    : text(received.stringToSign, markOf(explanation, 'received'))
}
<h2>Headers that came</h2>
${text(headerLines(received.headers))}
<p><a href="../explain">The last refusals</a></p>`,
    { isWide: true },
  )
}

/** The last refusals, newest first. */
export function refusalsPage(refusals: readonly Refusal[]): Html {
  const items = refusals.map(
    ({ id, at, cause }) =>
      html`<div><dt><a href="explain/${encodeURIComponent(id)}">${id}</a><br>${at}</dt><dd>${cause}</dd></div>`,
  )
  return page(
    'en',
    'Refused at the door',
    refusals.length === 0
      ? html`<p role="status">No request was refused yet. This page shows why, once one is.</p>`
      : html`<p>Each leads to what was signed, what should have been, and the likely cause.</p>
<dl>
${joined(items)}
</dl>`,
    { isWide: true },
  )
}

export function unknownRefusalPage(message: string): Html {
  return page(
    'en',
    'Nothing to explain',
    html`<p>${message}</p>\n<p><a href="../explain">The last refusals</a></p>`,
    { isWide: true },
  )
}

function differenceDetails(difference: Difference | null) {
  if (!difference) return []
  const { in: place, position } = difference
  return [{ label: 'First difference', value: `${place}, after ${position} characters` }]
}

/** Where in a text its marked part begins, and how long it is. */
type Mark = { readonly from: number; readonly length: number }

/** The part that differs; undefined where the difference lies elsewhere, or in what is not shown. */
function markOf(
  { expected, received, firstDifference }: Explanation,
  side: 'expected' | 'received',
): Mark | undefined {
  if (!firstDifference || received.stringToSign === null) return undefined
  const { position } = firstDifference
  const isOfTexts =
    expected.stringToSign.startsWith(firstDifference.expected, position) &&
    received.stringToSign.startsWith(firstDifference.received, position) &&
    expected.stringToSign !== received.stringToSign
  return isOfTexts ? { from: position, length: firstDifference[side].length } : undefined
}

function text(value: string, mark: Mark = { from: value.length, length: 0 }): Html {
  const end = mark.from + mark.length
  const marked = value.slice(mark.from, end)
  return html`<pre>${visible(value.slice(0, mark.from))}${
    marked === '' ? html`` : html`<mark>${visible(marked)}</mark>`
  }${visible(value.slice(end))}</pre>`
}

/** What ends a line is half of the mistakes: it is shown, and still ends the line. */
function visible(value: string): string {
  return value.replaceAll('\r', '␍').replaceAll('\n', '⏎\n').replaceAll('\t', '⇥')
}

function headerLines(headers: Explanation['received']['headers']): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return lines.length > 0 ? lines.join('\n') : 'none of those that are signed by'
}
