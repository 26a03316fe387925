/**
 * A text with its percent-escapes read, byte by byte: what a client sent may be no UTF-8, or have a percent sign
 * that escapes nothing.
 */
export function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_escape, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}
