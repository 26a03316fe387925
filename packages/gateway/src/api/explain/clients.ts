/** What is wrong with a client id that no merchant has. */
import type { Cause } from './explanation.ts'
import { isWithinEdits } from './within-edits.ts'

/** Client ids of DOKU, in its sandbox and in production alike (wire.md 2.1). */
const shape = /^[A-Z]{2,4}-\d{4}-\d{8,16}$/

/** A digit too many, another one, two that changed places. */
const mostEdits = 2

/** Whether a client id is a known one, but for a slip. */
export function isNearClientId(clientId: string, known: string): boolean {
  return isWithinEdits(clientId.trim().toLowerCase(), known.toLowerCase(), mostEdits)
}

/** The client id that was most likely meant, for the text that should have been signed. */
export function meantClientId(clientId: string, known: readonly string[], signer?: string): string {
  const near = known.find((one) => isNearClientId(clientId, one))
  return signer ?? near ?? '<a client id of this gateway>'
}

/**
 * @param known client ids of this gateway
 * @param signer the one whose key made the signature
 */
export function explainUnknownClient(
  clientId: string,
  known: readonly string[],
  signer?: string,
): Cause {
  const likeliest = signer === undefined ? known : [signer]
  const near = likeliest.find((one) => isNearClientId(clientId, one))
  if (near !== undefined) {
    return { cause: 'client-id-misspelt', hint: `The client id is written ${near}, to the letter.` }
  }
  const instead =
    signer === undefined
      ? 'GET /sandbox/credentials shows a client id and the keys that belong to it.'
      : `The signature is made with the Secret Key of ${signer}: send that client id.`
  return shape.test(clientId)
    ? {
        cause: 'client-of-other-environment',
        hint:
          'No merchant of this gateway has this client id, but it has the form of one: most likely it ' +
          `is of another environment (production, or DOKU's own sandbox). ${instead}`,
      }
    : {
        cause: 'unknown-client',
        hint: `No merchant of this gateway has this client id. ${instead}`,
      }
}
