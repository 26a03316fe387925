/** ISO 8583 field 39: the codes by which an acquirer approves (wire.md 5.3). */
const approvingResponseCodes: readonly string[] = ['00', '08', '10', '11']

/** Whether a response code approves; a code that nobody knows does not. */
export function approves(responseCode: string): boolean {
  return approvingResponseCodes.includes(responseCode)
}
