/** What is wrong with a header that is missing or cannot be used. */
import { isJsonType, longestIdentifier } from '../raw-call.ts'
import type { Draft } from './draft.ts'
import type { Cause, Finding, Refused } from './explanation.ts'
import { headerOf } from './text-mistakes.ts'

/** @param names of the headers that must be there, in the order in which they are asked for */
export function explainMissing(refused: Refused, names: readonly string[]): Cause {
  const missing = names.filter((name) => headerOf(refused, name.toLowerCase()) === undefined)
  const isForOther =
    missing[0] === names[0] &&
    otherDialect[refused.signedBy].some((name) => headerOf(refused, name) !== undefined)
  const listed = missing.join(', ')
  const { signedBy } = refused
  const sent = snapClients.find((name) => headerOf(refused, name.toLowerCase()) !== undefined)
  if (isForOther && signedBy !== 'cards' && sent !== undefined) {
    return {
      cause: 'header-of-other-call',
      hint:
        `This call wants ${names[0]} where you send ${sent}. The calls for a token name the client ` +
        'X-CLIENT-KEY, every other call of SNAP names it X-PARTNER-ID.',
    }
  }
  return isForOther
    ? {
        cause: 'headers-of-other-dialect',
        hint:
          `This path wants ${names.join(', ')}. The headers are those of the other dialect, as ` +
          'is the signature.',
      }
    : {
        cause: 'missing-header',
        hint: `Send ${listed}: ${missing.length > 1 ? 'they are' : 'it is'} missing or empty.`,
      }
}

const snapClients = ['X-PARTNER-ID', 'X-CLIENT-KEY']

const otherDialect: Readonly<Record<Refused['signedBy'], readonly string[]>> = {
  cards: ['x-partner-id', 'x-client-key'],
  'snap-call': ['client-id', 'x-client-key'],
  'snap-token': ['client-id', 'x-partner-id'],
}

/** A header that is too long, or has characters that two sides write in different bytes. */
export function explainUnusable(refused: Refused, name: string): Cause {
  const value = headerOf(refused, name.toLowerCase()) ?? ''
  return value.length > longestIdentifier
    ? {
        cause: 'header-too-long',
        hint: `${name} has ${value.length} characters; ${longestIdentifier} are the most.`,
      }
    : {
        cause: 'header-not-ascii',
        hint:
          `${name} has characters outside of ASCII, which two sides write in different bytes. ` +
          'Letters, digits and - are safe.',
      }
}

/** A body of another type than JSON; many libraries send a form where nobody says what it is. */
export function explainContentType(refused: Refused, expected: Draft): Finding {
  // A body that was read was signed rightly; one whose type could not be read was not looked at.
  const received = refused.body.length > 0 ? expected : undefined
  return { causes: [contentTypeOf(refused)], expected, received }
}

/** What is wrong with the type of a body whose signature is wrong; undefined where it may be JSON. */
export function otherContentType(refused: Refused): Cause | undefined {
  const type = headerOf(refused, 'content-type')
  if (refused.body.length === 0 || type === undefined || isJsonType(type)) return undefined
  const { cause, hint } = contentTypeOf(refused)
  const isForm = /^(?:application\/x-www-form-urlencoded|multipart\/)/i.test(type)
  const signed =
    ' The JSON that you sign most likely went out as a form: hand the library the bytes that you hashed, ' +
    'as the body itself.'
  return { cause, hint: isForm ? hint + signed : hint }
}

function contentTypeOf(refused: Refused): Cause {
  const type = headerOf(refused, 'content-type') ?? ''
  const name = /^[a-z]+\/[a-z.+-]{1,40}/i.exec(type)?.[0] ?? 'none that can be read'
  const hint =
    `The Content-Type of the request is ${name}. Send application/json: a library sets another ` +
    'one where it is not told.'
  return { cause: 'content-type', hint }
}
