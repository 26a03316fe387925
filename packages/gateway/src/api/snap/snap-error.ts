/** A refusal in the words of SNAP. Every row of wire's response codes can be raised. */
import { type SnapResponseName, snapEnvelopeOf, snapResponses } from '@gerbang/wire'

export type SnapValues = Readonly<Record<string, string | number>>

/** A row of the response codes, and what fills its message. */
export type Refusal = { readonly row: SnapResponseName; readonly values?: SnapValues }

export class SnapError extends Error {
  readonly row: SnapResponseName
  readonly status: number
  readonly values: SnapValues

  /** @param values what fills the row's message */
  constructor(row: SnapResponseName, values: SnapValues = {}) {
    super(snapResponses[row].message)
    this.row = row
    this.status = snapResponses[row].status
    this.values = values
  }

  /** The answer to a call of this service. */
  bodyFor(serviceCode: string): { responseCode: string; responseMessage: string } {
    return snapEnvelopeOf(this.row, serviceCode, this.values)
  }
}
