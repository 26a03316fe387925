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
    html`<p class="alarm"><strong>${cause}</strong>${cause === 'wrong-secret' ? ' (likely, not proven)' : ''}<br>${hint}</p>
${detailList([
  { label: 'Request', value: requestId },
  { label: 'Sent', value: `${received.method} ${received.path}` },
  { label: 'Body', value: `${received.bodyBytes} bytes` },
  ...differenceDetails(firstDifference),
])}
${signatures(explanation)}<h2>To be signed</h2>
${text(explanation.expected.stringToSign, markOf(explanation, 'expected'))}
<h2>What you signed</h2>
${
  received.stringToSign === null
    ? html`<p>No mistake that is known here explains the signature, so that it cannot be told.</p>`
    : text(received.stringToSign, markOf(explanation, 'received'))
}
<p>⏎ ends a line, [CR] is a carriage return, ⇥ a tab. A script reads both texts in JSON, in <code>expected.stringToSign</code> and <code>received.stringToSign</code>.</p>
<h2>Headers that came</h2>
<pre>${headerLines(received.headers)}</pre>
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

const signatureHeaders = ['Signature', 'X-SIGNATURE']

function differenceDetails(difference: Difference | null) {
  if (!difference) return []
  const { in: place, position } = difference
  const whole = signatureHeaders.includes(place) ? 'header' : 'text'
  const value = `${place}, after ${position} characters of the ${whole}`
  return [{ label: 'First difference', value }]
}

/** The header as it should be and as it came, where only its form is wrong. */
function signatures({ firstDifference, received }: Explanation): Html {
  if (!firstDifference || !signatureHeaders.includes(firstDifference.in)) return html``
  const { in: name, position, expected } = firstDifference
  const sent = received.headers[name] ?? ''
  const right = sent.slice(0, position) + expected + (expected.length < longestMark ? '' : '…')
  const [left, other] = differing(right, sent, position)
  return html`<h2>${name} to be sent</h2>
${text(right, left)}
<h2>${name} that came</h2>
${text(sent, other)}
`
}

/** Where in a text its marked part begins, and how long it is. */
type Mark = { readonly from: number; readonly length: number }

/** As much as an explanation has of a difference. */
const longestMark = 40

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
  if (!isOfTexts) return undefined
  const [left, right] = differing(expected.stringToSign, received.stringToSign, position)
  return side === 'expected' ? left : right
}

/** What lies between the first difference of two texts and what they end with alike. */
function differing(one: string, other: string, from: number): [Mark, Mark] {
  const most = Math.min(one.length, other.length) - from
  let alike = 0
  while (alike < most && one.at(-1 - alike) === other.at(-1 - alike)) alike++
  const length = (text: string) => Math.min(longestMark, text.length - alike - from)
  return [
    { from, length: length(one) },
    { from, length: length(other) },
  ]
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
  return value.replaceAll('\r', '[CR]').replaceAll('\n', '⏎\n').replaceAll('\t', '⇥')
}

function headerLines(headers: Explanation['received']['headers']): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return lines.length > 0 ? lines.join('\n') : 'none of those that are signed by'
}
