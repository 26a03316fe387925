/**
 * A finding as it is shown and as it is logged. Neither holds a Secret Key, an access token or a card
 * number, whatever was sent and in which place. What is shown is kept sealed (a digest of a body gives
 * a CVV away); what is logged is not, and says of a digest or a token no more than that it differs.
 */
import type { RefusalCause } from '../../platform/http/server.ts'
import { maskCardNumber, passesLuhn } from '../../primitives/card-number.ts'
import { type Draft, type Part, textOf } from './draft.ts'
import type { Difference, Explanation, Finding, Refused } from './explanation.ts'
import { headerOf } from './text-mistakes.ts'

const shownHeaders: Readonly<Record<Refused['signedBy'], readonly string[]>> = {
  cards: ['Client-Id', 'Request-Id', 'Request-Timestamp', 'Signature'],
  'snap-call': ['X-PARTNER-ID', 'X-EXTERNAL-ID', 'X-TIMESTAMP', 'X-SIGNATURE', 'Authorization'],
  'snap-token': ['X-CLIENT-KEY', 'X-TIMESTAMP', 'X-SIGNATURE'],
}

export function explanationOf(refused: Refused, finding: Finding): Explanation {
  const [{ cause, hint }, ...others] = finding.causes
  const { expected, received, skewSeconds } = finding
  return {
    cause,
    hint: hide([hint, ...others.map((other) => `Also: ${other.hint}`)].join(' ')),
    alsoWrong: others.map((other) => other.cause),
    expected: { stringToSign: textOf(expected, shown) },
    received: {
      method: refused.method,
      path: hide(refused.url),
      headers: headersOf(refused),
      bodyBytes: refused.body.length,
      ...(skewSeconds === undefined ? {} : { skewSeconds }),
      stringToSign: received ? textOf(received, shown) : null,
    },
    firstDifference: differenceOf(refused, finding, shown) ?? null,
  }
}

export function loggedCauseOf(refused: Refused, finding: Finding): RefusalCause {
  const difference = differenceOf(refused, finding, logged)
  if (!difference) return { cause: finding.causes[0].cause, firstDifference: undefined }
  const { in: place, position, expected, received } = difference
  const words =
    expected === received
      ? ''
      : `: ${JSON.stringify(expected)} expected, ${JSON.stringify(received)} received`
  return {
    cause: finding.causes[0].cause,
    firstDifference: `${place}, after ${position} characters${words}`,
  }
}

function headersOf(refused: Refused): Record<string, string> {
  const headers = shownHeaders[refused.signedBy].flatMap((name) => {
    const value = headerOf(refused, name.toLowerCase())
    if (value === undefined) return []
    const part = { name: name === 'Authorization' ? 'access token' : name, label: '', value }
    return [[name, shown(part)]]
  })
  return Object.fromEntries(headers)
}

/** A part as a person with access to the sandbox may see it. */
function shown({ name, label, value }: Part): string {
  if (value === '') return `<${name}>`
  if (label === 'Digest:' || name === 'body hash') return value
  return name === 'access token' ? maskToken(value) : hide(value)
}

/** A part as everybody may see it who reads logs. */
function logged(part: Part): string {
  if (part.value === '') return `<${part.name}>`
  if (part.name === 'Digest' || part.name === 'body hash') return '[digest]'
  if (part.name === 'access token') return '[token]'
  // A log is searched for runs of digits that hold a card number: none is worth that.
  const isClient = /^[A-Z]{2,4}-\d{4}-\d{14}$/.test(part.value)
  return isClient ? part.value : shown(part).replaceAll(/\d(?:[ -]?\d){11,}/g, '[digits]')
}

type Show = (part: Part) => string

/** Where the texts differ first, and else the signatures, by their form. */
function differenceOf(
  refused: Refused,
  { expected, received, signature }: Finding,
  show: Show,
): Difference | undefined {
  const byText = received && differenceOfDrafts(expected, received, show)
  if (byText || !signature) return byText
  const position = firstDifference(signature.expected, signature.received)
  return {
    in: refused.signedBy === 'cards' ? 'Signature' : 'X-SIGNATURE',
    position,
    expected: signature.expected.slice(position, position + excerptLength),
    received: hide(signature.received.slice(position, position + excerptLength)),
  }
}

/** Enough to recognise a path or a timestamp. */
const excerptLength = 40

function differenceOfDrafts(expected: Draft, received: Draft, show: Show): Difference | undefined {
  if (textOf(expected) === textOf(received)) return undefined
  const [one, other] = [textOf(expected, show), textOf(received, show)]
  // Where what differs is not shown, its place is told all the same.
  const isHidden = one === other
  const [left, right] = isHidden ? [textOf(expected), textOf(received)] : [one, other]
  const position = firstDifference(left, right)
  return {
    in: placeAt(expected, position, isHidden ? undefined : show),
    position,
    expected: isHidden ? '' : one.slice(position, position + excerptLength),
    received: isHidden ? '' : other.slice(position, position + excerptLength),
  }
}

function firstDifference(one: string, other: string): number {
  let position = 0
  while (position < one.length && one[position] === other[position]) position++
  return position
}

/** The name of the part that reaches to this character, with the separator behind it. */
function placeAt(draft: Draft, position: number, show: Show | undefined): string {
  let end = 0
  for (const part of draft.parts) {
    end += part.label.length + (show ? show(part) : part.value).length + draft.separator.length
    if (position < end) return part.name
  }
  return draft.parts.at(-1)?.name ?? ''
}

/** Longer ones are cut: an explanation is for a person. */
const longestShown = 1_000

/** A text in which nothing is left that looks like a Secret Key, a token or a card number. */
function hide(text: string): string {
  const clipped = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
  return clipped
    .replaceAll(/SK-[\w-]{6,}/g, '[secret key]')
    .replaceAll(/eyJ[\w-]+\.[\w-]*\.?[\w-]*/g, maskToken)
    .replaceAll(/[A-Z]{2,4}-\d{4}-\d{14}(?!\d)|(?<!\d)[2-6](?:[ -]?\d){12,18}(?!\d)/g, maskCard)
}

/** A client id of DOKU's form is shown: 14 digits may pass the check by chance. */
function maskCard(run: string): string {
  if (/^[A-Z]/.test(run)) return run
  const digits = run.replaceAll(/\D/g, '')
  return passesLuhn(digits) ? maskCardNumber(digits) : run
}

/** Its ends, by which a person knows it again. */
function maskToken(token: string): string {
  const [before, text] = /^bearer/i.test(token) ? [token.slice(0, 7), token.slice(7)] : ['', token]
  return text.length > 24 ? `${before}${text.slice(0, 6)}…${text.slice(-4)}` : `${before}…`
}
