/** What is wrong with a header that is missing or cannot be used. */
import { longestIdentifier } from '../raw-call.ts'
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
  const type = headerOf(refused, 'content-type') ?? ''
  const name = /^[a-z]+\/[a-z.+-]{1,40}/i.exec(type)?.[0] ?? 'none that can be read'
  const hint =
    `The Content-Type of the request is ${name}. Send application/json: a library sets another ` +
    'one where it is not told.'
  // A body that was read was signed rightly; one whose type could not be read was not looked at.
  const received = refused.body.length > 0 ? expected : undefined
  return { causes: [{ cause: 'content-type', hint }], expected, received }
}
