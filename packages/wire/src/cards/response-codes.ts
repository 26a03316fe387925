/**
 * Acquirer response codes of card payments (wire.md 5.3; ISO 8583 field 39 and DOKU's own RJ, DA,
 * TO). Which codes approve is decided here and nowhere else.
 */

export type ResponseCodeRow = { readonly meaning: string; readonly approves?: true }

export const cardResponseCodes: Readonly<Record<string, ResponseCodeRow>> = {
  '00': { meaning: 'approved', approves: true },
  '01': { meaning: 'refer to issuer' },
  '02': { meaning: 'refer to issuer, special conditions' },
  '03': { meaning: 'invalid merchant' },
  '04': { meaning: 'pick up card' },
  '05': { meaning: 'do not honor' },
  '06': { meaning: 'error' },
  '07': { meaning: 'pick up card, special' },
  '08': { meaning: 'honor with identification', approves: true },
  '10': { meaning: 'partial approval', approves: true },
  '11': { meaning: 'approved, VIP', approves: true },
  '12': { meaning: 'invalid transaction' },
  '13': { meaning: 'invalid amount' },
  '14': { meaning: 'invalid card number' },
  '15': { meaning: 'no such issuer' },
  '19': { meaning: 're-enter transaction' },
  '41': { meaning: 'lost card' },
  '43': { meaning: 'stolen card' },
  '51': { meaning: 'insufficient funds' },
  '54': { meaning: 'expired card' },
  '55': { meaning: 'incorrect PIN' },
  '57': { meaning: 'transaction not permitted' },
  '61': { meaning: 'exceeds withdrawal limit' },
  '68': { meaning: 'response received too late' },
  '69': { meaning: 'no response received' },
  '91': { meaning: 'issuer or switch inoperative' },
  '96': { meaning: 'system malfunction' },
  RJ: { meaning: 'rejected by the fraud screening' },
  DA: { meaning: 'declined authentication' },
  TO: { meaning: 'timeout' },
}

/** Whether a response code approves; an unknown code never does. */
export function approves(responseCode: string): boolean {
  return cardResponseCodes[responseCode]?.approves === true
}
