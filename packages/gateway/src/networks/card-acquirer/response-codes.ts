/**
 * ISO 8583 field 39: the codes by which an acquirer approves (wire.md 5.3). 10, a partial approval,
 * stands for the whole amount here: the cards dialect has no member for another (sandbox.md).
 */
const approvingResponseCodes: readonly string[] = ['00', '08', '10', '11']

/** Whether a response code approves; a code that nobody knows does not. */
export function approves(responseCode: string): boolean {
  return approvingResponseCodes.includes(responseCode)
}

/** What an acquirer answers to a follow-up that its book does not allow (ISO 8583 field 39). */
export const refusalCodes = {
  /** Do not honour: people said no. */
  do_not_honour: '05',
  /** Invalid transaction: the original was refused, voided or reversed, or allows no such thing. */
  invalid_transaction: '12',
  /** Invalid amount: a capture above what was authorized, a void of a part. */
  invalid_amount: '13',
  /** No action taken: its batch is closed. */
  batch_closed: '21',
  /** Unable to locate the original. */
  original_not_found: '25',
  /** Not permitted: the acquirer takes no refund messages. */
  not_permitted: '57',
  /** Exceeds what is left of the captured amount. */
  amount_exceeded: '61',
  /** Captured before. */
  duplicate: '94',
} as const
