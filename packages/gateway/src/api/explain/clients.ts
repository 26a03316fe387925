/** What is wrong with a client id that no merchant has. */
import type { Cause } from './explanation.ts'

/** Client ids of DOKU, in its sandbox and in production alike (wire.md 2.1). */
const shape = /^[A-Z]{2,4}-\d{4}-\d{8,16}$/

/** @param known client ids of this gateway */
export function explainUnknownClient(clientId: string, known: readonly string[]): Cause {
  const near = known.find((one) => one.toLowerCase() === clientId.trim().toLowerCase())
  if (near !== undefined) {
    return { cause: 'client-id-misspelt', hint: `The client id is written ${near}, to the letter.` }
  }
  const instead = 'GET /sandbox/credentials shows a client id and the keys that belong to it.'
  return shape.test(clientId)
    ? {
        cause: 'client-of-other-environment',
        hint:
          'No merchant of this gateway has this client id, but it has the form of one: it is of ' +
          `another environment (production, or DOKU's own sandbox). ${instead}`,
      }
    : {
        cause: 'unknown-client',
        hint: `No merchant of this gateway has this client id. ${instead}`,
      }
}
