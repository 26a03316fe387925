/**
 * A finding as it is shown and as it is logged. Neither holds a Secret Key, an access token or a card
 * number, whatever was sent and in which place. What is shown is kept sealed (a digest of a body gives
 * a CVV away); what is logged is not, and says of a digest or a token no more than that it differs.
 */
import type { RefusalCause } from '../../platform/http/server.ts'
import { type Draft, type Part, textOf } from './draft.ts'
import type { Difference, Explanation, Finding, Refused } from './explanation.ts'
import { type Masks, maskHash, maskToken } from './masks.ts'
import { readCardSignature, readSnapSignature } from './signature/signature-forms.ts'
import { headerOf } from './text-mistakes.ts'

const shownHeaders: Readonly<Record<Refused['signedBy'], readonly string[]>> = {
  cards: ['Client-Id', 'Request-Id', 'Request-Timestamp', 'Signature'],
  'snap-call': ['X-PARTNER-ID', 'X-EXTERNAL-ID', 'X-TIMESTAMP', 'X-SIGNATURE', 'Authorization'],
  'snap-token': ['X-CLIENT-KEY', 'X-TIMESTAMP', 'X-SIGNATURE'],
}

export function explanationOf(refused: Refused, finding: Finding, masks: Masks): Explanation {
  const [{ cause, hint }, ...others] = finding.causes
  const { expected, received, skewSeconds, isReceivedProven = true } = finding
  const show = shownBy(masks)
  const also = others.filter((other) => other.cause !== cause)
  return {
    cause,
    hint: masks.hide([hint, ...also.map((other) => `Also: ${other.hint}`)].join(' ')),
    alsoWrong: [...new Set(also.map((other) => other.cause))],
    expected: { stringToSign: textOf(expected, show) },
    received: {
      method: refused.method,
      path: masks.hidePath(refused.url),
      headers: headersOf(refused, show),
      bodyBytes: refused.body.length,
      ...(skewSeconds === undefined ? {} : { skewSeconds }),
      stringToSign: received && isReceivedProven ? textOf(received, asSigned(show)) : null,
    },
    firstDifference: differenceOf(refused, finding, show) ?? null,
  }
}

/** The place is that of the explanation; the words, where all may be read by who reads logs. */
export function loggedCauseOf(refused: Refused, finding: Finding, masks: Masks): RefusalCause {
  const [{ cause }] = finding.causes
  const shown = differenceOf(refused, finding, shownBy(masks))
  if (!shown) return { cause, firstDifference: undefined }
  const logged = differenceOf(refused, finding, loggedBy(masks))
  const isSame = logged?.in === shown.in && logged.expected !== logged.received
  const words = isSame
    ? `: ${JSON.stringify(logged.expected)} expected, ${JSON.stringify(logged.received)} received`
    : ''
  return { cause, firstDifference: `${shown.in}, after ${shown.position} characters${words}` }
}

function headersOf(refused: Refused, show: Show): Record<string, string> {
  const headers = shownHeaders[refused.signedBy].flatMap((name) => {
    const value = headerOf(refused, name.toLowerCase())
    if (value === undefined) return []
    const part = { name: name === 'Authorization' ? 'access token' : name, label: '', value }
    return [[name, signatures.includes(name) ? signatureOf(refused, value) : show(part)]]
  })
  return Object.fromEntries(headers)
}

const signatures: readonly string[] = ['Signature', 'X-SIGNATURE']

/** What is no signature may be a key, and is not repeated. */
function signatureOf({ signedBy }: Refused, value: string): string {
  const { bytes } = signedBy === 'cards' ? readCardSignature(value) : readSnapSignature(value)
  return bytes ? value : `[${value.length} characters that are no signature]`
}

type Show = (part: Part) => string

/** What is missing is told by its name in what should be signed; what was signed empty was empty. */
const asSigned =
  (show: Show): Show =>
  (part) =>
    part.value === '' ? '' : show(part)

/** A part as a person with access to the sandbox may see it. */
function shownBy(masks: Masks): Show {
  return ({ name, value }) => {
    if (value === '') return `<${name}>`
    if (isHash(name)) return maskHash(value)
    if (name === 'access token') return maskToken(value)
    return ids.includes(name) ? masks.hideId(value) : masks.hidePath(value)
  }
}

/** A part as everybody may see it who reads logs. */
function loggedBy(masks: Masks): Show {
  const show = shownBy(masks)
  return (part) => {
    if (part.value === '') return `<${part.name}>`
    if (isHash(part.name)) return '[digest]'
    if (part.name === 'access token') return '[token]'
    const text = show(part)
    // A log is searched for runs of digits that hold a card number: none is worth that.
    const isClient = clients.includes(part.name) && masks.isKnownClient(part.value)
    return isClient ? text : text.replaceAll(/\d(?:[ -]?\d){11,}|\d{6}\*{6}\d*/g, '[digits]')
  }
}

const isHash = (name: string) => name === 'Digest' || name === 'body hash'
const ids: readonly string[] = ['Request-Id', 'X-EXTERNAL-ID']
const clients: readonly string[] = ['Client-Id', 'X-PARTNER-ID', 'X-CLIENT-KEY']

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
    received: signature.received.slice(position, position + excerptLength),
  }
}

/** Enough to recognise a path or a timestamp. */
const excerptLength = 40

function differenceOfDrafts(expected: Draft, received: Draft, show: Show): Difference | undefined {
  if (textOf(expected) === textOf(received)) return undefined
  const [one, other] = [textOf(expected, show), textOf(received, asSigned(show))]
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
