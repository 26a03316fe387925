/** ISO 8583 field 39: the codes by which an acquirer approves (wire.md 5.3). */
const approvingResponseCodes: readonly string[] = ['00', '08', '10', '11']

/** Whether a response code approves; a code that nobody knows does not. */
export function approves(responseCode: string): boolean {
  return approvingResponseCodes.includes(responseCode)
}

/** What an acquirer answers to a follow-up that its book does not allow (ISO 8583 field 39). */
export const refusalCodes = {
  /** Do not honour: people said no. */
  do_not_honour: '05',
  /** Invalid transaction: the original was refused, voided or reversed, or is no such thing. */
  invalid_transaction: '12',
  /** Invalid amount: above what was authorized. */
  invalid_amount: '13',
  /** No action taken: its batch is closed. */
  batch_closed: '21',
  /** Unable to locate the original. */
  original_not_found: '25',
  /** Exceeds what is left of the captured amount. */
  amount_exceeded: '61',
  /** Captured before. */
  duplicate: '94',
} as const
